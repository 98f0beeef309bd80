package contract

import (
	"context"
	"errors"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

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

// ownStep returns the step that comes before events of a type because they are refused
// without, or "".
func (p precedence) ownStep(eventType string) string {
	if _, needed := p.sender.source.stepwise.Load(eventType); !needed {
		return ""
	}
	return earlierStep(p.sender.subject, eventType)
}

// followSteps has an earlier step of the object come before events of each type that is
// refused alone, and accepted after that.
func followSteps(ctx context.Context, s *session) error {
	for _, eventType := range s.subject.handled() {
		if earlierStep(&s.subject, eventType) == "" || s.subject.creation(eventType) != "" {
			continue
		}
		if err := followStep(ctx, s, eventType); errors.Is(err, errPrepare) || isSpent(err) {
			continue // as its cases will say
		} else if err != nil {
			return err
		}
	}
	return nil
}

// followStep tries one type, first alone.
func followStep(ctx context.Context, s *session, eventType string) error {
	refused, err := isRefused(ctx, s, eventType)
	if err != nil || !refused {
		return err
	}
	steps, source := &s.run.source.stepwise, s.run.source
	steps.Store(eventType, true)
	source.creations.Clear()
	if refused, err = isRefused(ctx, s, eventType); err != nil || refused {
		steps.Delete(eventType)
		source.creations.Clear()
	}
	return err
}

// isRefused reports whether the handler answers an event of a type with a refusal.
func isRefused(ctx context.Context, s *session, eventType string) (bool, error) {
	event, err := s.sender.distinct(ctx, eventType)
	if err != nil {
		return false, err
	}
	var response *webhooktest.Response
	if response, err = s.sender.deliver(ctx, event); err != nil {
		return false, err
	}
	return response.Err == nil && !response.Accepted(), nil
}
