package contract

import (
	"context"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// withoutUnreached judges a careful try once more without the small numbers that clean
// delivery never shows: a row may count what was ignored. A flag or a quantity of an older
// event is one that it shows on its way.
func withoutUnreached(ctx context.Context, o *oracle, b statediff.Baseline, did statediff.Diff, differences []string) ([]string, error) {
	if o.spec.Compare != "object" || !o.spec.hasAlternative() || !o.session.probe.careful {
		return differences, nil
	}
	onTheWay, err := onTheWay(ctx, o)
	if err != nil {
		return nil, err
	}
	b.References, did = statediff.WithoutUnreached(b.References, onTheWay, did)
	differences, _ = b.Judge(did)
	return differences, nil
}

// onTheWay returns what the state says of the objects after each event of the reference but
// the last.
func onTheWay(ctx context.Context, o *oracle) (views []statediff.Diff, err error) {
	for i, step := range o.spec.Reference {
		for n := 1; n <= len(step.Send); n++ {
			if i == len(o.spec.Reference)-1 && n == len(step.Send) {
				break
			}
			part := step
			part.Send = step.Send[:n]
			_, did, err := o.execute(ctx, append(o.spec.Reference[:i:i], part))
			if err != nil {
				return nil, err
			}
			views = append(views, did)
		}
	}
	return views, nil
}

// checkTaken checks that an object beside the one that the last step is about was taken in
// before that step, if clean delivery leaves its id: else its loss is no work of the step.
func checkTaken(ctx context.Context, o *oracle) error {
	last := lastOf(o.spec.Steps, nil)
	for _, name := range besides(o.spec, last) {
		id := "{" + name + ".data.object.id}"
		if !o.references[0].Names(id) {
			continue
		}
		e, did, err := o.execute(ctx, withoutEvent(o.spec.Steps, last))
		if err == nil {
			did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, func(did statediff.Diff) bool { return did.Names(id) })
		}
		if err != nil {
			return err
		}
		if !did.Names(id) {
			return errInconclusive{reason: fmt.Sprintf("%s is accepted, and the state shows nothing of it before %s comes: it is dropped while the first is there",
				o.spec.typesNamed(o.variant, []string{name})[0], o.spec.typesNamed(o.variant, []string{last})[0])}
		}
	}
	return nil
}

// keptAmounts finds amounts that what came too early left, where the witness, which it is
// compared with as well, is the early event by itself: that may be booked in a row of its own,
// but not otherwise than after what it belongs to. Clean delivery must leave the amount each
// time.
func keptAmounts(ctx context.Context, o *oracle, did statediff.Diff) ([]string, error) {
	if !o.spec.Effective || !o.spec.hasAlternative() || len(o.references) < 2 {
		return nil, nil
	}
	clean, early := o.references[:1], o.references[1]
	if kept := statediff.KeptAmounts(clean, early, did); len(kept) == 0 {
		return nil, nil
	}
	_, again, err := o.execute(ctx, o.spec.Reference)
	if err != nil {
		return nil, err
	}
	return statediff.KeptAmounts(append(slices.Clone(clean), again), early, did), nil
}
