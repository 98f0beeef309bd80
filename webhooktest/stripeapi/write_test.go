package stripeapi_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// What a client writes is merged, kept and answered again.
func TestCustomerLifecycle(t *testing.T) {
	api, sc := newAPI(t)
	made, err := sc.Customers.New(&stripe.CustomerParams{
		Name: stripe.String("Rosa"), Email: stripe.String("rosa@example.org"), Metadata: map[string]string{"shop": "7", "tea": "12"},
		Address: &stripe.AddressParams{City: stripe.String("Porto")},
	})
	require.NoError(t, err)
	require.Regexp(t, "^cus_[0-9A-Za-z]{14}$", made.ID)
	require.Equal(t, []any{"Rosa", "rosa@example.org", "Porto", "", ""}, []any{made.Name, made.Email, made.Address.City, made.Address.Line1, made.Phone})
	require.Equal(t, map[string]string{"shop": "7", "tea": "12"}, made.Metadata)
	require.Nil(t, made.Shipping, "what was not given is null")

	_, err = sc.Customers.Update(made.ID, &stripe.CustomerParams{
		Name: stripe.String("Rosa Luz"), Email: stripe.String(""), Metadata: map[string]string{"shop": "", "ink": "blue"},
	})
	require.NoError(t, err)
	got, err := sc.Customers.Get(made.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []any{"Rosa Luz", "", "Porto"}, []any{got.Name, got.Email, got.Address.City})
	require.Equal(t, map[string]string{"tea": "12", "ink": "blue"}, got.Metadata)

	state, ok := api.Object("customer", made.ID)
	require.True(t, ok)
	require.Contains(t, string(state), `"name":"Rosa Luz"`)
	require.Contains(t, string(state), `"email":null`)

	deleted, err := sc.Customers.Del(made.ID, nil)
	require.NoError(t, err)
	require.True(t, deleted.Deleted)
	got, err = sc.Customers.Get(made.ID, nil)
	require.NoError(t, err)
	require.True(t, got.Deleted)
	_, err = sc.Customers.Update(made.ID, &stripe.CustomerParams{Name: stripe.String("Ghost")})
	require.Equal(t, 404, stripeError(t, err).HTTPStatusCode)
	_, ok = api.Object("customer", "cus_None1")
	require.False(t, ok)
}

func TestPaymentIntentLifecycle(t *testing.T) {
	_, sc := newAPI(t)
	params := func() *stripe.PaymentIntentParams {
		return &stripe.PaymentIntentParams{Amount: stripe.Int64(1099), Currency: stripe.String("eur")}
	}
	type state struct {
		status             stripe.PaymentIntentStatus
		received, capture  int64
		charged, cancelled bool
	}
	stateOf := func(pi *stripe.PaymentIntent, err error) state {
		t.Helper()
		require.NoError(t, err)
		require.EqualValues(t, 1099, pi.Amount)
		require.Equal(t, stripe.CurrencyEUR, pi.Currency)
		return state{pi.Status, pi.AmountReceived, pi.AmountCapturable, pi.LatestCharge != nil, pi.CanceledAt != 0}
	}
	waits := state{status: stripe.PaymentIntentStatusRequiresPaymentMethod}
	paid := state{status: stripe.PaymentIntentStatusSucceeded, received: 1099, charged: true}
	held := state{status: stripe.PaymentIntentStatusRequiresCapture, capture: 1099, charged: true}
	ended := state{status: stripe.PaymentIntentStatusCanceled, cancelled: true}

	made, err := sc.PaymentIntents.New(params())
	require.Equal(t, waits, stateOf(made, err))
	require.Nil(t, made.Customer)
	require.True(t, strings.HasPrefix(made.ClientSecret, made.ID+"_secret_"))
	require.Equal(t, paid, stateOf(sc.PaymentIntents.Confirm(made.ID, nil)))
	require.Equal(t, paid, stateOf(sc.PaymentIntents.Get(made.ID, nil)))

	made, err = sc.PaymentIntents.New(params())
	require.NoError(t, err)
	require.Equal(t, ended, stateOf(sc.PaymentIntents.Cancel(made.ID, nil)))

	manual := params()
	manual.Confirm, manual.CaptureMethod = stripe.Bool(true), stripe.String("manual")
	made, err = sc.PaymentIntents.New(manual)
	require.Equal(t, held, stateOf(made, err))
	require.Equal(t, paid, stateOf(sc.PaymentIntents.Capture(made.ID, nil)))

	now := params()
	now.Confirm, now.Customer = stripe.Bool(true), stripe.String("cus_Test1")
	made, err = sc.PaymentIntents.New(now)
	require.Equal(t, paid, stateOf(made, err))
	charge, err := sc.Charges.Get(made.LatestCharge.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []any{made.ID, "cus_Test1", int64(1099), stripe.CurrencyEUR},
		[]any{charge.PaymentIntent.ID, charge.Customer.ID, charge.Amount, charge.Currency})
}

func TestRefunds(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "payment_intent.succeeded", webhooktest.Set("data.object.amount", 1500))
	pi, _ := event.Lookup("data.object.id")
	charge, _ := event.Lookup("data.object.latest_charge")
	refund := func(amount int64) (*stripe.Refund, error) {
		params := &stripe.RefundParams{PaymentIntent: stripe.String(pi.(string))}
		if amount > 0 {
			params.Amount = stripe.Int64(amount)
		}
		return sc.Refunds.New(params)
	}
	part, err := refund(500)
	require.NoError(t, err)
	require.Equal(t, []any{int64(500), charge, pi, "", stripe.RefundStatusSucceeded},
		[]any{part.Amount, part.Charge.ID, part.PaymentIntent.ID, string(part.Reason), part.Status})

	_, err = refund(1200)
	require.Contains(t, stripeError(t, err).Msg, "greater than unrefunded amount on charge (1000)")
	rest, err := refund(0)
	require.NoError(t, err)
	require.EqualValues(t, 1000, rest.Amount)
	_, err = refund(0)
	require.Equal(t, stripe.ErrorCodeChargeAlreadyRefunded, stripeError(t, err).Code)

	got, err := sc.Charges.Get(charge.(string), &stripe.ChargeParams{Params: expanding("refunds")})
	require.NoError(t, err)
	require.Equal(t, []any{true, int64(1500)}, []any{got.Refunded, got.AmountRefunded})
	require.Len(t, got.Refunds.Data, 2)
	money, err := sc.BalanceTransactions.Get(part.BalanceTransaction.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, -500, money.Net)
}

func TestSubscriptions(t *testing.T) {
	api, sc := newAPI(t)
	require.NoError(t, api.Put([]byte(`{"object":"price","id":"price_1Tea","unit_amount":900,"currency":"eur","product":"prod_Tea1","recurring":{"interval":"month"}}`)))
	sub, err := sc.Subscriptions.New(&stripe.SubscriptionParams{
		Customer: stripe.String("cus_Test1"), Metadata: map[string]string{"tea": "oolong"},
		Items: []*stripe.SubscriptionItemsParams{{Price: stripe.String("price_1Tea"), Quantity: stripe.Int64(2)}, {Price: stripe.String("price_1Cup")}},
	})
	require.NoError(t, err)
	require.Equal(t, []any{stripe.SubscriptionStatusActive, "cus_Test1", 2}, []any{sub.Status, sub.Customer.ID, len(sub.Items.Data)})
	first, second := sub.Items.Data[0], sub.Items.Data[1]
	require.Equal(t, []any{"price_1Tea", int64(900), int64(2), "price_1Tea", int64(900), sub.ID},
		[]any{first.Price.ID, first.Price.UnitAmount, first.Quantity, first.Plan.ID, first.Plan.Amount, first.Subscription})
	require.Equal(t, []any{"price_1Cup", int64(1)}, []any{second.Price.ID, second.Quantity})
	require.NotEqual(t, first.ID, second.ID)

	changed, err := sc.Subscriptions.Update(sub.ID, &stripe.SubscriptionParams{Items: []*stripe.SubscriptionItemsParams{
		{ID: stripe.String(first.ID), Quantity: stripe.Int64(5)}, {ID: stripe.String(second.ID), Deleted: stripe.Bool(true)},
	}})
	require.NoError(t, err)
	require.Len(t, changed.Items.Data, 1)
	require.Equal(t, []any{first.ID, int64(5)}, []any{changed.Items.Data[0].ID, changed.Items.Data[0].Quantity})

	item, err := sc.SubscriptionItems.Get(first.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, 5, item.Quantity)

	ended, err := sc.Subscriptions.Cancel(sub.ID, nil)
	require.NoError(t, err)
	require.Equal(t, stripe.SubscriptionStatusCanceled, ended.Status)
	require.NotZero(t, ended.CanceledAt)
	require.Equal(t, "price_1Tea", ended.Items.Data[0].Price.ID)
	require.Equal(t, 0, count(t, sc.Subscriptions.List(&stripe.SubscriptionListParams{Customer: stripe.String("cus_Test1")})))
}

// A new object is a new one, although others refer to one of its kind.
func TestNewInvoiceOfSubscription(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "customer.subscription.created")
	id, _ := event.Lookup("data.object.id")
	latest, _ := event.Lookup("data.object.latest_invoice")
	customer, _ := event.Lookup("data.object.customer")
	invoice, err := sc.Invoices.New(&stripe.InvoiceParams{Subscription: stripe.String(id.(string)), Customer: stripe.String(customer.(string))})
	require.NoError(t, err)
	require.NotEqual(t, latest, invoice.ID)
	require.Equal(t, []any{id, customer, stripe.InvoiceStatusDraft}, []any{invoice.Subscription.ID, invoice.Customer.ID, invoice.Status})
}

func TestCheckoutSessions(t *testing.T) {
	api, sc := newAPI(t)
	made, err := sc.CheckoutSessions.New(&stripe.CheckoutSessionParams{
		Mode: stripe.String("payment"), SuccessURL: stripe.String("https://shop.example.com/thanks"), ClientReferenceID: stripe.String("42"),
		LineItems: []*stripe.CheckoutSessionLineItemParams{
			{Quantity: stripe.Int64(2), PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{UnitAmount: stripe.Int64(700), Currency: stripe.String("eur")}},
			{Quantity: stripe.Int64(1), PriceData: &stripe.CheckoutSessionLineItemPriceDataParams{UnitAmount: stripe.Int64(99), Currency: stripe.String("eur")}},
		},
	})
	require.NoError(t, err)
	require.Equal(t, []any{stripe.CheckoutSessionStatusOpen, stripe.CheckoutSessionPaymentStatusUnpaid, "42", int64(1499), stripe.CurrencyEUR},
		[]any{made.Status, made.PaymentStatus, made.ClientReferenceID, made.AmountTotal, made.Currency})
	require.NotEmpty(t, made.URL)
	expired, err := sc.CheckoutSessions.Expire(made.ID, nil)
	require.NoError(t, err)
	require.Equal(t, stripe.CheckoutSessionStatusExpired, expired.Status)
	require.EqualValues(t, 1499, expired.AmountTotal)
	var totals []int64
	list := sc.CheckoutSessions.ListLineItems(&stripe.CheckoutSessionListLineItemsParams{Session: stripe.String(made.ID)})
	for list.Next() {
		totals = append(totals, list.LineItem().AmountTotal)
	}
	require.Equal(t, []int64{1400, 99}, totals)

	// What a session that an event carried consists of, nobody said: one thing that
	// costs what the session says, always the same.
	event := add(t, api, "checkout.session.completed", webhooktest.Set("data.object.amount_total", 2500), webhooktest.Set("data.object.amount_subtotal", 2500))
	id, _ := event.Lookup("data.object.id")
	var items [2]*stripe.LineItem
	for i := range items {
		session, err := sc.CheckoutSessions.Get(id.(string), &stripe.CheckoutSessionParams{Params: expanding("line_items.data.price.product", "customer")})
		require.NoError(t, err)
		require.Len(t, session.LineItems.Data, 1)
		require.NotEmpty(t, session.Customer.Email)
		items[i] = session.LineItems.Data[0]
		require.NotEmpty(t, items[i].Price.Product.Name)
	}
	require.Equal(t, []int64{2500, 2500}, []int64{items[0].AmountTotal, items[0].Price.UnitAmount})
	require.Equal(t, items[0], items[1])
}

// Actions move an object on, as the event that follows from them at Stripe shows it.
func TestActions(t *testing.T) {
	realpart.Long(t)
	for _, test := range []struct{ event, path, field, want string }{
		{"invoice.created", "/v1/invoices/{id}/finalize", "status", "open"},
		{"invoice.finalized", "/v1/invoices/{id}/pay", "status", "paid"},
		{"invoice.finalized", "/v1/invoices/{id}/void", "status", "void"},
		{"invoice.finalized", "/v1/invoices/{id}/mark_uncollectible", "status", "uncollectible"},
		{"payment_intent.requires_action", "/v1/payment_intents/{id}/confirm", "status", "succeeded"},
		{"payment_intent.amount_capturable_updated", "/v1/payment_intents/{id}/capture", "status", "succeeded"},
		{"setup_intent.created", "/v1/setup_intents/{id}/confirm", "status", "succeeded"},
		{"setup_intent.created", "/v1/setup_intents/{id}/cancel", "status", "canceled"},
		{"quote.finalized", "/v1/quotes/{id}/accept", "status", "accepted"},
		{"charge.pending", "/v1/charges/{id}/capture", "captured", "true"},
		{"checkout.session.completed", "/v1/checkout/sessions/{id}/expire", "status", "expired"},
		{"customer.subscription.paused", "/v1/subscriptions/{id}/resume", "status", "active"},
		{"payout.created", "/v1/payouts/{id}/cancel", "status", "canceled"},
		{"charge.dispute.created", "/v1/disputes/{id}/close", "status", "lost"},
		{"review.opened", "/v1/reviews/{id}/approve", "open", "false"},
		{"subscription_schedule.created", "/v1/subscription_schedules/{id}/release", "status", "released"},
		{"issuing_authorization.created", "/v1/issuing/authorizations/{id}/decline", "approved", "false"},
		{"issuing_card.created", "/v1/test_helpers/issuing/cards/{id}/shipping/deliver", "shipping.status", "delivered"},
		{"treasury.outbound_payment.created", "/v1/treasury/outbound_payments/{id}/cancel", "status", "canceled"},
		{"payment_method.attached", "/v1/payment_methods/{id}/detach", "customer", "null"},
	} {
		t.Run(test.event+" "+test.path, func(t *testing.T) {
			api := &stripeapi.Server{}
			event := add(t, api, test.event)
			id, _ := event.Lookup("data.object.id")
			path := strings.ReplaceAll(test.path, "{id}", id.(string))
			answer := request(t, api, http.MethodPost, path, "metadata[seen]=1")
			require.Equal(t, 200, answer.Code, "%s", answer.Body)
			after, err := webhooktest.ParseEvent(carrying(t, answer.Body.Bytes()))
			require.NoError(t, err)
			got, ok := after.Lookup("data.object." + test.field)
			require.True(t, ok)
			raw, err := json.Marshal(got)
			require.NoError(t, err)
			require.Equal(t, test.want, strings.Trim(string(raw), `"`))
			again := request(t, api, http.MethodGet, path[:strings.Index(path, id.(string))+len(id.(string))], "")
			require.JSONEq(t, answer.Body.String(), again.Body.String())
		})
	}
}

// carrying wraps an object in an event, so that webhooktest finds paths in it.
func carrying(t *testing.T, object []byte) []byte {
	t.Helper()
	event, err := json.Marshal(map[string]any{"id": "evt_1A", "object": "event", "type": "x", "data": map[string]any{"object": json.RawMessage(object)}})
	require.NoError(t, err)
	return event
}

func TestCreateTwice(t *testing.T) {
	_, sc := newAPI(t)
	params := &stripe.CouponParams{ID: stripe.String("SPRING"), PercentOff: stripe.Float64(12.5), Duration: stripe.String("once")}
	coupon, err := sc.Coupons.New(params)
	require.NoError(t, err)
	require.Equal(t, []any{"SPRING", 12.5}, []any{coupon.ID, coupon.PercentOff})
	_, err = sc.Coupons.New(params)
	require.Equal(t, stripe.ErrorCodeResourceAlreadyExists, stripeError(t, err).Code)
	_, err = sc.Coupons.Del("SPRING", nil)
	require.NoError(t, err)
	_, err = sc.Coupons.New(params)
	require.NoError(t, err)
}

// A request that is refused has no effect.
func TestRefusedCreate(t *testing.T) {
	for _, test := range []struct{ name, path, body string }{
		{"too many line items", "/v1/checkout/sessions", "mode=payment" + strings.Repeat("&line_items[][quantity]=1", 101)},
		{"a line item that is wrong", "/v1/checkout/sessions", "mode=payment&line_items[][price_data][unit_amount]=ten"},
		{"an amount that is wrong", "/v1/payment_intents", "amount=ten&currency=eur"},
		{"a missing parameter", "/v1/transfers", "currency=eur"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api := &stripeapi.Server{}
			require.Equal(t, 400, request(t, api, "POST", test.path, test.body).Code)
			require.Empty(t, idsOf(t, request(t, api, "GET", test.path, "")))
		})
	}
}

// Nested collections belong to what is in their path.
func TestSources(t *testing.T) {
	_, sc := newAPI(t)
	customer, err := sc.Customers.New(nil)
	require.NoError(t, err)
	card, err := sc.Cards.New(&stripe.CardParams{Customer: stripe.String(customer.ID), Token: stripe.String("tok_visa")})
	require.NoError(t, err)
	bank, err := sc.BankAccounts.New(&stripe.BankAccountParams{Customer: stripe.String(customer.ID), Token: stripe.String("btok_us_verified")})
	require.NoError(t, err)
	require.Equal(t, []string{customer.ID, customer.ID}, []string{card.Customer.ID, bank.Customer.ID})
	list := sc.PaymentSources.List(&stripe.PaymentSourceListParams{Customer: stripe.String(customer.ID)})
	var types []stripe.PaymentSourceType
	for list.Next() {
		types = append(types, list.PaymentSource().Type)
	}
	require.ElementsMatch(t, []stripe.PaymentSourceType{stripe.PaymentSourceTypeBankAccount, stripe.PaymentSourceTypeCard}, types)
	_, err = sc.Cards.Del(card.ID, &stripe.CardParams{Customer: stripe.String(customer.ID)})
	require.NoError(t, err)
	require.Equal(t, 1, count(t, sc.PaymentSources.List(&stripe.PaymentSourceListParams{Customer: stripe.String(customer.ID)})))
}

func TestFileUpload(t *testing.T) {
	_, sc := newAPI(t)
	file, err := sc.Files.New(&stripe.FileParams{
		FileReader: strings.NewReader("glaze"), Filename: stripe.String("glaze.png"), Purpose: stripe.String("dispute_evidence"),
	})
	require.NoError(t, err)
	require.Equal(t, []any{"glaze.png", int64(5), stripe.FilePurposeDisputeEvidence}, []any{file.Filename, file.Size, file.Purpose})
}

// JSON bodies have types.
func TestJSONBody(t *testing.T) {
	api := &stripeapi.Server{}
	answer := request(t, api, "POST", "/v1/customers", `{"name":"Rosa","balance":-250,"metadata":{"n":12},"phone":null}`, "Content-Type: application/json")
	require.Equal(t, 200, answer.Code)
	for _, want := range []string{`"name": "Rosa"`, `"balance": -250`, `"n": "12"`, `"phone": null`} {
		require.Contains(t, answer.Body.String(), want)
	}
	require.Equal(t, map[string][]string{"name": {"Rosa"}, "balance": {"-250"}, "metadata[n]": {"12"}, "phone": {""}}, api.Calls()[0].Params)
}

// What a session has depends on its mode.
func TestModesOfSessions(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]map[string]any{
		"payment":      {"amount_total": 4800.0, "currency": "usd", "payment_status": "unpaid", "setup_intent": nil},
		"subscription": {"amount_total": 4800.0, "currency": "usd", "payment_status": "unpaid", "setup_intent": nil, "submit_type": nil},
		"setup": {"amount_total": nil, "amount_subtotal": nil, "currency": nil, "total_details": nil, "payment_status": "no_payment_required", "payment_intent": nil, "submit_type": nil,
			"setup_intent": map[string]any{"status": "requires_payment_method", "customer": "cus_1A", "metadata": map[string]any{"seat": "7"}, "payment_method": nil}},
	} {
		api := &stripeapi.Server{Seed: 1}
		answer := request(t, api, "POST", "/v1/checkout/sessions", "mode="+mode+"&customer=cus_1A&setup_intent_data[metadata][seat]=7&expand[]=setup_intent&success_url=http://localhost/")
		var made map[string]any
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &made))
		for field, value := range want {
			about, expanded := value.(map[string]any)
			if !expanded {
				require.Equal(t, value, made[field], "%s: %s", mode, field)
				continue
			}
			for inner, value := range about {
				require.Equal(t, value, made[field].(map[string]any)[inner], "%s: %s.%s", mode, field, inner)
			}
		}
		expired := request(t, api, "POST", "/v1/checkout/sessions/"+made["id"].(string)+"/expire", "")
		require.Contains(t, expired.Body.String(), `"status": "expired"`)
		require.Contains(t, expired.Body.String(), `"payment_status": "`+want["payment_status"].(string)+`"`)
	}
}

// A method that its customer has already stays there: only the first attachment, or one to
// another customer, changes anything at Stripe.
func TestAttachedTwice(t *testing.T) {
	t.Parallel()
	api := new(stripeapi.Server)
	id, _ := add(t, api, "payment_method.detached").Lookup("data.object.id")
	for i, test := range []struct {
		customer string
		want     bool
	}{{"cus_NffrFeUfNV2Hib", false}, {"cus_NffrFeUfNV2Hib", true}, {"cus_NffrFeUfNV2Hib", true}, {"cus_OtherOtherOther", false}} {
		answer := request(t, api, http.MethodPost, "/v1/payment_methods/"+id.(string)+"/attach", "customer="+test.customer)
		require.Equal(t, 200, answer.Code, "%s", answer.Body)
		require.Equal(t, test.want, api.Calls()[i].Unchanged, "attachment %d", i)
	}
}

// TestActionTwice holds that an object is moved once: Stripe refuses to move it to the state
// that it is in, with the codes of https://docs.stripe.com/error-codes.
func TestActionTwice(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		event, method, path, params string
		status                      int
		code                        string
	}{
		{"customer.subscription.updated", "DELETE", "/v1/subscriptions/{id}", "", 404, "resource_missing"},
		{"invoice.payment_failed", "POST", "/v1/invoices/{id}/void", "", 400, ""},
		{"invoice.created", "POST", "/v1/invoices/{id}/finalize", "", 400, ""},
		{"payment_method.attached", "POST", "/v1/payment_methods/{id}/detach", "", 400, ""},
		{"payment_intent.amount_capturable_updated", "POST", "/v1/payment_intents/{id}/capture", "", 400, "payment_intent_unexpected_state"},
		{"payment_intent.created", "POST", "/v1/payment_intents/{id}/cancel", "", 400, "payment_intent_unexpected_state"},
		{"payment_intent.created", "POST", "/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa", 400, "payment_intent_unexpected_state"},
		{"charge.succeeded", "POST", "/v1/charges/{id}/refund", "", 400, "charge_already_refunded"},
		{"review.opened", "POST", "/v1/reviews/{id}/approve", "", 400, ""},
		{"charge.dispute.created", "POST", "/v1/disputes/{id}/close", "", 400, ""},
		{"customer.created", "DELETE", "/v1/customers/{id}", "", 404, "resource_missing"},
		{"invoice.finalized", "POST", "/v1/invoices/{id}/send", "", 200, ""}, // an e-mail each time
		{"test_helpers.test_clock.created", "POST", "/v1/test_helpers/test_clocks/{id}/advance", "frozen_time=2000000000", 200, ""},
	} {
		api := new(stripeapi.Server)
		id, _ := add(t, api, test.event).Lookup("data.object.id")
		path := strings.ReplaceAll(test.path, "{id}", id.(string))
		first := request(t, api, test.method, path, test.params)
		require.Equal(t, 200, first.Code, "%s: %s", path, first.Body)
		again := request(t, api, test.method, path, test.params)
		require.Equal(t, test.status, again.Code, "%s: %s", path, again.Body)
		if test.code != "" {
			require.Contains(t, again.Body.String(), `"code": "`+test.code+`"`)
		}
	}
}

// What a session sold is what its subscription bills.
func TestLineItemsOfASubscription(t *testing.T) {
	t.Parallel()
	api, sc := newAPI(t)
	event := add(t, api, "checkout.session.completed", webhooktest.Variant("subscription"))
	begun := add(t, api, "customer.subscription.created", webhooktest.About(event))
	id, _ := event.Lookup("data.object.id")
	session, err := sc.CheckoutSessions.Get(id.(string), &stripe.CheckoutSessionParams{Params: expanding("line_items")})
	require.NoError(t, err)
	for field, got := range map[string]any{"id": session.LineItems.Data[0].Price.ID, "product": session.LineItems.Data[0].Price.Product.ID, "unit_amount": float64(session.LineItems.Data[0].Price.UnitAmount)} {
		want, _ := begun.Lookup("data.object.items.data.0.price." + field)
		require.Equal(t, want, got, field)
	}
	require.Len(t, session.LineItems.Data, 1)
}
