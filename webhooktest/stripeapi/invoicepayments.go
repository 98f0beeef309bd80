package stripeapi

import "slices"

// inferPayments infers the payments of invoices that name a PaymentIntent, as invoices do
// before 2025-03-31.basil: later versions have payments instead
// (https://docs.stripe.com/api/invoice-payment).
func (g *graph) inferPayments(kinds []string) {
	if !slices.Contains(kinds, "invoice_payment") {
		return
	}
	paid := make(map[string]bool)
	for _, o := range g.objects.ofKinds([]string{"invoice_payment"}) {
		paid[idOf(o.tree().child("invoice"))] = true
	}
	for _, o := range g.objects.ofKinds([]string{"invoice"}) {
		if tree := o.tree(); !o.deleted && !paid[o.id] && !tree.child("payment_intent").isNull() {
			g.inferPayment(o, tree)
		}
	}
}

func (g *graph) inferPayment(o *stored, invoice *node) {
	b, _ := g.bindingsOf(o.ref)
	learn(b, known().kind("invoice").template, invoice)
	tree := fill(b, known().kind("invoice_payment").template)
	tree.put("invoice", text(o.id))
	tree.put("created", invoice.child("created"))
	tree.set("payment.payment_intent", text(idOf(invoice.child("payment_intent"))))
	for field, from := range map[string]string{"amount_requested": "amount_due", "amount_paid": "amount_paid", "currency": "currency"} {
		if value := invoice.child(from); !value.isNull() {
			tree.put(field, value)
		}
	}
	if invoice.child("status").str() != "paid" {
		tree.put("status", text("open"))
		tree.put("amount_paid", null())
		tree.set("status_transitions.paid_at", null())
	}
	g.objects.keep(refOf("invoice_payment", tree), tree, inferred)
}

// forgetPayments discards the inferred payments of a paid invoice: they were open.
func (g *graph) forgetPayments(invoice string) {
	for _, o := range g.objects.ofKinds([]string{"invoice_payment"}) {
		if o.origin == inferred && idOf(o.tree().child("invoice")) == invoice {
			g.objects.remove(o.ref)
		}
	}
}
