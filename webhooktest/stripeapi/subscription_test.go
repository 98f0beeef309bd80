package stripeapi_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
)

// A subscription begins as its first payment comes out.
func TestSubscriptionsBegin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, card, behavior string
		status               stripe.SubscriptionStatus
		invoice              stripe.InvoiceStatus
		code                 stripe.ErrorCode
	}{
		{"a card that pays", "pm_card_visa", "", "active", "paid", ""},
		{"which is asked for later", "pm_card_visa", "default_incomplete", "incomplete", "open", ""},
		{"a card that is declined", "pm_card_chargeCustomerFail", "", "incomplete", "open", ""},
		{"where that is an error", "pm_card_chargeCustomerFail", "error_if_incomplete", "", "", "card_declined"},
		{"a card with 3-D Secure", "pm_card_authenticationRequired", "", "incomplete", "open", ""},
		{"where that is one", "pm_card_authenticationRequired", "error_if_incomplete", "", "", "subscription_payment_intent_requires_action"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, api := newAPI(t)
			customer, err := api.Customers.New(&stripe.CustomerParams{})
			require.NoError(t, err)
			params := &stripe.SubscriptionParams{Customer: &customer.ID, DefaultPaymentMethod: &test.card}
			if test.behavior != "" {
				params.PaymentBehavior = &test.behavior
			}
			params.AddExpand("latest_invoice")
			subscription, err := api.Subscriptions.New(params)
			if test.code != "" {
				refused := new(stripe.Error)
				require.True(t, errors.As(err, &refused), "%v", err)
				require.Equal(t, 402, refused.HTTPStatusCode)
				require.Equal(t, test.code, refused.Code)
				require.False(t, api.Subscriptions.List(&stripe.SubscriptionListParams{}).Next(), "there is none")
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.status, subscription.Status)
			require.Equal(t, test.invoice, subscription.LatestInvoice.Status)
		})
	}
}

// An invoice that is to be paid now stays open if the card does not pay.
func TestInvoicesAreNotPaid(t *testing.T) {
	t.Parallel()
	_, api := newAPI(t)
	customer, err := api.Customers.New(&stripe.CustomerParams{})
	require.NoError(t, err)
	invoice, err := api.Invoices.New(&stripe.InvoiceParams{Customer: &customer.ID, DefaultPaymentMethod: stripe.String("pm_card_chargeCustomerFail")})
	require.NoError(t, err)
	_, err = api.Invoices.FinalizeInvoice(invoice.ID, nil)
	require.NoError(t, err)
	for card, code := range map[string]stripe.ErrorCode{"": "card_declined", "pm_card_threeDSecure2Required": "invoice_payment_intent_requires_action"} {
		params := new(stripe.InvoicePayParams)
		if card != "" {
			params.PaymentMethod = &card
		}
		_, err = api.Invoices.Pay(invoice.ID, params)
		refused := new(stripe.Error)
		require.True(t, errors.As(err, &refused), "%v", err)
		require.Equal(t, code, refused.Code)
	}
	read, err := api.Invoices.Get(invoice.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, "open", read.Status)
	paid, err := api.Invoices.Pay(invoice.ID, &stripe.InvoicePayParams{PaymentMethod: stripe.String("pm_card_visa")})
	require.NoError(t, err)
	require.EqualValues(t, "paid", paid.Status)
}
