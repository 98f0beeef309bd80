package contract

// A discoverableType is a type that a discovery delivers.
type discoverableType struct {
	eventType string
	shape     string // "" for the plain one
	about     string // the type, or type=shape, whose objects it is about; "" for new objects
}

// discoverable are the types that most handlers act on, each after the types that it
// refers to, and a failure before the success that makes it old news. An app learns of a
// subscription from its session or from its creation. Source: the guides at
// https://docs.stripe.com/webhooks, /billing/subscriptions/webhooks and
// /payments/checkout/fulfillment.
var discoverable = []discoverableType{
	{"payment_intent.succeeded", "", ""},
	{"payment_intent.payment_failed", "", ""},
	{"checkout.session.completed", "", ""},
	{"checkout.session.completed", "setup", ""},
	{"checkout.session.completed", "subscription", ""},
	{"checkout.session.async_payment_succeeded", "", ""},
	{"checkout.session.async_payment_failed", "", ""},
	{"checkout.session.expired", "", ""},
	{"charge.succeeded", "", ""},
	{"charge.failed", "", ""},
	{"charge.refunded", "", "payment_intent.succeeded"},
	{"charge.dispute.created", "", "payment_intent.succeeded"},
	{"customer.created", "", ""},
	{"customer.updated", "", "customer.created"},
	{"customer.deleted", "", "customer.created"},
	{"customer.subscription.created", "", "checkout.session.completed=subscription"},
	{"customer.subscription.updated", "", "customer.subscription.created"},
	{"customer.subscription.trial_will_end", "", "customer.subscription.created"},
	{"customer.subscription.deleted", "", "customer.subscription.created"},
	{"invoice.finalized", "", ""},
	{"invoice.payment_failed", "", "customer.subscription.created"},
	{"invoice.paid", "", "customer.subscription.created"},
	{"invoice.payment_succeeded", "", "customer.subscription.created"},
	{"setup_intent.succeeded", "", ""},
	{"payment_method.attached", "", ""},
	{"account.updated", "", ""},
	{"payout.paid", "", ""},
}

// commonTypes returns these types, for an endpoint of snapshots. An app with few objects of
// its own has none to spare.
func commonTypes(s *Subject) (types []string) {
	for _, one := range discoverable {
		if !s.Thin && !s.bindsEach() && one.shape == "" {
			types = append(types, one.eventType)
		}
	}
	return types
}
