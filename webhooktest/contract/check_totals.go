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
		if _, unclear := isInconclusive(err); unclear || errors.Is(err, render.ErrNotApplicable) {
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
	columns := amountsIn(clean, soFar(whole))
	switch {
	case len(clean) == 0:
		return nil, s.unmoved("a genuine " + eventType + " does not change the state")
	case len(totals)+len(columns) == 0:
		return nil, errLacks{"a number in the state that is a total of what was given back, or an amount in what is booked of it"}
	}
	p, err := inParts(ctx, s, eventType)
	if err != nil {
		return nil, err
	}
	for _, place := range totals {
		if isMoney(p.did[place].Delta, p.first+p.second) {
			return p.grew(place, clean[place].Delta, p.did[place].Delta), nil
		}
	}
	findings, unclear := p.booked(columns, clean)
	if len(totals) > 0 {
		unclear = nil
	}
	return findings, unclear
}

// parts is what two events do that tell of a sum given back in two parts.
type parts struct {
	sent          string
	first, second float64 // the sums so far that they tell
	did           statediff.Diff
}

// inParts gives a sum back in two parts.
func inParts(ctx context.Context, s *session, eventType string) (*parts, error) {
	first, err := s.sender.prepared(ctx, eventType, webhooktest.Version(1))
	if err != nil {
		return nil, err
	}
	second, err := s.sender.about(ctx, first, eventType, webhooktest.Version(2))
	if err != nil {
		return nil, err
	}
	p := &parts{sent: told(first) + "\n" + told(second), first: soFar(first), second: soFar(second)}
	if p.first <= 0 || p.first >= p.second {
		return nil, fmt.Errorf("%w: the user sets what was given back so far", render.ErrNotApplicable)
	}
	p.did, err = deliverMeasured(ctx, s, first, second)
	return p, err
}

// grew describes a number that moved by more than was given back.
func (p *parts) grew(place string, clean, did float64) []finding {
	return []finding{{sent: p.sent, expected: fmt.Sprintf("%s: a change by %g", place, clean), actual: fmt.Sprintf("a change by %g", did)}}
}

// told describes an event with its sum so far.
func told(event *webhooktest.Event) string {
	return fmt.Sprintf("%s with %s %.0f", event, runningTotals[event.Type()], soFar(event))
}

// deliverMeasured delivers events in turn and returns their effect. Their own ids have no
// name: what has one for its key is a row among others.
func deliverMeasured(ctx context.Context, s *session, events ...*webhooktest.Event) (statediff.Diff, error) {
	o := observe(events...)
	s.sender.binder.name(o, single, events[0])
	for _, event := range events {
		delete(o.ids, event.ID())
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
