package stripeapi

import "slices"

// A biller makes and pays the invoices of the API.
type biller struct {
	graph *graph
	maker maker
}

// firstPayments maps the state of a first invoice to that of its PaymentIntent.
var firstPayments = map[string]string{
	"invoice.paid":                    "payment_intent.succeeded",
	"invoice.finalized":               "payment_intent.created",
	"invoice.payment_action_required": "payment_intent.requires_action",
	"invoice.payment_failed":          "payment_intent.payment_failed",
}

// begin makes the first invoice of a new subscription and, if there is something to pay,
// its PaymentIntent.
//
// Source: https://docs.stripe.com/billing/subscriptions/overview
func (b *biller) begin(sub *node, params *param) *apiError {
	state := b.firstState(sub, params)
	invoice, failed := b.invoiceFor(sub, state)
	if failed != nil {
		return failed
	}
	pending := b.graph.itemsOn("", idOf(sub.child("customer")), sub.at("items.data.0.price.currency").str())
	b.fillIn(invoice, append(b.periodLines(sub), b.itemLines(pending)...))
	invoice.put("payment_intent", null())
	invoice.put("charge", null())
	if payment := firstPayments[state]; payment != "" && invoice.child("amount_due").int() > 0 {
		if failed := b.paymentFor(invoice, sub, payment); failed != nil {
			return failed
		}
	}
	sub.put("latest_invoice", invoice.child("id"))
	b.graph.keep(refOf("invoice", invoice), invoice)
	b.take(pending, invoice)
	return nil
}

// firstState returns the event type whose state a first invoice has.
func (b *biller) firstState(sub *node, params *param) string {
	switch {
	case sub.child("collection_method").str() == "send_invoice":
		return "invoice.created"
	case sub.child("status").str() != "incomplete":
		return "invoice.paid"
	case params.get("payment_behavior") == "default_incomplete":
		return "invoice.finalized"
	case b.graph.outcome(sub).Authenticate:
		return "invoice.payment_action_required"
	}
	return "invoice.payment_failed"
}

// invoiceFor makes the first invoice of a subscription, in the state of an event.
func (b *biller) invoiceFor(sub *node, state string) (*node, *apiError) {
	parent := map[string]string{"customer": idOf(sub.child("customer")), "subscription": sub.child("id").str()}
	invoice, failed := b.maker.make("invoice", changeTo{Event: state}, &param{kind: hash}, parent)
	if failed != nil {
		return nil, failed
	}
	invoice.put("billing_reason", text("subscription_create"))
	invoice.set("subscription_details.metadata", sub.child("metadata"))
	invoice.put("period_start", invoice.child("created"))
	invoice.put("period_end", invoice.child("created"))
	if state != "invoice.paid" {
		invoice.put("next_payment_attempt", null()) // a first invoice is not retried
	}
	return invoice, nil
}

// paymentFor makes the PaymentIntent of a first invoice, in the state of an event.
func (b *biller) paymentFor(invoice, sub *node, state string) *apiError {
	parent := map[string]string{"customer": idOf(invoice.child("customer")), "invoice": invoice.child("id").str()}
	intent, failed := b.maker.make("payment_intent", changeTo{Event: state}, &param{kind: hash}, parent)
	if failed != nil {
		return failed
	}
	for _, field := range []string{"amount", "amount_received"} {
		if intent.child(field).int() > 0 {
			intent.put(field, invoice.child("amount_due"))
		}
	}
	intent.put("currency", invoice.child("currency"))
	intent.put("description", text("Subscription creation"))
	intent.put("setup_future_usage", text("off_session"))
	if method := sub.child("default_payment_method"); !method.isNull() && state != "payment_intent.payment_failed" {
		intent.put("payment_method", method)
		if state == "payment_intent.created" {
			intent.put("status", text("requires_confirmation"))
		}
	}
	invoice.put("payment_intent", intent.child("id"))
	invoice.put("charge", intent.child("latest_charge"))
	b.graph.keep(refOf("payment_intent", intent), intent)
	b.graph.billed.put(intent.child("id").str(), invoice.child("id").str(), billedSize)
	b.graph.billed.put(invoice.child("id").str(), intent.child("id").str(), billedSize)
	return nil
}

// billedSize estimates the memory of an entry of graph.billed.
const billedSize = 200

// settle pays the invoice of a PaymentIntent that has succeeded.
func (b *biller) settle(intent *node) {
	id, ok := b.graph.billed.get(intent.child("id").str())
	if !ok {
		id = idOf(intent.child("invoice")) // from events
	}
	if intent.child("status").str() != "succeeded" {
		return
	}
	o, known := b.graph.objects.get(ref{kind: "invoice", id: id})
	if !known || o.tree().child("status").str() != "open" {
		return
	}
	invoice := o.tree()
	b.maker.transit(b.maker.bindingsFor(o.ref, "invoice", invoice), "invoice", invoice, changeTo{Event: "invoice.paid"})
	if invoice.child("charge") != nil {
		invoice.put("charge", intent.child("latest_charge"))
	}
	b.graph.keep(o.ref, invoice)
	b.graph.forgetPayments(o.id)
	b.activate(invoice)
}

// settled marks the PaymentIntent of a paid invoice as succeeded, and its subscription as
// active.
func (b *biller) settled(invoice *node) {
	b.activate(invoice)
	b.graph.forgetPayments(invoice.child("id").str())
	id, _ := b.graph.billed.get(invoice.child("id").str())
	o, ok := b.graph.objects.get(ref{kind: "payment_intent", id: id})
	if !ok || o.tree().child("status").str() == "succeeded" {
		return
	}
	intent := o.tree()
	b.maker.transit(b.maker.bindingsFor(o.ref, "payment_intent", intent), "payment_intent", intent, changeTo{Event: "payment_intent.succeeded"})
	b.graph.keep(o.ref, intent)
}

// activate makes a subscription active that waited for payment of an invoice.
func (b *biller) activate(invoice *node) {
	id := idOf(invoice.child("subscription"))
	if id == "" {
		id = idOf(invoice.at("parent.subscription_details.subscription"))
	}
	o, ok := b.graph.objects.get(ref{kind: "subscription", id: id})
	if !ok || !slices.Contains([]string{"incomplete", "past_due", "unpaid"}, o.tree().child("status").str()) {
		return
	}
	sub := o.tree()
	sub.put("status", text("active"))
	b.graph.keep(o.ref, sub)
}

// confirmationSecret returns the secret with which a client confirms the payment of an
// invoice, or nil.
//
// Source: https://docs.stripe.com/api/invoices/object#invoice_object-confirmation_secret
func (g *graph) confirmationSecret(invoice *node) *node {
	id, _ := g.billed.get(invoice.child("id").str())
	o, ok := g.objects.get(ref{kind: "payment_intent", id: id})
	if !ok {
		return nil
	}
	secret := object()
	secret.put("client_secret", o.tree().child("client_secret"))
	secret.put("type", text("payment_intent"))
	return secret
}
