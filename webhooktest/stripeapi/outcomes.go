package stripeapi

// outcome returns the result of paying an object.
func (g *graph) outcome(tree *node) Outcome {
	if tree.child("object").str() == "refund" {
		return Outcome{Refund: g.refundOutcome(tree)}
	}
	for _, field := range []string{"payment_method", "default_payment_method", "default_source"} {
		if id := idOf(tree.child(field)); id != "" && id != "null" {
			return g.outcomeOf(id)
		}
	}
	customer, ok := g.objects.get(ref{kind: "customer", id: idOf(tree.child("customer"))})
	if !ok {
		return Outcome{}
	}
	return g.outcomeOf(idOf(customer.tree().at("invoice_settings.default_payment_method")))
}

// refundOutcome returns the result of a refund, by the card of the payment.
func (g *graph) refundOutcome(refund *node) string {
	for _, kind := range []string{"charge", "payment_intent"} {
		if o, ok := g.objects.get(ref{kind: kind, id: idOf(refund.child(kind))}); ok {
			if becomes := g.outcome(o.tree()).Refund; becomes != "" {
				return becomes
			}
		}
	}
	return ""
}

// outcomeOf returns the result of paying with a payment method.
func (g *graph) outcomeOf(id string) Outcome {
	if card, ok := cardNamed(id); ok {
		return testCards().Outcomes[card.Outcome]
	}
	for _, r := range g.objects.withID(id) {
		o, _ := g.objects.get(r)
		if last4 := o.tree().at("card.last4").str(); o.origin == stated && last4 != "" {
			if card, ok := cardEnding(last4); ok {
				return testCards().Outcomes[card.Outcome]
			}
		}
	}
	return Outcome{}
}
