package contract

import "slices"

// Some apps make their row of an object at a step that is no creation: when the card is
// attached, or the invoice finalized. A later step of an object that they do not know is
// refused, so that Stripe sends it again. Where a type is refused alone, that is tried.

// earlierSteps are the types that tell of an earlier step of the same object, the nearest
// first. Stripe sends one of them before, even if that is not the only way there.
var earlierSteps = map[string][]string{
	"charge.captured":                 {"charge.succeeded"},
	"charge.dispute.closed":           {"charge.dispute.funds_withdrawn"},
	"charge.dispute.funds_reinstated": {"charge.dispute.funds_withdrawn"},
	"customer.subscription.resumed":   {"customer.subscription.paused"},
	"invoice.marked_uncollectible":    {"invoice.finalized", "invoice.sent"},
	"invoice.overdue":                 {"invoice.sent", "invoice.finalized"},
	"invoice.paid":                    {"invoice.finalized", "invoice.sent"},
	"invoice.payment_action_required": {"invoice.finalized"},
	"invoice.payment_failed":          {"invoice.finalized"},
	"invoice.payment_succeeded":       {"invoice.finalized", "invoice.sent"},
	"invoice.sent":                    {"invoice.finalized"},
	"invoice.voided":                  {"invoice.finalized", "invoice.sent"},
	"payment_intent.canceled":         {"payment_intent.amount_capturable_updated", "payment_intent.requires_action"},
	"payment_intent.succeeded":        {"payment_intent.amount_capturable_updated", "payment_intent.processing", "payment_intent.requires_action"},
	"payment_method.detached":         {"payment_method.attached"},
	"quote.accepted":                  {"quote.finalized"},
	"quote.canceled":                  {"quote.finalized"},
	"setup_intent.succeeded":          {"setup_intent.requires_action"},
}

// earlierStep returns the handled type that tells of an earlier step of the object of a type,
// or "".
func earlierStep(s *Subject, eventType string) string {
	for _, earlier := range earlierSteps[eventType] {
		if slices.Contains(s.Handles, earlier) {
			return earlier
		}
	}
	return ""
}
