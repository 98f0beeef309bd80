package contract

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
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
func followsPayment(handles []string, eventType string) bool {
	return takesBack(eventType) && len(only(handles, tellPaid)) > 0
}

// paidBy reports whether two types, as the user shapes them, tell of one payment: a session in
// mode subscription has none.
func paidBy(edited func(string, ...webhooktest.Edit) (*webhooktest.Event, error), eventType, payment string) (bool, error) {
	event, err := edited(eventType)
	if err != nil {
		return false, err
	}
	paid, err := edited(payment, webhooktest.About(event))
	if err != nil {
		return false, err
	}
	return sharePayment(event, paid), nil
}

// sharePayment reports whether two events name one payment.
func sharePayment(event, other *webhooktest.Event) bool {
	ids := paymentIDs(other)
	return slices.ContainsFunc(paymentIDs(event), func(id string) bool { return slices.Contains(ids, id) })
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

// ofOnePayment keeps the bindings whose types, where the second takes money back, tell of one
// payment as the user shapes them.
func ofOnePayment(edited func(string, ...webhooktest.Edit) (*webhooktest.Event, error), bindings []map[string]string) (kept []map[string]string, err error) {
	for _, types := range bindings {
		one := true
		for name, back := range types {
			paid := types[strings.TrimSuffix(name, thenIs)]
			if paid == back || !takesBack(back) || !slices.Contains(tellPaid, paid) {
				continue
			}
			if one, err = paidBy(edited, back, paid); err != nil {
				return nil, err
			}
		}
		if one {
			kept = append(kept, types)
		}
	}
	return kept, nil
}
