package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// checkTotals finds totals that add up sums so far.
func checkTotals(ctx context.Context, s *session) ([]finding, error) {
	types := slices.DeleteFunc(slices.Clone(s.subject.handled()), func(t string) bool { return runningTotals[t] == "" })
	if len(types) == 0 {
		return nil, errLacks{"handling " + strings.Join(slices.Sorted(maps.Keys(runningTotals)), " or ")}
	}
	var missing error
	for _, eventType := range types {
		findings, err := addsTotals(ctx, s, eventType)
		if errors.Is(err, render.ErrNotApplicable) {
			missing = err
			continue
		}
		if err != nil || len(findings) > 0 {
			return findings, err
		}
	}
	return nil, missing
}

// addsTotals gives a sum back at once, then in two parts. Where a total grows by the sum,
// it must not grow by that and the first part.
func addsTotals(ctx context.Context, s *session, eventType string) ([]finding, error) {
	whole, err := s.sender.prepared(ctx, eventType, webhooktest.Version(2))
	if err != nil {
		return nil, err
	}
	clean, err := deliverMeasured(ctx, s, whole)
	if err != nil {
		return nil, err
	}
	totals := slices.DeleteFunc(clean.Places(), func(place string) bool { return !isMoney(clean[place].Delta, soFar(whole)) })
	switch {
	case len(clean) == 0:
		return nil, s.unmoved("a genuine " + eventType + " does not change the state")
	case len(totals) == 0:
		return nil, errLacks{"a number in the state that is a total of what was given back"}
	}
	first, err := s.sender.prepared(ctx, eventType, webhooktest.Version(1))
	if err != nil {
		return nil, err
	}
	second, err := s.sender.about(ctx, first, eventType, webhooktest.Version(2))
	if err != nil {
		return nil, err
	}
	did, err := deliverMeasured(ctx, s, first, second)
	for _, place := range totals {
		if isMoney(did[place].Delta, soFar(first)+soFar(second)) {
			return []finding{{
				sent:     told(first) + "\n" + told(second),
				expected: fmt.Sprintf("%s: a change by %g", place, clean[place].Delta), actual: fmt.Sprintf("a change by %g", did[place].Delta),
			}}, nil
		}
	}
	return nil, err
}

// told describes an event with its sum so far.
func told(event *webhooktest.Event) string {
	return fmt.Sprintf("%s with %s %.0f", event, runningTotals[event.Type()], soFar(event))
}

// deliverMeasured delivers events in turn and returns their effect.
func deliverMeasured(ctx context.Context, s *session, events ...*webhooktest.Event) (statediff.Diff, error) {
	o := observe(events...)
	s.sender.binder.name(o, single, events[0])
	for _, event := range events {
		if err := s.sender.register(event.Body()); err != nil {
			return nil, err
		}
	}
	return s.probe.measure(ctx, o, func() error { return s.sender.deliverAll(ctx, events) })
}

// soFar returns the sum so far that an event tells.
func soFar(event *webhooktest.Event) float64 {
	value, _ := event.Lookup("data.object." + runningTotals[event.Type()])
	sum, _ := value.(float64)
	return sum
}

// isMoney reports whether a number changed by an amount, in cents or in dollars.
func isMoney(by, cents float64) bool {
	return slices.ContainsFunc([]float64{cents, cents / 100}, func(amount float64) bool { return math.Abs(math.Abs(by)-amount) < 1e-6 })
}
