package payment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// subscribe has an app sell two boxes of tea a month, and a teapot with the first.
func subscribe(t *testing.T, api *stripeapi.Server, app *client.API, card, behavior string) *stripe.Subscription {
	t.Helper()
	require.NoError(t, api.Put([]byte(`{"object":"price","id":"price_1Tea","unit_amount":900,"currency":"eur","product":"prod_Tea1","recurring":{"interval":"month"}}`)))
	customer, err := app.Customers.New(new(stripe.CustomerParams))
	require.NoError(t, err)
	_, err = app.InvoiceItems.New(&stripe.InvoiceItemParams{Customer: &customer.ID, Amount: stripe.Int64(500), Currency: stripe.String("eur")})
	require.NoError(t, err)
	params := &stripe.SubscriptionParams{Customer: &customer.ID, DefaultPaymentMethod: &card, Metadata: map[string]string{"order": "7"},
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_1Tea"), Quantity: stripe.Int64(2)}}}
	if behavior != "" {
		params.PaymentBehavior = &behavior
	}
	params.AddExpand("latest_invoice.payment_intent")
	made, err := app.Subscriptions.New(params)
	require.NoError(t, err)
	return made
}

// The events of a subscription are about the invoice and the payment that the app has read.
func TestTheFirstInvoice(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name, card, behavior string
		first, then          []string
	}{
		{"paid at once", "pm_card_visa", "", []string{"charge.succeeded", "customer.subscription.created", "payment_intent.succeeded", "payment_intent.created", "invoice.created", "invoice.finalized", "invoice.paid", "invoice.payment_succeeded"}, nil},
		{"confirmed later", "pm_card_visa", "default_incomplete", []string{"customer.subscription.created", "payment_intent.created", "invoice.created", "invoice.finalized", "charge.succeeded", "payment_intent.succeeded", "customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded"}, nil},
		{"declined, then paid", "pm_card_chargeCustomerFail", "", []string{"charge.failed", "customer.subscription.created", "payment_intent.created", "payment_intent.payment_failed", "invoice.created", "invoice.finalized", "invoice.payment_failed"},
			[]string{"charge.succeeded", "payment_intent.succeeded", "customer.subscription.updated", "invoice.paid", "invoice.payment_succeeded"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			made := subscribe(t, api, app, test.card, test.behavior)
			for _, want := range [][]string{test.first, test.then} {
				if want == nil {
					continue
				}
				types, values := end(t, api, payment.Request{Object: made.ID}, "id", "amount", "amount_due", "payment_intent", "status")
				types = slices.DeleteFunc(types, func(eventType string) bool {
					return strings.HasPrefix(eventType, "customer.updated") || strings.HasPrefix(eventType, "payment_method.")
				})
				require.Equal(t, want, types)
				for eventType, at := range values {
					switch kind, _, _ := strings.Cut(eventType, "."); kind {
					case "invoice":
						require.Equal(t, []any{made.LatestInvoice.ID, 2300.0}, []any{at["id"], at["amount_due"]}, eventType)
					case "payment_intent":
						require.Equal(t, []any{made.LatestInvoice.PaymentIntent.ID, 2300.0}, []any{at["id"], at["amount"]}, eventType)
					case "charge":
						require.Equal(t, []any{made.LatestInvoice.PaymentIntent.ID, 2300.0}, []any{at["payment_intent"], at["amount"]}, eventType)
					}
				}
				if test.then != nil && want[0] == "charge.failed" { // the customer has another card
					_, err := app.PaymentIntents.Confirm(made.LatestInvoice.PaymentIntent.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
					require.NoError(t, err)
					made.ID = made.LatestInvoice.PaymentIntent.ID
				}
			}
			_, err := payment.Flow(nil, api, payment.Request{Object: made.ID, Action: payment.Pay})
			require.ErrorIs(t, err, payment.ErrEnded)
		})
	}
}

// A renewal that fails leaves the subscription past due until its invoice is paid.
func TestARenewalFails(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name    string
		version string
		pay     func(*testing.T, *client.API, string) // by the app, at the API
		object  func(subscription, invoice string) string
	}{
		{"Stripe tries again", "", nil, func(s, _ string) string { return s }},
		{"the invoice is paid", "", nil, func(_, i string) string { return i }},
		{"the app pays it", "", func(t *testing.T, app *client.API, invoice string) {
			_, err := app.Invoices.Pay(invoice, &stripe.InvoicePayParams{PaymentMethod: stripe.String("pm_card_visa")})
			require.NoError(t, err)
		}, func(_, i string) string { return i }},
		{"in a later version", "2025-03-31.basil", nil, func(_, i string) string { return i }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			source := &webhooktest.Source{APIVersion: test.version}
			play := func(r payment.Request) (told map[string][]any) {
				flow, err := payment.Flow(source, api, r)
				require.NoError(t, err)
				told = make(map[string][]any)
				for event := range flow.Causal().Events() {
					require.NoError(t, api.Add(event.Body()))
					status, _ := event.Lookup("data.object.status")
					told[event.Type()] = append(told[event.Type()], status)
				}
				return told
			}
			made := subscribe(t, api, app, "pm_card_visa", "")
			play(payment.Request{Object: made.ID})

			told := play(payment.Request{Object: made.ID, Action: payment.Decline})
			require.Equal(t, []any{"active", "past_due"}, told["customer.subscription.updated"])
			require.Equal(t, []any{"open"}, told["invoice.payment_failed"])
			read, err := app.Subscriptions.Get(made.ID, nil)
			require.NoError(t, err)
			require.EqualValues(t, "past_due", read.Status)
			require.NotEqual(t, made.LatestInvoice.ID, read.LatestInvoice.ID, "the invoice of the next period")
			if test.version == "" {
				require.Equal(t, made.CurrentPeriodEnd, read.CurrentPeriodStart)
			}
			open, err := app.Invoices.Get(read.LatestInvoice.ID, nil)
			require.NoError(t, err)
			require.EqualValues(t, "open", open.Status)

			if test.pay != nil {
				test.pay(t, app, open.ID)
				read, err = app.Subscriptions.Get(made.ID, nil)
				require.NoError(t, err)
				require.EqualValues(t, "active", read.Status, "at once")
			}
			told = play(payment.Request{Object: test.object(made.ID, open.ID), Action: payment.Pay})
			require.Equal(t, []any{"active"}, told["customer.subscription.updated"])
			require.Equal(t, []any{"paid"}, told["invoice.paid"])
			read, err = app.Subscriptions.Get(made.ID, nil)
			require.NoError(t, err)
			require.EqualValues(t, "active", read.Status)
			require.Equal(t, open.ID, read.LatestInvoice.ID)
			paid, err := app.Invoices.Get(open.ID, nil)
			require.NoError(t, err)
			require.EqualValues(t, "paid", paid.Status)
		})
	}
}
