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
	if spec.About != "" {
		if err := e.makeEvent(ctx, spec.About); err != nil {
			return err
		}
	}
	for range max(1, spec.Count) {
		event, err := e.newEvent(ctx, spec)
		if err == nil && !onlyForges(e.spec, name, e.mutations) {
			err = e.session.sender.register(event.Body())
		}
		if err != nil {
			return err
		}
		e.observed.add(name, event)
		e.session.sender.name(e.observed, name, event)
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
func (e *execution) newEvent(ctx context.Context, spec caseEvent) (event *webhooktest.Event, err error) {
	e.identity.Created = e.session.run.source.next().Unix()
	eventType := e.variant.typeOf(spec.Type)
	if payload := spec.payload(e.variant); payload != nil {
		event, err = e.replayed(payload, spec, e.renamed)
	} else if event, err = e.bound(ctx, spec, eventType); err == nil {
		event, err = e.changed(ctx, spec, event)
	}
	if spec.Variant != "" {
		err = e.checkShape(event, err, e.fill(spec.Variant))
	}
	if err == nil && e.spec.asksForEffect() {
		event, err = e.session.sender.varied(event)
	}
	if fixtures.IsThin(eventType) && errors.Is(err, webhooktest.ErrNoPath) {
		err = render.ErrThin // which may be what the case is about
	}
	return event, err
}

// bound makes an event of a type, about the objects of another or about new ones: those of
// the app or, if the case says so, foreign ones.
func (e *execution) bound(ctx context.Context, spec caseEvent, eventType string) (event *webhooktest.Event, err error) {
	sender, edits := e.session.sender, []webhooktest.Edit(nil)
	if spec.Version != 0 {
		edits = append(edits, webhooktest.Version(spec.Version))
	}
	if spec.Variant != "" {
		edits = append(edits, webhooktest.Variant(e.fill(spec.Variant)))
	}
	switch _, another := spec.Set["data.object.id"]; {
	case spec.Foreign:
		return sender.foreign(eventType, edits...)
	case spec.About != "" && another: // which is given one of the app when it has its id
		about := webhooktest.About(e.observed.events[spec.About][0])
		return sender.edited(eventType, append([]webhooktest.Edit{about}, edits...)...)
	case spec.About != "":
		return sender.about(ctx, e.observed.events[spec.About][0], eventType, edits...)
	}
	return sender.prepared(ctx, eventType, edits...)
}

// changed changes an event as the case says. What binds it to an object of the app stays.
func (e *execution) changed(ctx context.Context, spec caseEvent, event *webhooktest.Event) (*webhooktest.Event, error) {
	sender, pinned := e.session.sender, ""
	bindings := sender.bindingsOf(event)
	edits, err := e.edits(spec, func(path string) bool {
		if slices.Contains(sender.subject.Pin, path) {
			pinned = path
		}
		return spec.Foreign || !slices.ContainsFunc(bindings, func(bound string) bool { return within(bound, path) || within(path, bound) })
	})
	switch {
	case err != nil:
		return nil, err
	case pinned != "":
		return nil, errLacks{"to change " + pinned + ", which is pinned"}
	}
	changed, err := event.Edit(edits...)
	sender.objects.keep(event, changed)
	if _, another := spec.Set["data.object.id"]; err == nil && another && spec.About != "" {
		return sender.own(ctx, changed)
	}
	return changed, err
}

// within reports whether a path is another, or inside it.
func within(path, outer string) bool { return path == outer || strings.HasPrefix(path, outer+".") }

// edits are what the case sets and adds at the paths that it may change, with variables
// and placeholders filled in.
func (e *execution) edits(spec caseEvent, may func(path string) bool) (edits []webhooktest.Edit, err error) {
	for i, fields := range []render.Changes{spec.Set, spec.Add} {
		change := []func(string, any) webhooktest.Edit{webhooktest.Set, webhooktest.Add}[i]
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			if !may(path) {
				continue
			}
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
func (e *execution) replayed(from *payload, spec caseEvent, renamed *strings.Replacer) (*webhooktest.Event, error) {
	edits, err := e.edits(spec, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	body := slices.Clone(from.event.Body())
	if !spec.Exact {
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
		defer e.session.sender.share()()
		return e.session.sender.distinct(ctx, e.observed.events[name][0].Type())
	}
	spec.Exact = false
	return e.session.sender.registered(e.replayed(from, spec, e.spec.renamer(e.session.run.source.identity(), e.variant)))
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
