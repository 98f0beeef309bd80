package contract

import (
	"context"
	"errors"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// tryCommon tries a type whose plain event is refused in the shapes that are more common: an
// app may take invoices with one line only. Without one that shows more, it returns what is
// known of the plain event.
func tryCommon(ctx context.Context, d *discovery, one discoverableType, plain HandledType) (HandledType, error) {
	if plain.Refused == "" || one.shape != "" {
		return plain, nil
	}
	for _, v := range fixtures.Variants(one.eventType) {
		one.shape = v.Name
		if !v.Common || !d.mayHave(one) {
			continue
		}
		handled, err := d.try(ctx, one)
		switch {
		case errors.Is(err, webhooktest.ErrNoPath): // the user's edits do not fit this shape
		case err != nil:
			return plain, err
		case strength(handled) < strength(plain):
			handled.RefusedPlain = plain.Refused
			return handled, nil
		}
	}
	return plain, nil
}
