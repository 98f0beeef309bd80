package contract

import (
	"math"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// runningTotals are the fields in which events of a type tell a sum so far: each event
// repeats what earlier ones told.
var runningTotals = map[string]string{
	"charge.refunded":          "amount_refunded",
	"application_fee.refunded": "amount_refunded",
	"transfer.reversed":        "amount_reversed",
}

// inProportion returns an event that tells a sum so far with the same part of the whole as
// the fixtures have: a payment over less than usual is given back in smaller parts.
func inProportion(s *eventSource, version string, event *webhooktest.Event) (*webhooktest.Event, error) {
	sum := runningTotals[event.Type()]
	if sum == "" {
		return event, nil
	}
	versions, err := render.Versions(event.Type())
	if err != nil {
		return nil, err
	}
	source := s.at(version) // which the user may hide in the event
	for version := range versions {
		plain, err := source.event(event.Type(), webhooktest.Version(version+1))
		if err != nil {
			return nil, err
		}
		if edits := inProportionTo(plain, event, sum); edits != nil {
			return event.Edit(edits...)
		}
	}
	return event, nil
}

// inProportionTo returns the edits for an event over less than a plain one that tells the
// same part.
func inProportionTo(plain, event *webhooktest.Event, sum string) (edits []webhooktest.Edit) {
	whole, amount := cents(plain, "object.amount"), cents(event, "object.amount")
	told := cents(event, "object."+sum)
	if amount <= 0 || amount >= whole || told == amount || told != cents(plain, "object."+sum) {
		return nil
	}
	for _, path := range []string{"object." + sum, "previous_attributes." + sum} {
		if part := cents(event, path); part > 0 {
			edits = append(edits, webhooktest.Set("data."+path, int64(math.Round(part*amount/whole))))
		}
	}
	return edits
}

func cents(event *webhooktest.Event, path string) float64 {
	value, _ := event.Lookup("data." + path)
	amount, _ := value.(float64)
	return amount
}
