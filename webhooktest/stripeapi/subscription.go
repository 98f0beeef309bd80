package stripeapi

import (
	"net/http"
	"strconv"
)

const daySeconds = 24 * 60 * 60

// beginTrial starts a new subscription with a trial, if the app asks for one: its first
// invoice is for nothing.
//
// Source: https://docs.stripe.com/billing/subscriptions/trials
func (w *writer) beginTrial(tree *node, params *param) {
	now := w.graph.now().Unix()
	end := tree.child("trial_end").int()
	if days, err := strconv.ParseInt(params.get("trial_period_days"), 10, 32); err == nil {
		end = now + days*daySeconds
	}
	if end <= now {
		tree.put("trial_end", null())
		return
	}
	tree.put("status", text("trialing"))
	tree.put("trial_start", value(now))
	for _, field := range []string{"trial_end", "current_period_end", "billing_cycle_anchor"} {
		tree.put(field, value(end))
	}
}

// begin makes a new subscription incomplete if its first invoice is not paid immediately:
// the card is declined, the customer has to authenticate, or the app wants a later payment.
// If the app asks for that, an unpaid invoice is an error, and nothing is created.
//
// Source: https://docs.stripe.com/api/subscriptions/create#create_subscription-payment_behavior
func (w *writer) begin(tree *node, params *param) *apiError {
	if tree.child("status").str() != "active" || tree.child("collection_method").str() == "send_invoice" {
		return nil
	}
	behavior, outcome := params.get("payment_behavior"), w.graph.outcome(tree)
	waits := outcome.Decline != nil || outcome.Authenticate
	switch {
	case behavior == "error_if_incomplete" && waits:
		return unpaid(outcome, "subscription_payment_intent_requires_action", "subscription")
	case behavior == "default_incomplete", waits:
		tree.put("status", text("incomplete"))
	}
	return nil
}

// payInvoice refuses to pay an invoice with a card that fails: it stays open.
//
// Source: https://docs.stripe.com/api/invoices/pay
func (w *writer) payInvoice(tree *node, params *param) *apiError {
	outcome := w.graph.outcome(tree)
	if method := params.get("payment_method"); method != "" {
		outcome = w.graph.outcomeOf(method)
	}
	if params.get("paid_out_of_band") == "true" || outcome.Decline == nil && !outcome.Authenticate {
		return nil
	}
	return unpaid(outcome, "invoice_payment_intent_requires_action", "invoice")
}

// unpaid explains why an immediate payment failed.
func unpaid(outcome Outcome, code, what string) *apiError {
	e := &apiError{status: http.StatusPaymentRequired, typ: "card_error"}
	if d := outcome.Decline; d != nil {
		e.code, e.declineCode, e.message = d.Code, d.DeclineCode, d.Message
		return e
	}
	e.code = code
	e.message = "Payment for this " + what + " requires additional user action before it can be completed successfully."
	return e
}
