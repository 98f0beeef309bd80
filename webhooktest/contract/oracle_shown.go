package contract

import (
	"context"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// shownBy returns what an effect of the witness must be to show that its last event counts:
// another one than the reference's, and than that of the witness without this event. Else
// the event is one that the app leaves alone on purpose, such as a payment that Stripe tries
// again. unmoved says so.
func shownBy(ctx context.Context, o *oracle) (shows func(did statediff.Diff) bool, unmoved string, err error) {
	last := lastOf(o.spec.Witness, o.spec.Reference)
	if o.spec.Compare != "" || len(o.spec.Against) > 0 || o.spec.Events[last].About == "" {
		return func(did statediff.Diff) bool { return differs(o, did) }, "", nil
	}
	earlier := withoutEvent(o.spec.Witness, last)
	var without statediff.Diff
	if sendsAny(earlier) {
		if _, without, err = o.execute(ctx, earlier); err != nil {
			return nil, "", err
		}
	}
	b := statediff.Baseline{Volatile: o.session.run.known.madeUp(o.session.probe.careful), References: []statediff.Diff{without}}
	shows = func(did statediff.Diff) bool { return differs(o, did) && b.Differs(did) }
	return shows, unmovedBy(o, earlier, last), nil
}

// unmovedBy says that an event has no effect after the steps before it.
func unmovedBy(o *oracle, earlier []caseStep, last string) string {
	said := strings.Join(o.spec.typesNamed(o.variant, []string{last}), ", ") + " changes nothing"
	if sendsAny(earlier) {
		said += " after " + strings.Join(o.spec.typesOf(o.variant, earlier), ", ")
	}
	return said
}

// withoutEvent returns steps that do not send an event.
func withoutEvent(steps []caseStep, name string) []caseStep {
	left := slices.Clone(steps)
	for i := range left {
		left[i].Send = slices.DeleteFunc(slices.Clone(left[i].Send), func(sent string) bool { return sent == name })
	}
	return left
}

// sendsAny reports whether steps send any event.
func sendsAny(steps []caseStep) bool {
	return slices.ContainsFunc(steps, func(step caseStep) bool { return len(step.Send) > 0 })
}
