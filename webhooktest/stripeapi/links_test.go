package stripeapi_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What an event refers to exists, and agrees with the event.
func TestLinksOfPayment(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "payment_intent.succeeded",
		webhooktest.Set("data.object.amount", 1099), webhooktest.Set("data.object.currency", "eur"),
		webhooktest.Set("data.object.receipt_email", "rosa@example.org"))
	carried, err := sc.Events.Get(event.ID(), nil)
	require.NoError(t, err)
	pi, err := sc.PaymentIntents.Get(carried.Data.Object["id"].(string), nil)
	require.NoError(t, err)

	customer, err := sc.Customers.Get(pi.Customer.ID, nil)
	require.NoError(t, err)
	require.Equal(t, "rosa@example.org", customer.Email)
	require.Equal(t, pi.PaymentMethod.ID, customer.InvoiceSettings.DefaultPaymentMethod.ID)

	charge, err := sc.Charges.Get(pi.LatestCharge.ID, nil)
	require.NoError(t, err)
	require.Equal(t, pi.ID, charge.PaymentIntent.ID)
	require.Equal(t, pi.Customer.ID, charge.Customer.ID)
	require.Equal(t, []any{int64(1099), int64(1099), stripe.CurrencyEUR, "rosa@example.org"},
		[]any{charge.Amount, charge.AmountCaptured, charge.Currency, charge.ReceiptEmail})
	require.InDelta(t, pi.Created, charge.Created, 60)

	money, err := sc.BalanceTransactions.Get(charge.BalanceTransaction.ID, nil)
	require.NoError(t, err)
	require.Equal(t, charge.ID, money.Source.ID)
	require.Equal(t, []any{int64(1099), int64(62), int64(1037), stripe.CurrencyEUR}, []any{money.Amount, money.Fee, money.Net, money.Currency})

	again, err := sc.Charges.Get(pi.LatestCharge.ID, nil)
	require.NoError(t, err)
	require.Equal(t, charge.BalanceTransaction.ID, again.BalanceTransaction.ID, "what was inferred stays")
}

// A subscription leads to its invoice, price and product.
func TestLinksOfSubscription(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "customer.subscription.created")
	id, _ := event.Lookup("data.object.id")
	sub, err := sc.Subscriptions.Get(id.(string), nil)
	require.NoError(t, err)
	price, err := sc.Prices.Get(sub.Items.Data[0].Price.ID, nil)
	require.NoError(t, err)
	product, err := sc.Products.Get(price.Product.ID, nil)
	require.NoError(t, err)
	require.Equal(t, price.Product.ID, product.ID)
	invoice, err := sc.Invoices.Get(sub.LatestInvoice.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []string{sub.ID, sub.Customer.ID}, []string{invoice.Subscription.ID, invoice.Customer.ID})
	item, err := sc.SubscriptionItems.Get(sub.Items.Data[0].ID, nil)
	require.NoError(t, err)
	require.Equal(t, sub.ID, item.Subscription)

	mine, err := sc.Customers.Get(sub.Customer.ID, &stripe.CustomerParams{Params: expanding("subscriptions")})
	require.NoError(t, err)
	require.Equal(t, []string{sub.ID}, []string{mine.Subscriptions.Data[0].ID})
}

// What is expanded inside an event is known as well.
func TestEmbedded(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "issuing_authorization.created", webhooktest.Set("data.object.card.last4", "9999"), webhooktest.Set("data.object.card.cardholder.name", "Ines"))
	card, _ := event.Lookup("data.object.card.id")
	holder, _ := event.Lookup("data.object.card.cardholder.id")
	gotCard, err := sc.IssuingCards.Get(card.(string), nil)
	require.NoError(t, err)
	require.Equal(t, "9999", gotCard.Last4)
	gotHolder, err := sc.IssuingCardholders.Get(holder.(string), nil)
	require.NoError(t, err)
	require.Equal(t, "Ines", gotHolder.Name)
}

// An id of the application's own, without Stripe's form, is known by the field that
// it stands in.
func TestLinksByField(t *testing.T) {
	api, sc := newAPI(t)
	add(t, api, "payment_intent.succeeded", webhooktest.Set("data.object.customer", "rosa"), webhooktest.Set("data.object.description", "teapot"))
	customer, err := sc.Customers.Get("rosa", nil)
	require.NoError(t, err)
	require.Equal(t, "rosa", customer.ID)
	_, err = sc.Customers.Get("teapot", nil)
	require.Equal(t, stripe.ErrorCodeResourceMissing, stripeError(t, err).Code)
}

func TestUnknown(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "payment_intent.succeeded")
	id, _ := event.Lookup("data.object.id")
	tests := []struct {
		name string
		get  func() error
	}{
		{"an id that nothing refers to", func() error { _, err := sc.Customers.Get("cus_Nobody1", nil); return err }},
		{"an event that did not happen", func() error { _, err := sc.Events.Get("evt_1Never", nil); return err }},
		{"an id of another kind", func() error { _, err := sc.Customers.Get(id.(string), nil); return err }},
		{"a state is no id", func() error { _, err := sc.Customers.Get("succeeded", nil); return err }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			failed := stripeError(t, test.get())
			require.Equal(t, 404, failed.HTTPStatusCode)
			require.Equal(t, stripe.ErrorTypeInvalidRequest, failed.Type)
			require.Equal(t, stripe.ErrorCodeResourceMissing, failed.Code)
			require.NotEmpty(t, failed.Msg)
			require.NotEmpty(t, failed.RequestID)
		})
	}
}

// The last event says how an object is; an older one that comes again does not.
func TestState(t *testing.T) {
	api, sc := newAPI(t)
	source := webhooktest.Source{}
	created, err := source.Event("customer.created", webhooktest.Set("data.object.name", "Rosa"))
	require.NoError(t, err)
	updated, err := source.Event("customer.updated", webhooktest.About(created), webhooktest.Set("data.object.name", "Rosa Luz"))
	require.NoError(t, err)
	deleted, err := source.Event("customer.deleted", webhooktest.About(created))
	require.NoError(t, err)
	id, _ := created.Lookup("data.object.id")
	for _, step := range []struct {
		event   *webhooktest.Event
		name    string
		deleted bool
	}{
		{created, "Rosa", false},
		{updated, "Rosa Luz", false},
		{created, "Rosa Luz", false}, // known already
		{deleted, "", true},
	} {
		require.NoError(t, api.Add(step.event.Body()))
		customer, err := sc.Customers.Get(id.(string), nil)
		require.NoError(t, err)
		require.Equal(t, []any{step.name, step.deleted}, []any{customer.Name, customer.Deleted})
	}
	require.False(t, sc.Customers.List(nil).Next(), "lists leave deleted objects out")
}

// Events need not be added in the order in which they happened.
func TestLateEvents(t *testing.T) {
	for _, test := range []struct {
		name   string
		events []string // types, with how many seconds later they were created
		later  []int
		want   string
	}{
		{"in order", []string{"customer.created", "customer.updated"}, []int{0, 5}, "1"},
		{"in the same second", []string{"customer.created", "customer.updated"}, []int{0, 0}, "1"},
		{"created comes late", []string{"customer.updated", "customer.created"}, []int{0, 0}, "0"},
		{"an older update comes late", []string{"customer.updated", "customer.updated"}, []int{5, 0}, "0"},
		{"two updates in the same second", []string{"customer.updated", "customer.updated"}, []int{0, 0}, "1"},
		{"an update after the end", []string{"customer.deleted", "customer.updated"}, []int{0, 0}, "deleted"},
		{"made anew", []string{"customer.deleted", "customer.created"}, []int{0, 5}, "1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			api, sc := newAPI(t)
			for i, eventType := range test.events {
				add(t, api, eventType, webhooktest.Set("created", 1700000000+test.later[i]),
					webhooktest.Set("data.object.id", "cus_A1"), webhooktest.Set("data.object.name", strconv.Itoa(i)))
			}
			customer, err := sc.Customers.Get("cus_A1", nil)
			require.NoError(t, err)
			if customer.Deleted {
				customer.Name = "deleted"
			}
			require.Equal(t, test.want, customer.Name)
		})
	}
}

func TestAddRefuses(t *testing.T) {
	api, _ := newAPI(t)
	for _, test := range []struct{ name, event, message string }{
		{"not JSON", `{"id"`, "line 1"},
		{"an object", `{"id":"cus_1","object":"customer"}`, `object is "customer", want "event"`},
		{"without id", `{"object":"event","data":{"object":{"object":"charge"}}}`, "no id"},
		{"without object", `{"id":"evt_1","object":"event"}`, "data.object: want a JSON object"},
		{"object of no kind", `{"id":"evt_1","object":"event","data":{"object":{"id":"x"}}}`, "no field object"},
		{"a list", `[]`, `object is ""`},
	} {
		t.Run(test.name, func(t *testing.T) {
			require.ErrorContains(t, api.Add([]byte(test.event)), test.message)
		})
	}
	require.ErrorContains(t, api.Put([]byte(`{}`)), "no field object")
}

func TestPut(t *testing.T) {
	api, sc := newAPI(t)
	require.NoError(t, api.Put([]byte(`{"object":"price","id":"price_config","unit_amount":250,"currency":"eur"}`)))
	price, err := sc.Prices.Get("price_config", nil)
	require.NoError(t, err)
	require.EqualValues(t, 250, price.UnitAmount)
}

func TestExpand(t *testing.T) {
	api, sc := newAPI(t)
	event := add(t, api, "payment_intent.succeeded")
	id, _ := event.Lookup("data.object.id")
	pi, err := sc.PaymentIntents.Get(id.(string), &stripe.PaymentIntentParams{
		Params: expanding("customer", "latest_charge.balance_transaction", "payment_method", "nonsense", "amount"),
	})
	require.NoError(t, err)
	require.NotEmpty(t, pi.Customer.Email)
	require.Equal(t, pi.ID, pi.LatestCharge.PaymentIntent.ID)
	require.Equal(t, pi.LatestCharge.ID, pi.LatestCharge.BalanceTransaction.Source.ID)
	require.NotEmpty(t, pi.PaymentMethod.Type)

	params := &stripe.PaymentIntentListParams{}
	params.AddExpand("data.customer")
	list := sc.PaymentIntents.List(params)
	require.True(t, list.Next())
	require.Equal(t, pi.Customer.Email, list.PaymentIntent().Customer.Email)

	_, err = sc.PaymentIntents.Get(id.(string), &stripe.PaymentIntentParams{Params: expanding("a.b.c.d.e")})
	failed := stripeError(t, err)
	require.Equal(t, []any{400, "expand"}, []any{failed.HTTPStatusCode, failed.Param})
}

func expanding(paths ...string) stripe.Params {
	params := stripe.Params{}
	for _, path := range paths {
		params.AddExpand(path)
	}
	return params
}

// An event is answered with the spelling and the order that it has, in the layout of the API.
func TestEventSpelling(t *testing.T) {
	api, _ := newAPI(t)
	spelled := strings.ReplaceAll(`{"object": "event",
		"id":"evt_1A", "type":"charge.succeeded","created" : 17e8, "data":{"object":{"object":"charge","id":"ch_3A","amount":1.0,"description":"\u00e9\/"}}}`, "\n", "\r\n")
	require.NoError(t, api.Add([]byte(spelled)))
	answer := request(t, api, "GET", "/v1/events/evt_1A", "")
	require.Equal(t, "{\n  \"object\": \"event\",\n  \"id\": \"evt_1A\",\n  \"type\": \"charge.succeeded\",\n  \"created\": 17e8,\n"+
		"  \"data\": {\n    \"object\": {\n      \"object\": \"charge\",\n      \"id\": \"ch_3A\",\n      \"amount\": 1.0,\n      \"description\": \"\\u00e9\\/\"\n    }\n  }\n}\n", answer.Body.String())
	answer = request(t, api, "GET", "/v1/charges/ch_3A", "")
	require.Contains(t, answer.Body.String(), `"amount": 1.0`)
	require.Contains(t, answer.Body.String(), `\u00e9\/`)
	require.True(t, json.Valid(answer.Body.Bytes()))
}
