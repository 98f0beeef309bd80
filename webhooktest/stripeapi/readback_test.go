package stripeapi_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// What an app creates it finds again: by customer, by metadata, expanded.
func TestReadBack(t *testing.T) {
	t.Parallel()
	_, app := newAPI(t)
	mine, err := app.Customers.New(&stripe.CustomerParams{Email: stripe.String("ada@example.com"), Metadata: map[string]string{"user": "1"}})
	require.NoError(t, err)
	other, err := app.Customers.New(&stripe.CustomerParams{Email: stripe.String("bob@example.com"), Metadata: map[string]string{"user": "2"}})
	require.NoError(t, err)
	for _, customer := range []*stripe.Customer{mine, other} {
		metadata := map[string]string{"order": "of " + customer.Metadata["user"]}
		_, err = app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), Customer: &customer.ID, Metadata: metadata, Confirm: stripe.Bool(true), PaymentMethod: stripe.String("pm_card_visa")})
		require.NoError(t, err)
		_, err = app.CheckoutSessions.New(&stripe.CheckoutSessionParams{Mode: stripe.String("payment"), Customer: &customer.ID, Metadata: metadata, SuccessURL: stripe.String("http://localhost/")})
		require.NoError(t, err)
		_, err = app.Invoices.New(&stripe.InvoiceParams{Customer: &customer.ID, Metadata: metadata})
		require.NoError(t, err)
		_, err = app.Subscriptions.New(&stripe.SubscriptionParams{Customer: &customer.ID, Metadata: metadata})
		require.NoError(t, err)
		_, err = app.PaymentMethods.Attach("pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: &customer.ID})
		require.NoError(t, err)
	}
	for kind, lists := range map[string]struct {
		byCustomer func(customer string) []any
		byMetadata func(query string) []any
	}{
		"payment_intent": {func(c string) []any {
			return all(app.PaymentIntents.List(&stripe.PaymentIntentListParams{Customer: &c}))
		}, func(q string) []any {
			return all(app.PaymentIntents.Search(&stripe.PaymentIntentSearchParams{SearchParams: stripe.SearchParams{Query: q}}))
		}},
		"invoice": {func(c string) []any { return all(app.Invoices.List(&stripe.InvoiceListParams{Customer: &c})) }, func(q string) []any {
			return all(app.Invoices.Search(&stripe.InvoiceSearchParams{SearchParams: stripe.SearchParams{Query: q}}))
		}},
		"subscription": {func(c string) []any { return all(app.Subscriptions.List(&stripe.SubscriptionListParams{Customer: &c})) }, func(q string) []any {
			return all(app.Subscriptions.Search(&stripe.SubscriptionSearchParams{SearchParams: stripe.SearchParams{Query: q}}))
		}},
		"checkout.session": {func(c string) []any {
			return all(app.CheckoutSessions.List(&stripe.CheckoutSessionListParams{Customer: &c}))
		}, nil},
		"charge": {func(c string) []any { return all(app.Charges.List(&stripe.ChargeListParams{Customer: &c})) }, nil},
		"payment_method": {func(c string) []any {
			return all(app.PaymentMethods.List(&stripe.PaymentMethodListParams{Customer: &c, Type: stripe.String("card")}))
		}, nil},
	} {
		for customer, stranger := range map[string]string{mine.ID: other.ID, other.ID: mine.ID} {
			found := lists.byCustomer(customer)
			require.NotEmpty(t, found, "%s of a customer", kind)
			for _, one := range found {
				text, err := json.Marshal(one)
				require.NoError(t, err)
				require.Contains(t, string(text), customer, kind)
				require.NotContains(t, string(text), stranger, kind)
			}
		}
		if lists.byMetadata != nil {
			require.Len(t, lists.byMetadata(`metadata["order"]:"of 1"`), 1, "%s by metadata", kind)
			require.Empty(t, lists.byMetadata(`metadata["order"]:"of 3"`), "%s by metadata", kind)
			require.Len(t, lists.byMetadata(`metadata["order"]:"of 1" OR metadata["order"]:"of 2"`), 2, "%s by metadata", kind)
		}
	}
	found := all(app.Customers.Search(&stripe.CustomerSearchParams{SearchParams: stripe.SearchParams{Query: `email:"ada@example.com"`}}))
	require.Len(t, found, 1)

	params := &stripe.PaymentIntentListParams{Customer: &mine.ID}
	params.AddExpand("data.customer")
	params.AddExpand("data.latest_charge.balance_transaction")
	listed := app.PaymentIntents.List(params)
	require.True(t, listed.Next(), "the one of the subscription")
	require.EqualValues(t, 3600, listed.PaymentIntent().Amount)
	require.True(t, listed.Next())
	intent := listed.PaymentIntent()
	require.Equal(t, "ada@example.com", intent.Customer.Email)
	require.EqualValues(t, 700, intent.LatestCharge.BalanceTransaction.Amount)
	require.Equal(t, mine.ID, intent.LatestCharge.Customer.ID)

	subscriptions := &stripe.SubscriptionListParams{Customer: &mine.ID}
	subscriptions.AddExpand("data.latest_invoice.payment_intent")
	listedSubscriptions := app.Subscriptions.List(subscriptions)
	require.True(t, listedSubscriptions.Next())
	require.NotNil(t, listedSubscriptions.Subscription().LatestInvoice.PaymentIntent)
	require.NotEmpty(t, listedSubscriptions.Subscription().LatestInvoice.PaymentIntent.Status)
}

// all are the objects that an iterator of stripe-go yields.
func all(list interface {
	Next() bool
	Current() any
}) (objects []any) {
	for list.Next() {
		objects = append(objects, list.Current())
	}
	return objects
}

// A payment of an invoice is found by either, in the versions that have them.
func TestInvoicePayments(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	invoice, err := app.Invoices.New(&stripe.InvoiceParams{Customer: stripe.String("cus_1")})
	require.NoError(t, err)
	_, err = app.Invoices.FinalizeInvoice(invoice.ID, nil)
	require.NoError(t, err)
	_, err = app.Invoices.Pay(invoice.ID, nil)
	require.NoError(t, err)
	paid := ask(t, api, "/v1/invoices/"+invoice.ID+"?expand[]=payments", "2025-03-31.basil")
	payments, _ := paid["payments"].(map[string]any)["data"].([]any)
	require.Len(t, payments, 1, "%v", paid["payments"])
	payment := payments[0].(map[string]any)
	require.Equal(t, invoice.ID, payment["invoice"])

	listed := ask(t, api, "/v1/invoice_payments?invoice="+invoice.ID, "2025-03-31.basil")
	data := listed["data"].([]any)
	require.Len(t, data, 1)
	require.Equal(t, payment["id"], data[0].(map[string]any)["id"])
	intent := data[0].(map[string]any)["payment"].(map[string]any)["payment_intent"].(string)
	listed = ask(t, api, "/v1/invoice_payments?payment[type]=payment_intent&payment[payment_intent]="+intent, "2025-03-31.basil")
	require.Len(t, listed["data"].([]any), 1)
	read := ask(t, api, "/v1/payment_intents/"+intent, "2025-03-31.basil")
	require.Equal(t, intent, read["id"])
}

// ask reads from an API at a version.
func ask(t *testing.T, api *stripeapi.Server, path, version string) (answer map[string]any) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Authorization", "Bearer "+testKey)
	r.Header.Set("Stripe-Version", version)
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(body, &answer))
	return answer
}

// Stripe's test cards do what its documentation says of them, as payment methods, tokens and
// numbers.
func TestTestCards(t *testing.T) {
	t.Parallel()
	_, app := newAPI(t)
	confirm := func(method string, more func(*stripe.PaymentIntentParams)) (*stripe.PaymentIntent, error) {
		params := &stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: &method, Confirm: stripe.Bool(true)}
		if more != nil {
			more(params)
		}
		return app.PaymentIntents.New(params)
	}
	for method, want := range map[string][2]string{
		"pm_card_visa_chargeDeclined":                  {"card_declined", "generic_decline"},
		"pm_card_visa_chargeDeclinedInsufficientFunds": {"card_declined", "insufficient_funds"},
		"pm_card_visa_chargeDeclinedLostCard":          {"card_declined", "lost_card"},
		"pm_card_visa_chargeDeclinedStolenCard":        {"card_declined", "stolen_card"},
		"pm_card_chargeDeclinedExpiredCard":            {"expired_card", "expired_card"},
		"pm_card_chargeDeclinedIncorrectCvc":           {"incorrect_cvc", "incorrect_cvc"},
		"pm_card_chargeDeclinedProcessingError":        {"processing_error", "processing_error"},
	} {
		_, err := confirm(method, nil)
		declined := stripeError(t, err)
		require.Equal(t, http.StatusPaymentRequired, declined.HTTPStatusCode, method)
		require.Equal(t, want, [2]string{string(declined.Code), string(declined.DeclineCode)}, method)
		require.NotEmpty(t, declined.ChargeID)
		read, err := app.PaymentIntents.Get(declined.PaymentIntent.ID, nil)
		require.NoError(t, err)
		require.EqualValues(t, "requires_payment_method", read.Status)
		require.Equal(t, declined.Code, read.LastPaymentError.Code)
		charge, err := app.Charges.Get(declined.ChargeID, nil)
		require.NoError(t, err)
		require.EqualValues(t, "failed", charge.Status)
		require.EqualValues(t, 700, charge.Amount)
	}
	for _, number := range []string{"4000000000009995", "4000 0000 0000 9995"} {
		method, err := app.PaymentMethods.New(&stripe.PaymentMethodParams{Type: stripe.String("card"), Card: &stripe.PaymentMethodCardParams{Number: &number, ExpMonth: stripe.Int64(1), ExpYear: stripe.Int64(2040)}})
		require.NoError(t, err)
		require.Equal(t, "9995", method.Card.Last4)
		_, err = confirm(method.ID, nil)
		require.EqualValues(t, "insufficient_funds", stripeError(t, err).DeclineCode)
	}
	waiting, err := confirm("pm_card_threeDSecure2Required", nil)
	require.NoError(t, err)
	require.EqualValues(t, "requires_action", waiting.Status)
	require.NotNil(t, waiting.NextAction)
	_, err = confirm("pm_card_authenticationRequired", func(p *stripe.PaymentIntentParams) { p.OffSession = stripe.Bool(true) })
	require.EqualValues(t, "authentication_required", stripeError(t, err).Code)
	paid, err := confirm("pm_card_visa", nil)
	require.NoError(t, err)
	require.EqualValues(t, "succeeded", paid.Status)
	again, err := app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur")})
	require.NoError(t, err)
	_, err = app.PaymentIntents.Confirm(again.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String("pm_card_chargeDeclined")})
	require.EqualValues(t, "card_declined", stripeError(t, err).Code)
}

// A declined card is declined once: the key replays the answer.
func TestADeclineIsReplayed(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	for range 2 {
		params := &stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: stripe.String("pm_card_chargeDeclined"), Confirm: stripe.Bool(true)}
		params.SetIdempotencyKey("once")
		_, err := app.PaymentIntents.New(params)
		require.EqualValues(t, "card_declined", stripeError(t, err).Code)
	}
	require.True(t, api.Calls()[1].Replayed)
	require.Len(t, all(app.PaymentIntents.List(nil)), 1)
}

// An unknown path says what is known there.
func TestUnknownPaths(t *testing.T) {
	t.Parallel()
	api := new(stripeapi.Server)
	for path, want := range map[string]string{
		"/v1/quarks":                    "knows the paths of API versions up to 20",
		"/v1/payment_intents/pi_1/spin": "of payment_intent fakestripe knows apply_customer_balance, cancel, capture",
		"/v1/payment_intents/":          "an empty id, or a trailing slash",
	} {
		r := httptest.NewRequest("POST", path, strings.NewReader(""))
		r.Header.Set("Authorization", "Bearer "+testKey)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		require.Equal(t, http.StatusNotFound, w.Code)
		require.Contains(t, w.Body.String(), "Unrecognized request URL (POST: "+path+")")
		require.Contains(t, w.Body.String(), want)
	}
}
