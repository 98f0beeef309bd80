package contract

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// runningTotals are the fields in which events of a type tell a sum so far: each event
// repeats what earlier ones told.
var runningTotals = map[string]string{
	"charge.refunded":          "amount_refunded",
	"application_fee.refunded": "amount_refunded",
	"transfer.reversed":        "amount_reversed",
}

// checkTotals finds totals that add up sums so far.
func checkTotals(ctx context.Context, s *session) ([]finding, error) {
	types := slices.DeleteFunc(slices.Clone(s.subject.handled()), func(t string) bool { return runningTotals[t] == "" })
	if len(types) == 0 {
		return nil, errLacks{"handling " + strings.Join(slices.Sorted(maps.Keys(runningTotals)), " or ")}
	}
	judged := false
	for _, eventType := range types {
		findings, shown, err := addsTotals(ctx, s, eventType)
		if err != nil || len(findings) > 0 {
			return findings, err
		}
		judged = judged || shown
	}
	if !judged {
		return nil, s.unmoved("no number of it is a total of what was given back")
	}
	return nil, nil
}

// addsTotals gives a sum back at once, then in two parts. Where a total grows by the sum,
// it must not grow by that and the first part. It is shown by no state without such a total.
func addsTotals(ctx context.Context, s *session, eventType string) (findings []finding, shown bool, err error) {
	whole, err := s.sender.prepared(ctx, eventType, webhooktest.Version(2))
	if err != nil {
		return nil, false, err
	}
	clean, err := deliverMeasured(ctx, s, whole)
	if err != nil {
		return nil, false, err
	}
	first, err := s.sender.prepared(ctx, eventType, webhooktest.Version(1))
	if err != nil {
		return nil, false, err
	}
	part, sum := soFar(first), soFar(whole)
	second, err := s.sender.about(ctx, first, eventType, webhooktest.Version(2))
	if err != nil {
		return nil, false, err
	}
	did, err := deliverMeasured(ctx, s, first, second)
	for _, place := range clean.Places() {
		grew := math.Abs(clean[place].Delta)
		if !isMoney(grew, sum) {
			continue
		}
		shown = true
		if isMoney(math.Abs(did[place].Delta), part+sum) {
			findings = append(findings, finding{
				sent:     fmt.Sprintf("%s with %s %.0f\nthen %s with %[2]s %.0[5]f", first, runningTotals[eventType], part, second, sum),
				expected: fmt.Sprintf("%s: a change by %g", place, clean[place].Delta), actual: fmt.Sprintf("a change by %g", did[place].Delta),
			})
			break
		}
	}
	return findings, shown, err
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

// isMoney reports whether a number is an amount, in cents or in dollars.
func isMoney(number, cents float64) bool {
	return slices.ContainsFunc([]float64{cents, cents / 100}, func(amount float64) bool { return math.Abs(number-amount) < 1e-6 })
}
