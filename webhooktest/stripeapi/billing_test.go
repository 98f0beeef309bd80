package stripeapi_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// putTea has an API know the price of a subscription: 900 a month.
func putTea(t *testing.T, api *stripeapi.Server) {
	t.Helper()
	require.NoError(t, api.Put([]byte(`{"object":"price","id":"price_1Tea","unit_amount":900,"currency":"eur","product":"prod_Tea1","recurring":{"interval":"month"}}`)))
}

func newItem(t *testing.T, app *client.API, customer string, amount int64, invoice *string) *stripe.InvoiceItem {
	t.Helper()
	item, err := app.InvoiceItems.New(&stripe.InvoiceItemParams{Customer: &customer, Amount: &amount, Currency: stripe.String("eur"), Description: stripe.String("Teapot"), Invoice: invoice})
	require.NoError(t, err)
	return item
}

func amounts(invoice *stripe.Invoice) (amounts []int64) {
	for _, line := range invoice.Lines.Data {
		amounts = append(amounts, line.Amount)
	}
	return amounts
}

// Items wait for the next invoice of their customer that takes them.
func TestPendingItems(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	putTea(t, api)
	include := stripe.String("include")
	first, second := newItem(t, app, "cus_1A", 700, nil), newItem(t, app, "cus_1A", 50, nil)
	newItem(t, app, "cus_2B", 1, nil)

	without, err := app.Invoices.New(&stripe.InvoiceParams{Customer: stripe.String("cus_1A")})
	require.NoError(t, err)
	require.Empty(t, amounts(without))
	require.Zero(t, without.AmountDue)

	with, err := app.Invoices.New(&stripe.InvoiceParams{Customer: stripe.String("cus_1A"), PendingInvoiceItemsBehavior: include})
	require.NoError(t, err)
	require.Equal(t, []int64{700, 50}, amounts(with))
	require.Equal(t, []any{int64(750), int64(750), int64(750), stripe.CurrencyEUR}, []any{with.AmountDue, with.AmountRemaining, with.Total, with.Currency})
	require.Equal(t, []any{first.ID, "Teapot", with.ID}, []any{with.Lines.Data[0].InvoiceItem.ID, with.Lines.Data[0].Description, with.Lines.Data[0].Invoice})
	taken, err := app.InvoiceItems.Get(second.ID, nil)
	require.NoError(t, err)
	require.Equal(t, with.ID, taken.Invoice.ID)

	again, err := app.Invoices.New(&stripe.InvoiceParams{Customer: stripe.String("cus_1A"), PendingInvoiceItemsBehavior: include})
	require.NoError(t, err)
	require.Empty(t, amounts(again), "an item is billed once")

	newItem(t, app, "cus_1A", 30, &without.ID)
	newItem(t, app, "cus_1A", 4, &without.ID)
	read, err := app.Invoices.Get(without.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []int64{30, 4}, amounts(read))
	_, err = app.Invoices.FinalizeInvoice(without.ID, nil)
	require.NoError(t, err)
	paid, err := app.Invoices.Pay(without.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []any{int64(34), int64(34), int64(0)}, []any{paid.AmountDue, paid.AmountPaid, paid.AmountRemaining})

	newItem(t, app, "cus_1A", 500, nil) // for setting it up
	params := &stripe.SubscriptionParams{Customer: stripe.String("cus_1A"), Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_1Tea"), Quantity: stripe.Int64(2)}}}
	params.AddExpand("latest_invoice.payment_intent")
	subscription, err := app.Subscriptions.New(params)
	require.NoError(t, err)
	require.Equal(t, []int64{1800, 500}, amounts(subscription.LatestInvoice))
	require.EqualValues(t, 2300, subscription.LatestInvoice.AmountPaid)
	require.EqualValues(t, 2300, subscription.LatestInvoice.PaymentIntent.Amount)
}

// A subscription waits for its first payment, and is active once that is confirmed, as the
// invoice is paid.
func TestAnIncompleteSubscriptionIsPaid(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, card, behavior string
		begins               string // the status of its PaymentIntent
		pay                  func(*testing.T, *client.API, *stripe.Subscription)
		ends                 stripe.SubscriptionStatus
	}{
		{"confirmed with a good card", "", "default_incomplete", "requires_payment_method", confirmWith("pm_card_visa"), "active"},
		{"confirmed with the card it has", "pm_card_visa", "default_incomplete", "requires_confirmation", confirmWith(""), "active"},
		{"another card, after one that was declined", "pm_card_chargeCustomerFail", "", "requires_payment_method", confirmWith("pm_card_visa"), "active"},
		{"a card that is declined", "", "default_incomplete", "requires_payment_method", confirmWith("pm_card_chargeDeclined"), "incomplete"},
		{"a card with 3-D Secure", "", "default_incomplete", "requires_payment_method", confirmWith("pm_card_authenticationRequired"), "incomplete"},
		{"a card with 3-D Secure from the start", "pm_card_authenticationRequired", "", "requires_action", func(*testing.T, *client.API, *stripe.Subscription) {}, "incomplete"},
		{"paid as an invoice", "pm_card_visa", "default_incomplete", "requires_confirmation", func(t *testing.T, app *client.API, s *stripe.Subscription) {
			_, err := app.Invoices.Pay(s.LatestInvoice.ID, nil)
			require.NoError(t, err)
		}, "active"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			now := time.Now()
			api.Now = func() time.Time { return now } // one second, however slow the machine is
			putTea(t, api)
			params := &stripe.SubscriptionParams{Customer: stripe.String("cus_1A"), Metadata: map[string]string{"tea": "oolong"}, Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_1Tea")}}}
			if test.card != "" {
				params.DefaultPaymentMethod = &test.card
			}
			if test.behavior != "" {
				params.PaymentBehavior = &test.behavior
			}
			params.AddExpand("latest_invoice.payment_intent")
			made, err := app.Subscriptions.New(params)
			require.NoError(t, err)
			require.EqualValues(t, "incomplete", made.Status)
			require.EqualValues(t, "open", made.LatestInvoice.Status)
			require.EqualValues(t, 900, made.LatestInvoice.PaymentIntent.Amount)
			require.EqualValues(t, test.begins, made.LatestInvoice.PaymentIntent.Status)
			require.NotEmpty(t, made.LatestInvoice.PaymentIntent.ClientSecret)
			require.GreaterOrEqual(t, made.Created, made.LatestInvoice.Created, "none of them is of the future")
			require.Equal(t, "oolong", made.LatestInvoice.SubscriptionDetails.Metadata["tea"])

			test.pay(t, app, made)
			get := new(stripe.SubscriptionParams)
			get.AddExpand("latest_invoice.payment_intent")
			read, err := app.Subscriptions.Get(made.ID, get)
			require.NoError(t, err)
			require.Equal(t, test.ends, read.Status)
			if test.ends == "active" {
				require.EqualValues(t, "paid", read.LatestInvoice.Status)
				require.EqualValues(t, 900, read.LatestInvoice.AmountPaid)
				require.EqualValues(t, "succeeded", read.LatestInvoice.PaymentIntent.Status)
				return
			}
			require.EqualValues(t, "open", read.LatestInvoice.Status)
		})
	}
}

// A trial costs nothing until it ends.
func TestTrials(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		params *stripe.SubscriptionParams
		status stripe.SubscriptionStatus
		due    int64
	}{
		{"some days", &stripe.SubscriptionParams{TrialPeriodDays: stripe.Int64(14)}, "trialing", 0},
		{"until a time", &stripe.SubscriptionParams{TrialEnd: stripe.Int64(4102444800)}, "trialing", 0},
		{"none", &stripe.SubscriptionParams{TrialEndNow: stripe.Bool(true)}, "active", 900},
		{"with a card that is declined later", &stripe.SubscriptionParams{TrialPeriodDays: stripe.Int64(14), DefaultPaymentMethod: stripe.String("pm_card_chargeCustomerFail")}, "trialing", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			putTea(t, api)
			test.params.Customer = stripe.String("cus_1A")
			test.params.Items = []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_1Tea")}}
			test.params.AddExpand("latest_invoice")
			made, err := app.Subscriptions.New(test.params)
			require.NoError(t, err)
			require.Equal(t, test.status, made.Status)
			require.Equal(t, test.due, made.LatestInvoice.AmountDue)
			require.EqualValues(t, "paid", made.LatestInvoice.Status)
			if test.status == "trialing" {
				require.Nil(t, made.LatestInvoice.PaymentIntent, "nothing is paid")
				require.Equal(t, made.TrialEnd, made.CurrentPeriodEnd)
				require.Greater(t, made.TrialEnd, made.TrialStart)
			}
		})
	}
}

// confirmWith has a client confirm the payment of the first invoice.
func confirmWith(card string) func(*testing.T, *client.API, *stripe.Subscription) {
	return func(_ *testing.T, app *client.API, s *stripe.Subscription) {
		params := new(stripe.PaymentIntentConfirmParams)
		if card != "" {
			params.PaymentMethod = &card
		}
		_, _ = app.PaymentIntents.Confirm(s.LatestInvoice.PaymentIntent.ID, params) // what comes of it is looked at
	}
}

// In the versions whose invoices have no payment_intent, the secret is on the invoice.
func TestConfirmationSecret(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	basil := "Stripe-Version: 2025-03-31.basil"
	answer := request(t, api, "POST", "/v1/subscriptions", "customer=cus_1A&items[0][price]=price_1Tea&payment_behavior=default_incomplete&expand[]=latest_invoice.confirmation_secret&expand[]=latest_invoice.payments", basil)
	var made struct {
		Status        string
		LatestInvoice struct {
			ID                 string
			ConfirmationSecret struct {
				ClientSecret string `json:"client_secret"`
				Type         string
			} `json:"confirmation_secret"`
			PaymentIntent any `json:"payment_intent"`
			Payments      struct {
				Data []struct {
					Status  string
					Payment struct {
						PaymentIntent string `json:"payment_intent"`
					}
				}
			}
		} `json:"latest_invoice"`
	}
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &made), "%s", answer.Body)
	require.Equal(t, "incomplete", made.Status)
	require.Equal(t, "payment_intent", made.LatestInvoice.ConfirmationSecret.Type)
	require.Nil(t, made.LatestInvoice.PaymentIntent)
	require.Len(t, made.LatestInvoice.Payments.Data, 1)
	payment := made.LatestInvoice.Payments.Data[0]
	require.Equal(t, "open", payment.Status)
	intent, err := app.PaymentIntents.Get(payment.Payment.PaymentIntent, nil)
	require.NoError(t, err)
	require.Equal(t, intent.ClientSecret, made.LatestInvoice.ConfirmationSecret.ClientSecret)

	_, err = app.PaymentIntents.Confirm(intent.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_visa")})
	require.NoError(t, err)
	paid := request(t, api, "GET", "/v1/invoices/"+made.LatestInvoice.ID+"?expand[]=payments", "", basil)
	require.Contains(t, paid.Body.String(), `"status": "paid"`)
	require.NotContains(t, paid.Body.String(), `"status": "open"`)
}
