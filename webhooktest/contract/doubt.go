package contract

import (
	"context"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Nobody is accused by a first look, and nothing is called inconclusive by one. What
// was read too early is a missing effect in this reading and one too many in the
// next, and so is what perfect delivery did if it was read too early. So the case is tried
// again with nothing that was learned before: the state is still for a long time
// before anything is sent, each effect is waited for, and only then is it judged.

const (
	// carefulWindow is how long the state must have been still in a second look at a
	// handler that has always worked before it answered, and carefulSettle at others.
	carefulWindow = 100 * time.Millisecond
	carefulSettle = 2 * time.Second
)

// doubt makes the next try of a case a careful one, which learns again what its types
// do. What a handler did that has always worked before it answered, on a machine that
// never stalled, cannot have been the effect of something else. It reports whether
// that is anything new.
func (r *runner) doubt(types []string) bool {
	if r.careful || r.played == nil && r.called() == 0 {
		return false
	}
	r.careful = true
	late := r.settle > 0 || r.stall() > 0
	for _, eventType := range append(slices.Clone(types), r.subject.control()) {
		if known, _ := r.effect(eventType); late || len(known) == 0 {
			r.forget(eventType)
		}
	}
	return true
}

// window is for how long the state must have been still to be believed.
func (r *runner) window() time.Duration {
	if !r.careful {
		return r.settle
	}
	window := max(carefulWindow, min(4*r.stall(), carefulSettle))
	if r.settle > 0 {
		window = max(window, r.settle, carefulSettle)
	}
	return window
}

// until returns the change that a play has made, in a careful try once it is as hoped
// for or effectTimeout is over: work may still be going on.
func (r *runner) until(ctx context.Context, p *play, moved statediff.Diff, hoped func(statediff.Diff) bool) (statediff.Diff, error) {
	if !r.careful || hoped(moved) {
		return moved, nil
	}
	took, ok, err := p.await(ctx, effectTimeout, func(state any) bool { return hoped(p.moved(state)) })
	if err != nil || !ok {
		return moved, err
	}
	r.slower(took)
	state, err := p.readStill(ctx) // there may be more to come
	if err != nil {
		return nil, err
	}
	return p.moved(state), nil
}

// slower takes in that the handler works longer than was thought: all that was
// learned before may be wrong.
func (r *runner) slower(took time.Duration) {
	r.pace(max(took, r.settle, DefaultSettle))
	r.works(r.settle)
	r.forgetAll()
}

// awaitEffect waits for the effect of a type that seems to have none. The other types
// that seem to have none are delivered too, so that they are all waited for at once.
func (r *runner) awaitEffect(ctx context.Context, eventType string) (statediff.Diff, error) {
	if r.isSilent(eventType) {
		return nil, nil
	}
	types := r.seemSilent(eventType)
	p, moved, err := r.probe(ctx, types)
	if err == nil {
		moved, err = r.until(ctx, p, moved, func(moved statediff.Diff) bool { return len(moved) > 0 })
	}
	switch {
	case err != nil:
		return nil, err
	case len(moved) == 0:
		r.silence(types)
		return nil, nil
	case len(types) == 1:
		return moved, nil
	}
	p, moved, err = r.probe(ctx, []string{eventType})
	if err != nil {
		return nil, err
	}
	return r.until(ctx, p, moved, func(moved statediff.Diff) bool { return len(moved) > 0 })
}

// probe delivers an event of each type, and returns what that does to the state.
func (r *runner) probe(ctx context.Context, types []string) (p *play, moved statediff.Diff, err error) {
	var events []*webhooktest.Event
	for _, eventType := range types {
		event, err := r.eventAlone(ctx, eventType)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, event)
	}
	p = r.about(events[0])
	p.events["e"] = events
	moved, err = r.measure(ctx, p, func(*play) error {
		for _, event := range events {
			if _, err := r.deliver(ctx, event); err != nil {
				return err
			}
		}
		return nil
	})
	return p, moved, err
}
