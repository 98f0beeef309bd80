package payment_test

import (
	"errors"
	"net/http/httptest"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// newAPI starts an API, and returns it with a client of it.
func newAPI(t *testing.T) (*stripeapi.Server, *client.API) {
	t.Helper()
	api := &stripeapi.Server{Seed: 1}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	config := &stripe.BackendConfig{URL: stripe.String(server.URL), HTTPClient: server.Client(), MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{}}
	return api, client.New("sk_test_1", &stripe.Backends{API: stripe.GetBackendWithConfig(stripe.APIBackend, config)})
}

// end brings an object to an end, tells the API of it, and returns the types of the events
// and what each has at a path.
func end(t *testing.T, api *stripeapi.Server, r payment.Request, paths ...string) (types []string, values map[string]map[string]any) {
	t.Helper()
	flow, err := payment.Flow(nil, api, r)
	require.NoError(t, err)
	values = make(map[string]map[string]any)
	for event := range flow.Events() {
		require.NoError(t, api.Add(event.Body()))
		types = append(types, event.Type())
		values[event.Type()] = make(map[string]any)
		for _, path := range paths {
			values[event.Type()][path], _ = event.Lookup("data.object." + path)
		}
	}
	return types, values
}

// newSession has an app sell two teapots to a customer of its own.
func newSession(t *testing.T, app *client.API) (*stripe.CheckoutSession, *stripe.Customer) {
	t.Helper()
	customer, err := app.Customers.New(&stripe.CustomerParams{Email: stripe.String("ada@example.com"), Name: stripe.String("Ada")})
	require.NoError(t, err)
	session, err := app.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), Customer: &customer.ID, SuccessURL: stripe.String("http://localhost:3000/thanks"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{{Quantity: stripe.Int64(2), PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{
			Currency: stripe.String("eur"), UnitAmount: stripe.Int64(1250), ProductData: &stripe.CheckoutSessionLineItemPriceDataProductDataParams{Name: stripe.String("Teapot")},
		}}},
		Metadata:          map[string]string{"order": "7"},
		PaymentIntentData: &stripe.CheckoutSessionPaymentIntentDataParams{Metadata: map[string]string{"cart": "9"}},
	})
	require.NoError(t, err)
	return session, customer
}

func TestASessionIsPaid(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	session, customer := newSession(t, app)
	types, values := end(t, api, payment.Request{}, "id", "amount", "amount_total", "currency", "customer", "metadata", "customer_details.email", "billing_details.name", "amount_received")
	require.Equal(t, []string{"charge.succeeded", "payment_intent.succeeded", "payment_intent.created", "checkout.session.completed"}, types)

	completed, paid, charged := values["checkout.session.completed"], values["payment_intent.succeeded"], values["charge.succeeded"]
	require.Equal(t, session.ID, completed["id"])
	require.Equal(t, map[string]any{"order": "7"}, completed["metadata"])
	require.Equal(t, 2500.0, completed["amount_total"])
	require.Equal(t, "ada@example.com", completed["customer_details.email"])
	for _, money := range []map[string]any{paid, charged} {
		require.Equal(t, 2500.0, money["amount"])
		require.Equal(t, "eur", money["currency"])
		require.Equal(t, map[string]any{"cart": "9"}, money["metadata"])
	}
	require.Equal(t, 2500.0, paid["amount_received"])
	require.Equal(t, "Ada", charged["billing_details.name"])

	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("payment_intent.latest_charge")
	params.AddExpand("customer")
	params.AddExpand("line_items")
	read, err := app.CheckoutSessions.Get(session.ID, params)
	require.NoError(t, err)
	require.EqualValues(t, "complete", read.Status)
	require.EqualValues(t, "paid", read.PaymentStatus)
	require.EqualValues(t, 2500, read.PaymentIntent.Amount)
	require.Equal(t, "9", read.PaymentIntent.Metadata["cart"])
	require.Equal(t, values["charge.succeeded"]["id"], read.PaymentIntent.LatestCharge.ID)
	require.EqualValues(t, 2500, read.PaymentIntent.LatestCharge.Amount)
	require.Equal(t, customer.ID, read.Customer.ID)
	require.EqualValues(t, 2, read.LineItems.Data[0].Quantity)

	_, err = payment.Flow(nil, api, payment.Request{Object: session.ID})
	require.ErrorIs(t, err, payment.ErrEnded)
}

func TestASessionIsDeclinedAndExpires(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	session, _ := newSession(t, app)
	types, values := end(t, api, payment.Request{Action: payment.Decline}, "amount", "last_payment_error.decline_code", "failure_code")
	require.Equal(t, []string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"}, types)
	require.Equal(t, 2500.0, values["charge.failed"]["amount"])
	require.Equal(t, "generic_decline", values["payment_intent.payment_failed"]["last_payment_error.decline_code"])
	require.Equal(t, "card_declined", values["charge.failed"]["failure_code"])
	read, err := app.CheckoutSessions.Get(session.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, "open", read.Status)

	types, values = end(t, api, payment.Request{Object: session.ID, Action: payment.Expire}, "id")
	require.Equal(t, []string{"checkout.session.expired"}, types)
	require.Equal(t, session.ID, values["checkout.session.expired"]["id"])
}

// A session that saves a card costs nothing, and its SetupIntent is the one that it began with.
func TestASetupSession(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	begin := func() *stripe.CheckoutSession {
		session, err := app.CheckoutSessions.New(&stripe.CheckoutSessionParams{
			Mode: stripe.String("setup"), Customer: stripe.String("cus_1A"), SuccessURL: stripe.String("http://localhost:3000/thanks"),
			SetupIntentData: &stripe.CheckoutSessionSetupIntentDataParams{Metadata: map[string]string{"seat": "7"}},
		})
		require.NoError(t, err)
		return session
	}
	session := begin()
	types, values := end(t, api, payment.Request{}, "id", "setup_intent", "payment_status", "amount_total", "currency", "metadata", "customer", "payment_method")
	require.Equal(t, []string{"payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"}, types)
	require.Equal(t, map[string]any{"id": session.ID, "setup_intent": session.SetupIntent.ID, "payment_status": "no_payment_required", "amount_total": nil,
		"currency": nil, "metadata": map[string]any{}, "customer": "cus_1A", "payment_method": nil}, values["checkout.session.completed"])
	require.Equal(t, map[string]any{"seat": "7"}, values["setup_intent.succeeded"]["metadata"])
	params := new(stripe.CheckoutSessionParams)
	params.AddExpand("setup_intent.payment_method")
	read, err := app.CheckoutSessions.Get(session.ID, params)
	require.NoError(t, err)
	require.EqualValues(t, "succeeded", read.SetupIntent.Status)
	require.Equal(t, values["payment_method.attached"]["id"], read.SetupIntent.PaymentMethod.ID)
	require.Equal(t, "cus_1A", read.SetupIntent.PaymentMethod.Customer.ID)

	begin()
	_, values = end(t, api, payment.Request{Action: payment.Expire}, "payment_status", "status")
	require.Equal(t, map[string]any{"payment_status": "no_payment_required", "status": "expired"}, values["checkout.session.expired"])
}

// Each object comes to the end that its kind and mode have.
func TestEnds(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	session := func(mode string) func(*testing.T, *client.API) string {
		return func(t *testing.T, app *client.API) string {
			session, err := app.CheckoutSessions.New(&stripe.CheckoutSessionParams{Mode: &mode, SuccessURL: stripe.String("http://localhost:3000/thanks"), Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return session.ID
		}
	}
	intent := func(method string, manual bool) func(*testing.T, *client.API) string {
		return func(t *testing.T, app *client.API) string {
			params := &stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: &method, Metadata: map[string]string{"order": "7"}}
			if manual {
				params.CaptureMethod = stripe.String("manual")
			}
			intent, err := app.PaymentIntents.New(params)
			require.NoError(t, err)
			return intent.ID
		}
	}
	for _, test := range []struct {
		name    string
		begin   func(*testing.T, *client.API) string
		request payment.Request
		tells   string // the event about it that ends it
		status  any
	}{
		{"a subscription session", session("subscription"), payment.Request{}, "checkout.session.completed", "complete"},
		{"a setup session", session("setup"), payment.Request{}, "checkout.session.completed", "complete"},
		{"a PaymentIntent", intent("pm_card_visa", false), payment.Request{}, "payment_intent.succeeded", "succeeded"},
		{"one that is captured later", intent("pm_card_visa", true), payment.Request{}, "payment_intent.amount_capturable_updated", "requires_capture"},
		{"a declined card", intent("pm_card_visa_chargeDeclinedInsufficientFunds", false), payment.Request{}, "payment_intent.payment_failed", "requires_payment_method"},
		{"a card with 3-D Secure", intent("pm_card_threeDSecure2Required", false), payment.Request{}, "payment_intent.requires_action", "requires_action"},
		{"which the customer passes", intent("pm_card_threeDSecure2Required", false), payment.Request{Action: payment.Pay}, "payment_intent.succeeded", "succeeded"},
		{"a card that is disputed", intent("pm_card_createDispute", false), payment.Request{}, "payment_intent.succeeded", "succeeded"},
		{"any card, declined", intent("pm_card_visa", false), payment.Request{Action: payment.Decline}, "payment_intent.payment_failed", "requires_payment_method"},
		{"another type", intent("pm_card_visa", false), payment.Request{Type: "payment_intent.processing"}, "payment_intent.processing", "processing"},
		{"a SetupIntent", func(t *testing.T, app *client.API) string {
			intent, err := app.SetupIntents.New(&stripe.SetupIntentParams{Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return intent.ID
		}, payment.Request{}, "setup_intent.succeeded", "succeeded"},
		{"an Invoice", func(t *testing.T, app *client.API) string {
			customer, err := app.Customers.New(&stripe.CustomerParams{})
			require.NoError(t, err)
			invoice, err := app.Invoices.New(&stripe.InvoiceParams{Customer: &customer.ID, Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return invoice.ID
		}, payment.Request{}, "invoice.paid", "paid"},
		{"a Subscription", func(t *testing.T, app *client.API) string {
			customer, err := app.Customers.New(&stripe.CustomerParams{})
			require.NoError(t, err)
			subscription, err := app.Subscriptions.New(&stripe.SubscriptionParams{Customer: &customer.ID, Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return subscription.ID
		}, payment.Request{}, "customer.subscription.created", "active"},
		{"a trial, whatever the card", func(t *testing.T, app *client.API) string {
			customer, err := app.Customers.New(&stripe.CustomerParams{})
			require.NoError(t, err)
			subscription, err := app.Subscriptions.New(&stripe.SubscriptionParams{Customer: &customer.ID, TrialPeriodDays: stripe.Int64(14), DefaultPaymentMethod: stripe.String("pm_card_chargeCustomerFail"), Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return subscription.ID
		}, payment.Request{}, "customer.subscription.created", "trialing"},
		{"a Subscription whose card is declined", func(t *testing.T, app *client.API) string {
			customer, err := app.Customers.New(&stripe.CustomerParams{})
			require.NoError(t, err)
			subscription, err := app.Subscriptions.New(&stripe.SubscriptionParams{Customer: &customer.ID, DefaultPaymentMethod: stripe.String("pm_card_chargeCustomerFail"), Metadata: map[string]string{"order": "7"}})
			require.NoError(t, err)
			return subscription.ID
		}, payment.Request{}, "customer.subscription.created", "incomplete"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			id := test.begin(t, app)
			types, values := end(t, api, test.request, "id", "status", "metadata", "customer")
			require.Contains(t, types, test.tells)
			for _, old := range []string{"customer.created", "product.created", "price.created"} {
				if test.name != "a subscription session" {
					require.NotContains(t, types, old)
				}
			}
			require.Equal(t, id, values[test.tells]["id"])
			require.Equal(t, test.status, values[test.tells]["status"])
			require.Equal(t, map[string]any{"order": "7"}, values[test.tells]["metadata"])
		})
	}
}

// A SetupIntent whose card is declined at once asks for no 3-D Secure before.
func TestADeclinedSetupIntent(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	_, err := app.SetupIntents.New(&stripe.SetupIntentParams{PaymentMethod: stripe.String("pm_card_chargeDeclinedExpiredCard")})
	require.NoError(t, err)
	types, _ := end(t, api, payment.Request{})
	require.Contains(t, types, "setup_intent.setup_failed")
	require.NotContains(t, types, "setup_intent.requires_action")
}

// The answer to a confirmation and the events that follow are of one mind.
func TestAConfirmedIntent(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	paid, err := app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: stripe.String("pm_card_visa"), Confirm: stripe.Bool(true)})
	require.NoError(t, err)
	require.EqualValues(t, "succeeded", paid.Status)
	_, values := end(t, api, payment.Request{}, "id", "latest_charge")
	require.Equal(t, paid.ID, values["payment_intent.succeeded"]["id"])
	require.Equal(t, paid.LatestCharge.ID, values["charge.succeeded"]["id"])

	_, err = app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: stripe.String("pm_card_chargeDeclinedExpiredCard"), Confirm: stripe.Bool(true)})
	declined := new(stripe.Error)
	require.True(t, errors.As(err, &declined), "%v", err)
	require.EqualValues(t, "expired_card", declined.Code)
	types, values := end(t, api, payment.Request{}, "id", "last_payment_error.code", "failure_code")
	require.Contains(t, types, "charge.failed")
	require.Equal(t, declined.PaymentIntent.ID, values["payment_intent.payment_failed"]["id"])
	require.Equal(t, "expired_card", values["payment_intent.payment_failed"]["last_payment_error.code"])
	require.Equal(t, "expired_card", values["charge.failed"]["failure_code"])
}

func TestARefund(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	intent, err := app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: stripe.String("pm_card_visa"), Confirm: stripe.Bool(true)})
	require.NoError(t, err)
	end(t, api, payment.Request{})
	refund, err := app.Refunds.New(&stripe.RefundParams{PaymentIntent: &intent.ID, Amount: stripe.Int64(200)})
	require.NoError(t, err)
	types, values := end(t, api, payment.Request{}, "id", "amount", "amount_refunded", "refunded")
	require.Equal(t, []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, types)
	require.Equal(t, refund.ID, values["refund.created"]["id"])
	require.Equal(t, 200.0, values["refund.updated"]["amount"])
	require.Equal(t, map[string]any{"id": intent.LatestCharge.ID, "amount": 700.0, "amount_refunded": 200.0, "refunded": false}, values["charge.refunded"])
}

// Refunds of Stripe's test cards for them come later than others, or do not stay.
func TestRefundsThatTakeTime(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		card, version string
		confirm       bool
		status        stripe.RefundStatus // at first
		types         []string
		ends          stripe.RefundStatus
	}{
		{"pm_card_visa", "", true, "succeeded", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "succeeded"},
		{"pm_card_pendingRefund", "", true, "pending", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "succeeded"},
		{"pm_card_refundFail", "", true, "succeeded", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "failed"},
		{"pm_card_refundFail", "2024-10-28.acacia", true, "succeeded", []string{"refund.created", "charge.refunded", "refund.failed", "refund.updated", "charge.refund.updated"}, "failed"},
		{"4000000000007726", "", true, "pending", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "succeeded"},
		{"4000000000005126", "", false, "succeeded", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "failed"},                  // paid by the card that it waited with
		{"pm_card_authenticationRequired", "", false, "succeeded", []string{"refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"}, "succeeded"}, // which says nothing of refunds
	} {
		t.Run(test.card+" "+test.version, func(t *testing.T) {
			t.Parallel()
			api, app := newAPI(t)
			method := test.card
			if method[0] == '4' {
				made, err := app.PaymentMethods.New(&stripe.PaymentMethodParams{Type: stripe.String("card"), Card: &stripe.PaymentMethodCardParams{Number: &test.card, ExpMonth: stripe.Int64(1), ExpYear: stripe.Int64(2040)}})
				require.NoError(t, err)
				method = made.ID
			}
			intent, err := app.PaymentIntents.New(&stripe.PaymentIntentParams{Amount: stripe.Int64(700), Currency: stripe.String("eur"), PaymentMethod: &method, Confirm: &test.confirm})
			require.NoError(t, err)
			end(t, api, payment.Request{Action: payment.Pay})
			refund, err := app.Refunds.New(&stripe.RefundParams{PaymentIntent: &intent.ID, Amount: stripe.Int64(300)})
			require.NoError(t, err)
			require.Equal(t, test.status, refund.Status)

			flow, err := payment.Flow(&webhooktest.Source{APIVersion: test.version}, api, payment.Request{})
			require.NoError(t, err)
			var types []string
			for event := range flow.Events() {
				require.NoError(t, api.Add(event.Body()))
				types = append(types, event.Type())
				if event.Type() == "refund.created" {
					status, _ := event.Lookup("data.object.status")
					require.EqualValues(t, test.status, status, "as it was answered")
				}
			}
			require.Equal(t, test.types, types)
			params := new(stripe.RefundParams)
			params.AddExpand("failure_balance_transaction")
			read, err := app.Refunds.Get(refund.ID, params)
			require.NoError(t, err)
			require.Equal(t, test.ends, read.Status)
			if test.ends == "failed" {
				require.EqualValues(t, "expired_or_canceled_card", read.FailureReason)
				require.EqualValues(t, 300, read.FailureBalanceTransaction.Net, "the money is back")
				require.EqualValues(t, "refund_failure", read.FailureBalanceTransaction.Type)
			}
			_, err = payment.Flow(nil, api, payment.Request{Object: refund.ID})
			require.ErrorIs(t, err, payment.ErrEnded)
		})
	}
}

// Events have the version that is asked for, or the later one that the object is known in.
func TestVersions(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	api, app := newAPI(t)
	invoice, err := app.Invoices.New(&stripe.InvoiceParams{Customer: stripe.String("cus_1")})
	require.NoError(t, err)
	flow, err := payment.Flow(&webhooktest.Source{APIVersion: "2025-03-31.basil"}, api, payment.Request{})
	require.NoError(t, err)
	for event := range flow.Events() {
		require.NoError(t, api.Add(event.Body()))
		version, _ := event.Lookup("api_version")
		require.Equal(t, "2025-03-31.basil", version)
	}
	_, err = payment.Flow(nil, api, payment.Request{Object: invoice.ID})
	require.ErrorIs(t, err, payment.ErrEnded)
	flow, err = payment.Flow(nil, api, payment.Request{Object: invoice.ID, Type: "invoice.voided"})
	require.NoError(t, err)
	version, _ := flow.Steps[0].Event.Lookup("api_version")
	require.Equal(t, "2025-03-31.basil", version, "the invoice is known in that")
}

func TestNothingToEnd(t *testing.T) {
	t.Parallel()
	api, app := newAPI(t)
	_, err := payment.Flow(nil, api, payment.Request{})
	require.ErrorIs(t, err, payment.ErrNoObject)
	_, err = payment.Flow(nil, api, payment.Request{Object: "cs_other"})
	require.ErrorIs(t, err, payment.ErrNoObject)
	_, err = app.Customers.New(&stripe.CustomerParams{})
	require.NoError(t, err)
	_, err = payment.Flow(nil, api, payment.Request{})
	require.ErrorIs(t, err, payment.ErrNoObject, "nobody pays a customer")
	session, _ := newSession(t, app)
	_, err = payment.Flow(nil, api, payment.Request{Object: session.ID, Type: "coupon.created"})
	require.ErrorContains(t, err, session.ID+": ")
	_, err = payment.ParseAction("sell")
	require.ErrorContains(t, err, "want pay, decline, expire")
}

// A subscription has the price, the quantity and the metadata that its session sells: apps
// map the price to a plan.
func TestASessionSellsItsPrice(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"2023-10-16", "2025-03-31.basil", "2026-08-26.dahlia"} {
		api, app := newAPI(t)
		session, err := app.CheckoutSessions.New(&stripe.CheckoutSessionParams{
			Mode: stripe.String("subscription"), SuccessURL: stripe.String("http://localhost:3000/thanks"),
			LineItems:        []*stripe.CheckoutSessionLineItemParams{{Quantity: stripe.Int64(3), Price: stripe.String("price_pro")}},
			SubscriptionData: &stripe.CheckoutSessionSubscriptionDataParams{Metadata: map[string]string{"user": "7"}},
		})
		require.NoError(t, err)
		flow, err := payment.Flow(&webhooktest.Source{APIVersion: version}, api, payment.Request{Object: session.ID})
		require.NoError(t, err)
		seen := 0
		for _, step := range flow.Steps {
			paths := map[string]any{}
			switch kind, _ := step.Event.Lookup("data.object.object"); kind {
			case "subscription":
				paths = map[string]any{"items.data.0.price.id": "price_pro", "items.data.0.plan.id": "price_pro", "items.data.0.quantity": 3.0, "metadata": map[string]any{"user": "7"}}
			case "invoice":
				paths = map[string]any{"lines.data.0.pricing.price_details.price": "price_pro"}
				if version == "2023-10-16" {
					paths = map[string]any{"lines.data.0.price.id": "price_pro"}
				}
			}
			for path, want := range paths {
				got, _ := step.Event.Lookup("data.object." + path)
				require.Equal(t, want, got, "%s: %s: %s", version, step.Event.Type(), path)
				seen++
			}
		}
		require.Greater(t, seen, 5)
	}
}
