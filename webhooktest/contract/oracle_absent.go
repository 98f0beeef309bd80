package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A state may name only those who have access, such as a list of customers. Once that has ended
// it names nobody, and a late event that undoes the end is seen all the same: whom it is about
// is named again.

// checkAbsent returns nil where neither clean delivery nor the steps leave anything of the
// objects, and what the steps end with would, had the end not come before it.
func checkAbsent(ctx context.Context, o *oracle, b statediff.Baseline, did statediff.Diff) error {
	if o.spec.Compare != "object" || len(b.Touched()) > 0 || len(did) > 0 {
		return incomparable(b)
	}
	earlier := withoutLater(o.spec)
	if !sendsAny(earlier) || !beforeEnd(o.spec, earlier) {
		return incomparable(b)
	}
	names := func(did statediff.Diff) bool { _, left := o.baseline(did); return len(left) > 0 }
	e, did, err := o.execute(ctx, earlier)
	if err == nil {
		did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, names)
	}
	if err != nil || names(did) {
		return err
	}
	return errInconclusive{reason: fmt.Sprintf("the state names the object neither in the end nor after %s, so it would not show what a late one undoes: show the object's status, too",
		strings.Join(o.spec.typesOf(o.variant, earlier), ", "))}
}

// withoutLater returns the steps of a case without what comes after their last event in clean
// delivery, or without what that ends with if it has no such event.
func withoutLater(c *contractCase) []caseStep {
	clean, last := eventsOf(c.Reference), eventsOf(c.Steps)
	if len(clean) == 0 || len(last) == 0 {
		return nil
	}
	at := slices.Index(clean, last[len(last)-1])
	if at < 0 {
		at = len(clean) - 2
	}
	steps := c.Steps
	for _, later := range clean[at+1:] {
		steps = withoutEvent(steps, later)
	}
	return steps
}

// beforeEnd reports whether steps send less than a case does.
func beforeEnd(c *contractCase, earlier []caseStep) bool {
	return len(eventsOf(earlier)) < len(eventsOf(c.Steps))
}

// eventsOf returns the names of the events that steps send, in order.
func eventsOf(steps []caseStep) (names []string) {
	for _, step := range steps {
		names = append(names, step.Send...)
	}
	return names
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
