package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// makeEvent makes the events of a name, after the one that they are about.
func (e *execution) makeEvent(ctx context.Context, name string) error {
	spec := e.spec.Events[name]
	if e.observed.events[name] != nil {
		return nil
	}
	var edits []webhooktest.Edit
	if spec.About != "" {
		if err := e.makeEvent(ctx, spec.About); err != nil {
			return err
		}
		edits = append(edits, webhooktest.About(e.observed.events[spec.About][0]))
	}
	if spec.Version != 0 {
		edits = append(edits, webhooktest.Version(spec.Version))
	}
	if spec.Variant != "" {
		edits = append(edits, webhooktest.Variant(e.fill(spec.Variant)))
	}
	for range max(1, spec.Count) {
		event, err := e.newEvent(ctx, spec, edits)
		if err == nil && !onlyForges(e.spec, name, e.mutations) {
			err = e.session.sender.register(event.Body())
		}
		if err != nil {
			return err
		}
		e.observed.add(name, event)
	}
	return nil
}

// onlyForges reports whether a case never delivers an event as it is: Stripe did not make
// it.
func onlyForges(c *contractCase, name string, mutations func(caseStep) []string) bool {
	sent := false
	for _, step := range slices.Concat(c.Steps, c.Reference, c.Witness) {
		if !slices.Contains(step.Send, name) {
			continue
		}
		if sent = true; genuine(mutations(step)) {
			return false
		}
	}
	return sent
}

// newEvent makes one event: of a payload, or of a type.
func (e *execution) newEvent(ctx context.Context, spec caseEvent, edits []webhooktest.Edit) (event *webhooktest.Event, err error) {
	e.identity.Created = e.session.run.source.next().Unix()
	own, err := e.edits(spec)
	if err != nil {
		return nil, err
	}
	sender, eventType := e.session.sender, e.variant.typeOf(spec.Type)
	edits = slices.Concat(edits, own)
	switch payload := spec.payload(e.variant); {
	case payload != nil:
		event, err = e.replayed(payload, spec.Exact, e.renamed, own)
	case spec.About != "":
		event, err = sender.unregistered(eventType, edits...)
	default:
		event, err = sender.prepared(ctx, eventType, edits...)
	}
	if spec.Variant != "" {
		err = e.checkShape(event, err, e.fill(spec.Variant))
	}
	if err == nil && e.spec.asksForEffect() {
		event, err = sender.varied(event)
	}
	if fixtures.IsThin(eventType) && errors.Is(err, webhooktest.ErrNoPath) {
		err = render.ErrThin // which may be what the case is about
	}
	return event, err
}

// edits are what the case sets and adds, with variables and placeholders filled in.
func (e *execution) edits(spec caseEvent) (edits []webhooktest.Edit, err error) {
	for i, fields := range []render.Changes{spec.Set, spec.Add} {
		change := []func(string, any) webhooktest.Edit{webhooktest.Set, webhooktest.Add}[i]
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			filled, err := render.Compile(e.fillJSON(fields[path]), e.session.subject.Livemode)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			edits = append(edits, change(path, json.RawMessage(filled.Append(nil, e.identity))))
		}
	}
	return edits, nil
}

// replayed makes the event of a payload: with ids of its own, unless it is to be
// delivered as it is.
func (e *execution) replayed(from *payload, exact bool, renamed *strings.Replacer, edits []webhooktest.Edit) (*webhooktest.Event, error) {
	body := slices.Clone(from.event.Body())
	if !exact {
		body = []byte(renamed.Replace(string(body)))
	}
	event, err := webhooktest.ParseEvent(body)
	if err == nil {
		event, err = event.Edit(edits...)
	}
	if err != nil {
		return nil, fmt.Errorf("payload %s: %w", from.name, err)
	}
	return event, nil
}

// controlOf makes the control of an event: one of the same type, or the same payload,
// with ids of its own.
func (e *execution) controlOf(ctx context.Context, name string) (*webhooktest.Event, error) {
	spec := e.spec.Events[name]
	from := spec.payload(e.variant)
	if from == nil {
		return e.session.sender.distinct(ctx, e.observed.events[name][0].Type())
	}
	edits, err := e.edits(spec)
	if err != nil {
		return nil, err
	}
	return e.session.sender.registered(e.replayed(from, false, e.spec.renamer(e.session.run.source.identity(), e.variant), edits))
}

// makeLate makes the events of a step that had to wait for a variable.
func (e *execution) makeLate(ctx context.Context, step caseStep) error {
	made := false
	for _, name := range step.Send {
		if len(e.observed.events[name]) > 0 {
			continue
		}
		if err := e.makeEvent(ctx, name); err != nil {
			return err
		}
		made = true
	}
	if !made {
		return nil
	}
	return e.controls(ctx, step)
}
