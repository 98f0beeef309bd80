package webhooktest

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// objectPath is the path prefix of an event's object.
const objectPath = "data.object."

// copies lists the fields to which Stripe copies an object's metadata, by resource: from a
// PaymentIntent to the charge when it is confirmed, from a subscription to an invoice and
// its lines. A Checkout Session and a payment link keep their own metadata: the objects
// they create take it from payment_intent_data and subscription_data.
//
// Source: https://docs.stripe.com/metadata#copying-metadata-to-another-object; metadata of
// https://docs.stripe.com/api/invoice-line-item/object.
var copies = [...]struct{ from, to, path string }{
	{"payment_intent", "charge", "metadata"},
	{"subscription", "invoice", "subscription_details.metadata"},
	{"subscription", "invoice", "parent.subscription_details.metadata"},
	{"subscription", "invoice", "lines.data.0.metadata"},
}

// copiesOf returns the paths in an event to which Stripe copies a resource's metadata.
func copiesOf(from, to string, body []byte) (paths []string) {
	for _, c := range copies {
		if c.from != from || c.to != to || strings.HasPrefix(c.path, "lines.") && !billsSubscription(body) {
			continue
		}
		if value, ok := rawjson.Find(body, objectPath+c.path); ok && value[0] == '{' {
			paths = append(paths, objectPath+c.path)
		}
	}
	return paths
}

// billsSubscription reports whether the first line of an invoice is for a subscription.
func billsSubscription(body []byte) bool {
	const line = objectPath + "lines.data.0."
	kind, _ := rawjson.Find(body, line+"type")
	parent, _ := rawjson.Find(body, line+"parent.type")
	return string(kind) == `"subscription"` || string(parent) == `"subscription_item_details"`
}
