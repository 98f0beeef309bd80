package webhooktest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/suggest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Flow is the sequence of events that Stripe sends for one business action, all about the
// same objects, in order of arrival.
type Flow struct {
	Name  string
	Title string // what happens, in one sentence
	Steps []FlowStep
}

// A FlowStep is one event of a flow.
type FlowStep struct {
	Event *Event
	After time.Duration // since the flow's first event

	cause int // its place in causal order
}

// Flow makes the events of a flow about new objects. The name is a flow
// ([fixtures.Flows]) or an event type. A type means the flow that leads to it, or else
// the single event, as for thin types. Any other name is a fixtures.ErrUnknownType.
//
// Edits are Set and Add, for events of the named type, and For, for other types. Values
// that other events share with the edited one change with it: an amount, an e-mail
// address, an ID. A Variant of the named type chooses the flow that leads to it. With
// Existing, all events are about the given object.
func (s *Source) Flow(name string, edits ...Edit) (*Flow, error) {
	variant, edits, err := variantOf(name, edits)
	if err != nil {
		return nil, err
	}
	fixture, name, eventType, err := s.findFlow(name)
	if err == nil && variant != "" {
		fixture, name, err = variantFlow(eventType, variant)
	}
	if err != nil {
		return nil, err
	}
	flow, err := s.play(name, fixture, len(edits) > 0)
	if err != nil {
		return nil, fmt.Errorf("fixtures/flows/%s.json: %w", name, err)
	}
	if err := flow.share(eventType, edits); err != nil {
		return nil, fmt.Errorf("flow %s: %w", name, err)
	}
	return flow, nil
}

// findFlow returns the flow for a name, and the event type if the name is one.
func (s *Source) findFlow(name string) (f render.Flow, flow, eventType string, err error) {
	f, err = render.ReadFlow(name)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrInvalid) {
		return f, name, "", err
	}
	if _, unknown := fixtures.DescribeEvent(name); unknown == nil && fixtures.IsThin(name) {
		return single(name), name, name, nil // thin events are in no flow
	}
	version, err := s.apiVersion()
	if err != nil {
		return f, "", "", err
	}
	types := fixtures.Types(version)
	if !slices.Contains(types, name) {
		names := slices.Concat(fixtures.Flows(), types)
		return f, "", "", fmt.Errorf("%w or flow %q%s", fixtures.ErrUnknownType, name, suggest.DidYouMean(name, names))
	}
	leads, err := leading()
	if err != nil {
		return f, "", "", err
	}
	if flow = leads[name]; flow == "" {
		return single(name), name, name, nil
	}
	f, err = render.ReadFlow(flow)
	return f, flow, name, err
}

// variantOf splits off the variant chosen for an event type.
func variantOf(name string, edits []Edit) (variant string, rest []Edit, err error) {
	for _, edit := range edits {
		switch {
		case edit.variant == "":
			rest = append(rest, edit)
		case edit.typ == "" || edit.typ == name:
			variant = edit.variant
		default:
			return "", nil, fmt.Errorf("variant for %s: it chooses the flow, so name that type instead of %s", edit.typ, name)
		}
	}
	return variant, rest, nil
}

// variantFlow returns the flow that leads to a variant of an event type.
func variantFlow(eventType, name string) (f render.Flow, flow string, err error) {
	if eventType == "" {
		return f, "", fmt.Errorf("variant %s: of which type? Name the type instead of the flow", name)
	}
	variant, err := fixtures.FindVariant(eventType, name)
	if err == nil && variant.Flow == "" {
		err = fmt.Errorf("variant %s of %s: no flow leads to it: send the event alone", name, eventType)
	}
	if err != nil {
		return f, "", err
	}
	f, err = render.ReadFlow(variant.Flow)
	return f, variant.Flow, err
}

// leading maps each event type to the flow that leads to it. It reads the files on first
// use.
var leading = sync.OnceValues(func() (map[string]string, error) {
	leads := make(map[string]string)
	for _, flow := range fixtures.Flows() {
		f, err := render.ReadFlow(flow)
		if err != nil {
			return nil, err
		}
		for _, trigger := range f.Triggers {
			leads[trigger] = flow
		}
	}
	return leads, nil
})

// single is the flow of an event type with no flow of its own.
func single(eventType string) render.Flow {
	return render.Flow{
		Title:  "nothing else happens",
		Events: map[string]render.FlowEvent{eventType: {Type: eventType}},
		Steps:  []render.FlowStep{{Send: eventType}},
		Causal: []string{eventType},
	}
}

// play makes the events of a flow, as if it had just ended. If the flow has edits, the
// events record the facts they share.
func (s *Source) play(name string, f render.Flow, edited bool) (*Flow, error) {
	f, err := s.known(f)
	if err != nil {
		return nil, err
	}
	options := s.renderOptions()
	if edited {
		if err := readFacts(&options); err != nil {
			return nil, err
		}
	}
	flow := &Flow{Name: name, Title: f.Title}
	for _, step := range f.Steps {
		cause := slices.Index(f.Causal, step.Send)
		if _, ok := f.Events[step.Send]; !ok || cause < 0 {
			return nil, fmt.Errorf("step %q: not in events, or not in causal", step.Send)
		}
		flow.Steps = append(flow.Steps, FlowStep{After: time.Duration(step.After), cause: cause})
	}
	identities := s.identities(flow)
	var known []render.Creation // so that all events agree with the first about an object
	for _, i := range flow.causal() {
		event := f.Events[f.Steps[i].Send]
		t, err := options.LoadFlow(&event)
		if err != nil {
			return nil, fmt.Errorf("event %q: %w", f.Steps[i].Send, err)
		}
		identities[i].Creations = known
		made := newEvent(t, event.Type, identities[i])
		flow.Steps[i].Event, known = made, made.created()
	}
	return flow, nil
}

// known returns the flow without the events that its API version does not have yet.
func (s *Source) known(f render.Flow) (render.Flow, error) {
	version, err := s.apiVersion()
	f.Steps = slices.DeleteFunc(slices.Clone(f.Steps), func(step render.FlowStep) bool {
		since, ok := fixtures.Since(f.Events[step.Send].Type)
		return ok && since > version
	})
	return f, err
}

// identities returns the identities of a flow's events, as if the flow had just ended.
func (s *Source) identities(f *Flow) []render.Identity {
	objects := s.identity()
	began := objects.Created - int64(f.length()/time.Second)
	objects.Objects.Began = began
	all := make([]render.Identity, len(f.Steps))
	for i := range all {
		all[i] = s.identity()
		all[i].Objects, all[i].Created = objects.Objects, began+int64(f.happened(i)/time.Second)
	}
	return all
}

// causal returns the positions of the steps in the order of cause and effect.
func (f *Flow) causal() []int {
	order := make([]int, len(f.Steps))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(f.Steps[a].cause, f.Steps[b].cause) })
	return order
}

// length is the time from the first event to the last.
func (f *Flow) length() (longest time.Duration) {
	for _, step := range f.Steps {
		longest = max(longest, step.After)
	}
	return longest
}

// happened returns the creation time of a step's event: no later than its arrival, and no
// later than its effects.
func (f *Flow) happened(i int) time.Duration {
	at := f.Steps[i].After
	for _, step := range f.Steps {
		if step.cause > f.Steps[i].cause {
			at = min(at, step.After)
		}
	}
	return at
}

// Causal returns the flow in causal order, which differs from Stripe's order of arrival.
func (f *Flow) Causal() *Flow {
	return f.reordered(func(steps []FlowStep) {
		slices.SortStableFunc(steps, func(a, b FlowStep) int { return cmp.Compare(a.cause, b.cause) })
	})
}

// Shuffled returns the flow in another order than its own, determined by the seed.
func (f *Flow) Shuffled(seed uint64) *Flow {
	return f.reordered(func(steps []FlowStep) {
		for i, from := range shuffled(len(steps), rand.New(rand.NewPCG(seed, shuffleStream))) {
			steps[i] = f.Steps[from]
		}
	})
}

// reordered keeps the times of arrival but changes the order of events.
func (f *Flow) reordered(order func([]FlowStep)) *Flow {
	steps := slices.Clone(f.Steps)
	order(steps)
	for i := range steps {
		steps[i].After = f.Steps[i].After
	}
	return &Flow{f.Name, f.Title, steps}
}

// Events returns the events, for Endpoint.DeliverAll.
func (f *Flow) Events() iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		for _, step := range f.Steps {
			if !yield(step.Event) {
				return
			}
		}
	}
}

// EventsInRealTime yields each event at its time of arrival.
func (f *Flow) EventsInRealTime(ctx context.Context) iter.Seq[*Event] {
	return func(yield func(*Event) bool) {
		start := time.Now()
		for _, step := range f.Steps {
			select {
			case <-time.After(time.Until(start.Add(step.After))):
			case <-ctx.Done():
				return
			}
			if !yield(step.Event) {
				return
			}
		}
	}
}
