package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/capture"
	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// payloads holds the flags for events, and makes the events.
type payloads struct {
	source  webhooktest.Source
	created string
	id      string
	set     []string
	remove  []string
	add     bool
	shapes  variants
	made    int // events so far, for {n}

	changed func(flag string) bool
}

// flags adds the flags for one event.
func (p *payloads) flags(cmd *cobra.Command) {
	p.sourceFlags(cmd)
	cmd.Flags().StringVar(&p.id, "id", "", "the event's `id`")
	cmd.Flags().StringArrayVar(&p.set, "set", nil, "change a field: `path=value`, such as data.object.amount=4200; the value is JSON, else text; {n} in it is the event's number, {order}, {pi} and others are its ids (repeatable)")
}

// sourceFlags adds the flags common to all events of a command.
func (p *payloads) sourceFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	apiVersionFlag(flags, &p.source.APIVersion, fixtures.DefaultVersion, "API `version` of the event")
	flags.StringVar(&p.source.Account, "account", "", "connected `account` that the event comes from, acct_…; the context of a thin event")
	flags.BoolVar(&p.source.Livemode, "livemode", false, "make a live-mode event")
	flags.StringVar(&p.created, "created", "", "creation `time` of the event: Unix seconds or RFC 3339 (default now)")
	flags.Uint64Var(&p.source.Seed, "seed", 0, "make ids from this `number`; the same seed and time give the same bytes (default random)")
	p.shapes.flag(flags, "make the events of a type in another shape: `type=name`, such as checkout.session.completed=subscription (repeatable; see list --variants)")
	flags.BoolVar(&p.add, "add", false, "let --set create paths that the event does not have")
	p.changed = flags.Changed
}

// announce prints a drawn seed, and names events labeled with another API version than
// their shape's.
func (p *payloads) announce(to *printer, names ...string) {
	if !p.changed("seed") && p.source.Seed != 0 {
		to.talk("seed %d (--seed repeats the ids)", p.source.Seed)
	}
	for _, line := range p.labels(names...) {
		to.talk("%s", line)
	}
}

// labels names payloads whose API version is only a label.
func (p *payloads) labels(names ...string) (lines []string) {
	ours := len(names) == 0
	for _, name := range names {
		ours = ours || !isFile(name)
		if isFile(name) && p.changed("api-version") {
			lines = append(lines, fmt.Sprintf("--api-version %s is no more than a label in %s, whose shape stays as it is", p.source.APIVersion, fileName(name)))
		}
	}
	if line := mereLabel(p.set, p.source.APIVersion); line != "" && ours {
		lines = append(lines, line)
	}
	return lines
}

// check validates the flags one by one.
func (p *payloads) check() error {
	if p.changed("seed") && p.source.Seed == 0 {
		return errors.New("--seed 0: want a number from 1")
	}
	if p.created != "" {
		created, err := parseTime(p.created)
		if err != nil {
			return fmt.Errorf("--created %w", err)
		}
		p.source.Now = func() time.Time { return created }
	}
	if p.id == "" && p.changed("id") {
		return errors.New("--id: want an id such as evt_1Qd0…, got nothing")
	}
	_, err := p.edits()
	return err
}

func parseTime(text string) (time.Time, error) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%q: want Unix seconds or a time such as 2026-11-22T10:00:00Z", text)
	}
	return t, nil
}

// event makes the event for an argument: a type, a file, or - for standard input.
func (p *payloads) event(ctx context.Context, in io.Reader, name string) (*webhooktest.Event, error) {
	edits, err := p.edits()
	if err != nil {
		return nil, err
	}
	if !isFile(name) {
		if err := p.versioned(name); err != nil {
			return nil, err
		}
		event, err := p.filled(p.source.Event(name, append(p.shapes.edits(name), edits...)...))
		if errors.Is(err, fixtures.ErrUnknownType) {
			err = listed(err, name, "list and list --thin")
			if _, missing := os.Stat(name); missing == nil {
				err = fmt.Errorf("%w; for a file of this name, write ./%s", err, name)
			}
		}
		return event, explain(err)
	}
	event, err := own(ctx, in, name)
	if err != nil {
		return nil, err
	}
	object, _ := event.Lookup("object")
	thin := object == "v2.core.event"
	if thin && p.changed("api-version") {
		return nil, noVersion(p.source.APIVersion, name)
	}
	if edits = append(p.envelope(thin), edits...); len(edits) > 0 {
		event, err = event.Edit(edits...)
	}
	event, err = p.filled(event, err)
	return event, explain(err)
}

// versioned rejects a version for an event without versions.
func (p *payloads) versioned(eventType string) error {
	if !p.changed("api-version") {
		return nil
	}
	if described, err := fixtures.DescribeEvent(eventType); err == nil && described.Thin {
		return noVersion(p.source.APIVersion, eventType)
	}
	return nil
}

// listed adds where to find event types to the error for an unknown one.
func listed(err error, eventType, lists string) error {
	if _, ok := fixtures.Since(eventType); ok {
		return fmt.Errorf("%w (--api-version chooses the version)", err)
	}
	return fmt.Errorf("%w (see fakestripe %s)", err, lists)
}

func noVersion(asked, name string) error {
	return fmt.Errorf("--api-version %s: %s is a thin event, which has no version", asked, name)
}

// own reads the caller's own payload.
func own(ctx context.Context, in io.Reader, name string) (*webhooktest.Event, error) {
	body, err := readPayload(ctx, in, name)
	if err != nil {
		return nil, err
	}
	if err := mustBeEvent(body, name); err != nil {
		return nil, err
	}
	event, err := webhooktest.ParseEvent(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", fileName(name), err)
	}
	return event, nil
}

// mustBeEvent rejects a part of an event and anything with events inside, and says how to
// send the intended event. It accepts JSON of unknown kind.
func mustBeEvent(body []byte, name string) error {
	kind, what := capture.KindOf(body)
	file := name
	if name == "-" {
		file = "FILE"
	}
	var how string
	switch kind {
	case capture.Event, capture.Other:
		return nil
	case capture.Data:
		how = "name the type of the event that it is of: fakestripe send TYPE --set data=\"$(cat " + word.Quote(file) + ")\""
	case capture.Object:
		how = "name the type of the event to put it into: fakestripe send TYPE --set data.object=\"$(cat " + word.Quote(file) + ")\""
	case capture.List, capture.Envelope:
		how = "take its events out of it: fakestripe import " + word.Quote(file) + " --out FOLDER, then fakestripe send FOLDER/payloads/*.json"
	}
	return fmt.Errorf("%s: %s, not an event; %s", fileName(name), what, how)
}

// envelope holds the flags that a source applies when it makes an event. A caller's own
// payload changes only on request, since it goes out byte for byte.
func (p *payloads) envelope(thin bool) []webhooktest.Edit {
	account := "account"
	if thin {
		account = "context"
	}
	var edits []webhooktest.Edit
	if p.changed("api-version") {
		edits = append(edits, p.edit("api_version", p.source.APIVersion))
	}
	if p.changed("account") {
		edits = append(edits, p.edit(account, p.source.Account))
	}
	if p.changed("livemode") {
		edits = append(edits, p.edit("livemode", p.source.Livemode))
	}
	if p.changed("created") {
		edits = append(edits, p.edit("created", p.source.Now()))
	}
	return edits
}
