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

// caseEvents makes the events of one execution of a case.
type caseEvents struct {
	session  *session
	spec     *contractCase
	variant  variant
	observed *observation // the events made so far, by name
	identity render.Identity
	values   values            // the case's variables
	renamed  *strings.Replacer // fresh ids for those in payloads
	burst    int               // the burst that an event is made for
}

func newCaseEvents(s *session, spec *contractCase, v variant) (*caseEvents, error) {
	c := &caseEvents{session: s, spec: spec, variant: v, observed: newObservation(), identity: s.run.source.identity()}
	c.observed.byObject = spec.Compare == "object"
	if !spec.golden() && (spec.State == "none" || spec.State == "") {
		c.observed.as = single // its effect is compared with that of a single event
	}
	if hasAlike(spec) {
		c.observed.as = single // with that of events of other names
	}
	c.renamed = spec.renamer(c.identity, v)
	return c, c.initVariables()
}

// makeEvent makes the events of a name, after the events that they are about or share a
// customer with.
func (c *caseEvents) makeEvent(ctx context.Context, name string) error {
	spec := c.spec.Events[name]
	if c.observed.events[name] != nil {
		return nil
	}
	for _, other := range []string{spec.About, spec.sibling(), spec.Alike} {
		if other == "" {
			continue
		}
		if err := c.makeEvent(ctx, other); err != nil {
			return err
		}
	}
	for i := range max(1, spec.Count, c.variant.bursts) {
		if c.variant.bursts > 0 {
			c.burst = i
		}
		event, err := c.newEvent(ctx, name)
		if err == nil && !onlyForges(c.spec, name, c.mutations) {
			err = registerEvent(c.session.sender, event)
		}
		if err != nil {
			return err
		}
		tag, about := "", c.spec.Events[name].About
		if c.observed.byObject {
			tag = c.variant.tag(i)
		}
		if err := nameShared(c, name, tag, event); err != nil {
			return err
		}
		c.observed.add(name, name+tag, event)
		if about != "" {
			c.session.sender.binder.nameLate(c.observed, about+tag, c.observed.events[about][c.burst], event)
		}
		c.session.sender.binder.name(c.observed, name+tag, event)
	}
	return nil
}

// onlyForges reports whether a case never delivers a genuine event of this name.
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

// newEvent makes one event: from a payload, or of a type.
func (c *caseEvents) newEvent(ctx context.Context, name string) (event *webhooktest.Event, err error) {
	spec := c.spec.Events[name]
	c.identity.Created = c.session.run.source.next().Unix()
	eventType := c.variant.typeOf(spec.Type)
	if payload := spec.payload(c.variant); payload != nil {
		event, err = c.replayed(payload, spec, c.renamed)
	} else if event, err = c.shaped(ctx, name, eventType); err == nil {
		event, err = c.changed(ctx, spec, event)
	}
	if err == nil && c.spec.asksForEffect() {
		event, err = c.session.sender.varied(event)
	}
	if fixtures.IsThin(eventType) && errors.Is(err, webhooktest.ErrNoPath) {
		err = render.ErrThin // may be what the case is about
	}
	return event, err
}

// shaped makes an event of a type, in the variant that a case wants.
func (c *caseEvents) shaped(ctx context.Context, name, eventType string) (*webhooktest.Event, error) {
	event, err := c.bound(ctx, name, eventType)
	if shape := c.spec.Events[name].Variant; shape != "" {
		err = c.checkShape(event, err, c.fill(shape))
	}
	return event, err
}

// bound makes an event of a type, about the objects of another event or about new objects:
// the app's or, if the case says so, foreign ones.
func (c *caseEvents) bound(ctx context.Context, name, eventType string) (event *webhooktest.Event, err error) {
	spec, sender := c.spec.Events[name], c.session.sender
	edits, err := c.forms(spec, eventType)
	if err != nil {
		return nil, err
	}
	switch _, another := spec.Set["data.object.id"]; {
	case spec.Foreign:
		return sender.foreign(eventType, edits...)
	case spec.About != "" && another: // it gets an app object when it has its id
		about := webhooktest.About(c.observed.events[spec.About][c.burst])
		return sender.edited(eventType, append([]webhooktest.Edit{about}, edits...)...)
	case spec.About != "":
		return sender.about(ctx, c.observed.events[spec.About][c.burst], eventType, edits...)
	case spec.sibling() != "":
		sibling := c.observed.events[spec.sibling()][c.burst]
		return sender.ofCustomer(ctx, customer{sibling, spec.Renewal != ""}, eventType, edits...)
	}
	if spec.Alike != "" {
		return madeAlike(ctx, sender, c.observed.events[spec.Alike][c.burst], eventType, edits)
	}
	whole := leads(c.spec, name) && isNoted(c.session.run.known, eventType)
	return precedence{sender: sender, whole: whole}.prepared(ctx, eventType, edits...)
}

// forms returns the edits for the version and shape that a case wants.
func (c *caseEvents) forms(spec caseEvent, eventType string) (edits []webhooktest.Edit, err error) {
	if spec.Version != 0 {
		edits = append(edits, webhooktest.Version(spec.Version))
	}
	if spec.Variant != "" {
		edits = append(edits, webhooktest.Variant(c.fill(spec.Variant)))
	}
	if shape := c.variant.shapeFor(spec); shape != "" {
		edits = append(edits, webhooktest.Variant(shape))
	}
	switch {
	case spec.Unchanged:
		edits = append(edits, sameAs(c.observed.events[spec.About][c.burst], eventType)...)
	case spec.Changed:
		version, err := c.session.sender.changedSince(c.observed.events[spec.About][c.burst], eventType)
		if err != nil {
			return nil, err
		}
		edits = append(edits, webhooktest.Version(version))
	}
	return edits, nil
}

// changed applies the case's edits to an event. The fields that bind it to an app object
// stay.
func (c *caseEvents) changed(ctx context.Context, spec caseEvent, event *webhooktest.Event) (*webhooktest.Event, error) {
	sender, pinned := c.session.sender, ""
	bindings := sender.binder.bindingsOf(event)
	edits, err := c.edits(spec, func(path string) bool {
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
		return moreOf(ctx, sender, changed, c.observed.events[spec.About][c.burst])
	}
	return changed, err
}

// within reports whether a path equals another, or is inside it.
func within(path, outer string) bool { return path == outer || strings.HasPrefix(path, outer+".") }

// edits returns what the case sets and adds at the paths that it may change, with variables
// and placeholders filled in.
func (c *caseEvents) edits(spec caseEvent, may func(path string) bool) (edits []webhooktest.Edit, err error) {
	for i, fields := range []render.Changes{spec.Set, spec.Add} {
		change := []func(string, any) webhooktest.Edit{webhooktest.Set, webhooktest.Add}[i]
		for _, path := range slices.Sorted(maps.Keys(fields)) {
			if !may(path) {
				continue
			}
			filled, err := render.Compile(c.fillJSON(fields[path]), c.session.subject.Livemode)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			edits = append(edits, change(path, json.RawMessage(filled.Append(nil, c.identity))))
		}
	}
	return edits, nil
}

// replayed makes the event of a payload, with its own ids unless it must be delivered
// unchanged.
func (c *caseEvents) replayed(from *payload, spec caseEvent, renamed *strings.Replacer) (*webhooktest.Event, error) {
	edits, err := c.edits(spec, func(string) bool { return true })
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

// controlOf makes the control of an event: an event of the same type or with the same
// payload, and with its own ids.
func (c *caseEvents) controlOf(ctx context.Context, name string) (*webhooktest.Event, error) {
	spec := c.spec.Events[name]
	from := spec.payload(c.variant)
	if from == nil {
		defer c.session.sender.share()()
		return c.session.sender.distinct(ctx, c.observed.events[name][0].Type())
	}
	spec.Exact = false
	return c.session.sender.registered(c.replayed(from, spec, c.spec.renamer(c.session.run.source.identity(), c.variant)))
}

// mutations returns the mutations of a step, filled in.
func (c *caseEvents) mutations(step caseStep) []string {
	mutations := make([]string, len(step.Mutate))
	for i, mutation := range step.Mutate {
		mutations[i] = c.fill(mutation)
	}
	return mutations
}
