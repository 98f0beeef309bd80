package contract

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// oddAmounts are amounts without an exact binary fraction: 0.1 + 0.2 is
// 0.30000000000000004, and 19.99 * 100 is 1998.9999999999998.
var oddAmounts = []int64{10, 20, 1999, 435, 1010}

// checkSums finds amounts that are added up as binary fractions, or truncated when
// converted to cents.
func checkSums(ctx context.Context, s *session) ([]finding, error) {
	judgedAny := false
	for _, eventType := range s.subject.handled() {
		findings, judged, err := deliverSums(ctx, s, eventType)
		if len(findings) > 0 || err != nil {
			return findings, err
		}
		judgedAny = judgedAny || judged
	}
	if judgedAny {
		return nil, nil
	}
	return nil, fmt.Errorf("%w: no handled type has an amount that may be changed", render.ErrNotApplicable)
}

// deliverSums delivers events of a type with odd amounts. It judges nothing if they have
// no amount or no effect.
func deliverSums(ctx context.Context, s *session, eventType string) (findings []finding, judged bool, err error) {
	for _, amount := range oddAmounts {
		event, err := worth(ctx, s.sender, eventType, amount)
		if err != nil || event == nil {
			return nil, false, err
		}
		o, sent := observe(event), fmt.Sprintf("%s over %d", event, amount)
		did, err := s.probe.measure(ctx, o, func() error {
			_, err := s.sender.deliver(ctx, event)
			return err
		})
		if err != nil {
			return nil, false, err
		}
		judged = judged || len(did) > 0
		before, after := numbers(o.start, nil), numbers(s.probe.last.state, nil)
		for _, number := range after {
			switch {
			case noisy(number) && grew(number, amount, before):
				return []finding{{sent: sent, expected: "sums that are exact to the cent", actual: "the state has " + number}}, true, nil
			case isCut(number, amount, before, after):
				return []finding{{sent: sent, expected: strconv.FormatInt(amount, 10), actual: "the state has " + number}}, true, nil
			}
		}
	}
	return nil, judged, nil
}

// worth makes an event of a type with an amount. It returns nil if the object has none, or
// one that the user sets.
func worth(ctx context.Context, s *sender, eventType string, amount int64) (*webhooktest.Event, error) {
	event, err := s.prepared(ctx, eventType)
	if err != nil {
		return nil, err
	}
	var was float64
	for _, name := range []string{"amount", "amount_total", "amount_paid"} {
		if value, _ := event.Lookup("data.object." + name); was == 0 {
			was, _ = value.(float64)
		}
	}
	object, _ := event.Lookup("data.object")
	members, _ := object.(map[string]any)
	var edits []webhooktest.Edit
	for name, value := range members {
		if value != was || was == 0 {
			continue
		}
		path := "data.object." + name
		if slices.Contains(s.subject.Pin, path) {
			return nil, nil
		}
		edits = append(edits, webhooktest.Set(path, amount))
	}
	if len(edits) == 0 {
		return nil, nil
	}
	changed, err := event.Edit(edits...)
	if errors.Is(err, webhooktest.ErrNoPath) {
		return nil, nil
	}
	s.objects.keep(event, changed)
	return s.registered(changed, err)
}

// numbers appends all numbers of a state, including those in strings.
func numbers(value any, all []string) []string {
	switch value := value.(type) {
	case float64:
		return append(all, strconv.FormatFloat(value, 'f', -1, 64))
	case string:
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			return append(all, value)
		}
	case []any:
		for _, element := range value {
			all = numbers(element, all)
		}
	case map[string]any:
		for _, member := range value {
			all = numbers(member, all)
		}
	}
	return all
}

// noisy reports whether a number has the residue that binary fractions leave in sums of
// money: it is close to a number with at most three decimals.
func noisy(number string) bool {
	value, err := strconv.ParseFloat(number, 64)
	rounded := math.Round(value*1000) / 1000
	return err == nil && value != rounded && math.Abs(value-rounded) < 1e-9 && math.Abs(value) < 1e7
}

// grew reports whether a number is another number plus an amount in dollars: a sum, not a
// share or an average.
func grew(number string, amount int64, before []string) bool {
	sum, _ := strconv.ParseFloat(number, 64)
	return slices.ContainsFunc(before, func(n string) bool {
		was, _ := strconv.ParseFloat(n, 64)
		return math.Abs(sum-was-float64(amount)/100) < 1e-6
	})
}

// isCut reports whether a number is new and one cent less than an amount that appears
// nowhere whole. A small number may be a count.
func isCut(number string, amount int64, before, after []string) bool {
	if amount < 400 {
		return false
	}
	whole, cut := spellings(amount), spellings(amount-1)
	return slices.Contains(cut, number) && !slices.Contains(before, number) &&
		!slices.ContainsFunc(after, func(n string) bool { return slices.Contains(whole, n) })
}

// spellings are the ways to write an amount: in cents and in dollars.
func spellings(cents int64) []string {
	return []string{
		strconv.FormatInt(cents, 10), strconv.FormatFloat(float64(cents)/100, 'f', -1, 64), fmt.Sprintf("%.2f", float64(cents)/100),
	}
}
