package contract

import (
	"context"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// checkShown checks the witness before the steps of a careful try, which would wait for an
// effect that does not show.
func checkShown(ctx context.Context, o *oracle) error {
	if o.spec.State != "differs" || o.spec.Compare != "" || len(o.spec.Witness) == 0 || !o.session.probe.careful {
		return nil
	}
	b, _ := o.baseline(nil)
	o.shown = true
	return o.checkWitness(ctx, b)
}

// checkWitness checks that the state could show the difference in question: the effect of
// the witness must differ from the reference, too, or from its own counterpart.
func (o *oracle) checkWitness(ctx context.Context, b statediff.Baseline) error {
	if len(o.spec.Witness) == 0 {
		return nil
	}
	differs := b.Differs
	if len(o.spec.Against) > 0 {
		against, err := o.against(ctx, b.Touched())
		if err != nil {
			return err
		}
		differs = func(did statediff.Diff) bool { return against.Differs(did.At(b.Touched())) }
	}
	e, did, err := o.execute(ctx, o.spec.Witness)
	if err == nil {
		did, err = o.session.probe.untilFor(ctx, notShown, e.observed, did, func(did statediff.Diff) bool { return differs(did) || o.silent(o.spec.Witness) })
	}
	if err != nil {
		return err
	}
	if !differs(did) {
		return errInconclusive{reason: "the state is the same with and without what the case is about, even after clean delivery"}
	}
	return nil
}

// against returns the effect to compare the witness with, measured twice, at the places
// that the reference touches.
func (o *oracle) against(ctx context.Context, touched map[string]bool) (b statediff.Baseline, err error) {
	b.Volatile = o.session.run.known.madeUp(o.session.probe.careful)
	for range 2 {
		_, did, err := o.execute(ctx, o.spec.Against)
		if err != nil {
			return b, err
		}
		b.References = append(b.References, did.At(touched))
	}
	return b, nil
}
