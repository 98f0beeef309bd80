package contract

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// mustMove requires the state to show the subject of the case.
func (o *oracle) mustMove(ctx context.Context) error {
	types := o.spec.types(o.variant)
	if o.spec.asksForEffect() {
		types = []string{o.session.subject.control()}
	}
	var spent error
	for _, eventType := range types {
		did, err := o.effect(ctx, eventType)
		if err == nil && len(did) > 0 {
			return nil
		}
		if err != nil && !isSpent(err) {
			return err
		}
		spent = cmp.Or(spent, err) // another type may have objects
	}
	if spent != nil {
		return spent
	}
	if together, err := movedTogether(ctx, o); together || err != nil {
		return err
	}
	return o.session.unmoved("no event of this case changes the state when it is delivered alone: " + strings.Join(types, ", "))
}

// movedTogether reports whether the events before the end change together what the state says
// of the objects, where each by itself does not: a checkout gives no access, and the first
// active subscription after it does.
func movedTogether(ctx context.Context, o *oracle) (bool, error) {
	earlier := withoutLater(o.spec)
	if o.spec.Compare != "object" || len(eventsOf(earlier)) < 2 {
		return false, nil
	}
	e, did, err := o.execute(ctx, earlier)
	if err != nil {
		return false, err
	}
	before := e.observed.diff(e.observed.start, nil)
	moves := func(did statediff.Diff) bool { return !statediff.Unmoved(before, did, did) }
	did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, moves)
	return moves(did), err
}

// judgeMoves judges variants that must have an effect like plain events, somewhere that the
// ignored reference does not change. It does not judge refusals: Stripe retries them.
func (o *oracle) judgeMoves(ctx context.Context) ([]finding, error) {
	_, ignored, err := o.execute(ctx, o.spec.Reference)
	if err != nil {
		return nil, err
	}
	touched := make(map[string]bool)
	for place := range ignored {
		touched[place] = true
	}
	moves := func(did statediff.Diff) bool { return len(did.Without(touched)) > 0 }
	if did, err := o.moved(ctx, o.plain(), moves); err != nil {
		return nil, err
	} else if !moves(did.diff) {
		return nil, fmt.Errorf("%w: a plain %s has no effect that the state shows", render.ErrNotApplicable, did.sent())
	}
	did, err := o.moved(ctx, o, moves)
	switch {
	case err != nil:
		return nil, err
	case moves(did.diff):
		return nil, nil
	case !did.accepted():
		return nil, fmt.Errorf("%w: %s is refused", render.ErrNotApplicable, did.sent())
	}
	return did.execution.withState([]string{"nothing changed that an ignored event does not change too"}, "an effect, as a plain "+did.sent()+" has"), nil
}

// plain returns the oracle of the same case with plain events.
func (o *oracle) plain() *oracle {
	spec := *o.spec
	spec.Events = maps.Clone(spec.Events)
	for name, event := range spec.Events {
		event.Variant = ""
		spec.Events[name] = event
	}
	other := *o
	other.spec = &spec
	return &other
}

// A movement is the effect of an execution.
type movement struct {
	execution *execution
	diff      statediff.Diff
}

// moved runs the steps of an oracle's case, and waits for their effect.
func (o *oracle) moved(ctx context.Context, of *oracle, moves func(statediff.Diff) bool) (movement, error) {
	e, did, err := of.execute(ctx, of.spec.Steps)
	if err == nil {
		did, err = o.session.probe.until(ctx, e.observed, did, moves)
	}
	return movement{e, did}, err
}

func (m movement) accepted() bool {
	return !slices.ContainsFunc(m.execution.sent, func(event *webhooktest.Event) bool { return !m.execution.accepted[event] })
}

// sent describes the delivered events.
func (m movement) sent() string {
	if len(m.execution.sent) == 0 {
		return "event"
	}
	return m.execution.sent[0].Type()
}
