package contract

import (
	"context"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

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
