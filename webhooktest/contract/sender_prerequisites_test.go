package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDependenciesComeFirst holds the events that are delivered before one, so that an app
// has what the event refers to.
func TestDependenciesComeFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, eventType string
		handles, want   []string
	}{
		{"nothing is handled beside it", "customer.subscription.updated", nil, nil},
		{"its own creation", "customer.subscription.updated", []string{"customer.subscription.created"}, []string{"customer.subscription.created"}},
		{"a product before its price", "price.created", []string{"price.created", "product.created"}, []string{"product.created"}},
		{"a price names its product, not the other way round", "product.created", []string{"price.created", "product.created"}, nil},
		{"all that a subscription names, and itself last", "customer.subscription.deleted",
			[]string{"customer.subscription.created", "price.created", "customer.created", "product.created"},
			[]string{"product.created", "price.created", "customer.created", "customer.subscription.created"}},
		{"a subscription comes before its invoice", "customer.subscription.created",
			[]string{"invoice.created", "customer.created", "customer.subscription.created"}, []string{"customer.created"}},
		{"an invoice after its subscription", "invoice.paid",
			[]string{"invoice.created", "customer.created", "customer.subscription.created"},
			[]string{"customer.created", "customer.subscription.created", "invoice.created"}},
		{"the session that a subscription is linked by", "customer.subscription.deleted",
			[]string{"checkout.session.completed", "customer.subscription.updated", "customer.subscription.deleted"},
			[]string{"checkout.session.completed=subscription"}},
		{"the same before its invoice, after its customer", "invoice.paid",
			[]string{"customer.created", "checkout.session.completed", "invoice.paid"},
			[]string{"customer.created", "checkout.session.completed=subscription"}},
		{"no session where the creation itself is handled", "invoice.paid",
			[]string{"checkout.session.completed", "customer.subscription.created"},
			[]string{"customer.subscription.created"}},
		{"the session that stores a card", "setup_intent.succeeded",
			[]string{"checkout.session.completed"}, []string{"checkout.session.completed=setup"}},
		{"a payment is no subscription", "payment_intent.succeeded", []string{"checkout.session.completed"}, nil},
		{"a payment before its refund", "charge.refunded", []string{"charge.refunded", "payment_intent.succeeded"}, []string{"payment_intent.succeeded"}},
		{"a payment before its dispute, and that before its end", "charge.dispute.closed",
			[]string{"charge.dispute.created", "charge.succeeded", "customer.created"},
			[]string{"customer.created", "charge.succeeded", "charge.dispute.created"}},
		{"all that tells of a payment, as it happens", "refund.created",
			[]string{"checkout.session.completed", "payment_intent.succeeded", "payment_intent.created", "charge.succeeded"},
			[]string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"}},
		{"an invoice before its credit note, after its customer", "credit_note.created",
			[]string{"customer.created", "credit_note.created", "invoice.paid", "invoice.finalized"},
			[]string{"customer.created", "invoice.finalized", "invoice.paid"}},
		{"its creation alone, where that is handled", "credit_note.created", []string{"invoice.paid", "invoice.created"}, []string{"invoice.created"}},
		{"a payment before its review", "review.opened", []string{"payment_intent.succeeded"}, []string{"payment_intent.succeeded"}},
		{"a charge before the warning of a fraud", "radar.early_fraud_warning.created", []string{"charge.succeeded"}, []string{"charge.succeeded"}},
		{"a charge before its fee", "application_fee.created", []string{"charge.succeeded", "invoice.paid"}, []string{"charge.succeeded"}},
		{"a payment that failed is not given back", "charge.refunded", []string{"payment_intent.payment_failed"}, nil},
		{"another object of the customer is no dependency", "charge.refunded", []string{"refund.created", "customer.updated"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			subject := &Subject{Handles: test.handles}
			s := &sender{subject: subject, source: newEventSource(&Suite{Seed: 1}, subject)}
			got, err := precedence{sender: s}.creations(test.eventType)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}
