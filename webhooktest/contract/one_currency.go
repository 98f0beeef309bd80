package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An app that sells in one currency may refuse all others: Stripe sends what the app asked for.
// A shape in another currency tells a fault only of an app that takes still another one, such as
// of one that knows no currency without cents.

// refusedCurrency returns the findings about a shape, unless the app refuses any currency but
// its own: then the error is render.ErrNotApplicable.
func refusedCurrency(ctx context.Context, s *session, v variant, findings []finding) ([]finding, error) {
	eventType, shape := v.shape()
	if len(findings) == 0 || !onlyCurrency(shape) || slices.ContainsFunc(findings, func(f finding) bool { return f.silent }) {
		return findings, nil
	}
	event, err := s.sender.registered(s.sender.prepared(ctx, eventType, inCents(s, eventType, shape)...))
	if err != nil {
		return nil, err
	}
	response, err := s.sender.deliver(ctx, event)
	if err == nil && response.Err == nil && !response.Accepted() {
		return nil, fmt.Errorf("%w: the handler refuses %s in any currency but its own", render.ErrNotApplicable, eventType)
	}
	return findings, err
}

// onlyCurrency reports whether a shape, if there is one, differs in nothing but the currency.
func onlyCurrency(shape *fixtures.Variant) bool {
	if shape == nil || len(shape.Set) == 0 || len(shape.Add)+len(shape.Remove) > 0 || shape.Flow != "" {
		return false
	}
	for path := range shape.Set {
		if path != "currency" && !strings.HasSuffix(path, ".currency") {
			return false
		}
	}
	return true
}

// inCents returns the edits for the shape in a currency of cents that is not the app's own.
func inCents(s *session, eventType string, shape *fixtures.Variant) (edits []webhooktest.Edit) {
	other := "eur"
	if usual, err := s.sender.edited(eventType); err == nil {
		if own, _ := usual.Lookup("data.object.currency"); own == other {
			other = "usd"
		}
	}
	edits = append(edits, webhooktest.Variant(shape.Name))
	for _, path := range slices.Sorted(maps.Keys(shape.Set)) {
		edits = append(edits, webhooktest.Set("data.object."+path, other))
	}
	return edits
}
