package stripeapi

import (
	"net/http"
	"strings"
)

// copyMethod copies a payment method that every account has to a customer's own.
func (w *writer) copyMethod(of *stored) (*stored, *apiError) {
	tree, failed := w.maker.make(of.kind, writes().Create[of.kind], &param{kind: hash}, nil)
	if failed != nil {
		return nil, failed
	}
	if card, ok := cardNamed(of.id); ok {
		tree.set("card.last4", text(card.Number[len(card.Number)-4:]))
	}
	r := refOf(of.kind, tree)
	w.graph.change(r, tree)
	o, _ := w.graph.objects.get(r)
	return o, nil
}

// showCard sets the last digits of a new payment method from the card's number or token.
func showCard(tree *node, params *param) {
	number := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, params.get("card", "number"))
	if card, ok := cardNamed(params.get("card", "token")); ok {
		number = card.Number
	}
	if len(number) > 4 && tree.at("card.last4") != nil {
		tree.set("card.last4", text(number[len(number)-4:]))
	}
}

// confirm moves a PaymentIntent or SetupIntent to the state that its payment method leads
// to. The error says why the card was declined; the intent is stored either way.
func (w *writer) confirm(r ref, tree *node, params *param, to changeTo) *apiError {
	outcome := w.graph.outcome(tree)
	failed := &apiError{status: http.StatusPaymentRequired, typ: "card_error"}
	switch {
	case outcome.Decline != nil:
		to = changeTo{Event: map[string]string{"payment_intent": "payment_intent.payment_failed", "setup_intent": "setup_intent.setup_failed"}[r.kind]}
		failed.code, failed.declineCode, failed.message = outcome.Decline.Code, outcome.Decline.DeclineCode, outcome.Decline.Message
	case outcome.Authenticate && params.get("off_session") == "true":
		to = changeTo{Event: map[string]string{"payment_intent": "payment_intent.payment_failed", "setup_intent": "setup_intent.setup_failed"}[r.kind]}
		failed.code, failed.declineCode, failed.message = "authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication."
	case outcome.Authenticate:
		to, failed = changeTo{Event: r.kind + ".requires_action"}, nil
	default:
		failed = nil
	}
	b := w.maker.bindingsFor(r, r.kind, tree)
	w.maker.transit(b, r.kind, tree, to)
	if failed == nil {
		return nil
	}
	why := object()
	why.put("code", text(failed.code))
	why.put("decline_code", text(failed.declineCode))
	why.put("message", text(failed.message))
	why.put("type", text(failed.typ))
	field := map[string]string{"payment_intent": "last_payment_error", "setup_intent": "last_setup_error"}[r.kind]
	if charge := tree.child("latest_charge"); !charge.isNull() {
		why.put("charge", charge)
		failed.charge = charge.str()
	}
	tree.put(field, why)
	if method := tree.child("payment_method"); r.kind == "payment_intent" && !method.isNull() {
		tree.put("payment_method", null()) // it did not work
	}
	failed.intent = tree
	w.graph.change(r, tree)
	return failed
}
