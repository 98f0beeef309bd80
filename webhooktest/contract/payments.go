package contract

import (
	"math"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A refund or a dispute takes back what was paid, and most apps look for that payment: it
// comes first, by each of the handled types that tell of it.

// tellPaid are the types that tell of a payment, in the order in which it happens.
var tellPaid = []string{"charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"}

// takesBack reports whether events of a type are about money that goes back.
func takesBack(eventType string) bool {
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil || fixtures.IsThin(eventType) {
		return false
	}
	return eventType == "charge.refunded" || slices.Contains([]string{"refund", "dispute"}, described.Object)
}

// followsPayment reports whether events of a type take back what a handled type tells of.
func followsPayment(s *Subject, eventType string) bool {
	return takesBack(eventType) && len(only(s.Handles, tellPaid)) > 0
}

// paying appends the handled types that tell of the payment that events of a type take back,
// each after what it needs itself.
func (p precedence) paying(eventType string, all []string) ([]string, error) {
	if !takesBack(eventType) {
		return all, nil
	}
	for _, payment := range tellPaid {
		if !slices.Contains(p.sender.subject.Handles, payment) || slices.Contains(all, payment) {
			continue
		}
		of, err := paidBy(p.sender, eventType, payment)
		if err == nil && of {
			if all, err = p.before(payment, all, []string{eventType}); err == nil {
				all = append(all, payment)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// paidBy reports whether two types, as the user shapes them, tell of one payment: a session in
// mode subscription has none.
func paidBy(s *sender, eventType, payment string) (bool, error) {
	event, err := s.edited(eventType)
	if err != nil {
		return false, err
	}
	paid, err := s.edited(payment, webhooktest.About(event))
	if err != nil {
		return false, err
	}
	ids := paymentIDs(paid)
	return slices.ContainsFunc(paymentIDs(event), func(id string) bool { return slices.Contains(ids, id) }), nil
}

// paymentIDs returns the ids of the payment that an event is about.
func paymentIDs(event *webhooktest.Event) (ids []string) {
	for _, field := range []string{"id", "payment_intent", "charge", "latest_charge"} {
		value, _ := event.Lookup("data.object." + field)
		if id, isText := value.(string); isText {
			ids = append(ids, id)
		}
	}
	return ids
}

// inProportion returns an event that tells a sum so far with the same part of the whole as
// the fixtures have: a payment over less than usual is given back in smaller parts.
func inProportion(s *sender, event *webhooktest.Event) (*webhooktest.Event, error) {
	sum := runningTotals[event.Type()]
	if sum == "" {
		return event, nil
	}
	versions, err := render.Versions(event.Type())
	if err != nil {
		return nil, err
	}
	source := s.source.at(s.subject.APIVersion) // which the user may hide in the event
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
