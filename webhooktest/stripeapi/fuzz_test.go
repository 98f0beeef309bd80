package stripeapi_test

import (
	"encoding/json"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// FuzzServer: whatever is asked for, the answer is JSON, an object of a kind or an
// error with a message, and never a failure of the server's own.
func FuzzServer(f *testing.F) {
	source := webhooktest.Source{Seed: 1}
	var events []*webhooktest.Event
	for _, eventType := range []string{"payment_intent.succeeded", "customer.subscription.created", "invoice.paid", "checkout.session.completed", "customer.deleted"} {
		event, err := source.Event(eventType)
		require.NoError(f, err)
		events = append(events, event)
	}
	id := func(i int) string {
		id, _ := events[i].Lookup("data.object.id")
		return id.(string)
	}
	for _, seed := range []struct{ method, path, query, body string }{
		{"GET", "/v1/events", "type=invoice.*&limit=2&created[gte]=1", ""},
		{"GET", "/v1/payment_intents/" + id(0), "expand[]=customer&expand[]=latest_charge.balance_transaction", ""},
		{"POST", "/v1/payment_intents/" + id(0), "", "amount=1&metadata[a]=b&shipping[address][city]=c"},
		{"POST", "/v1/payment_intents/" + id(0) + "/cancel", "", ""},
		{"POST", "/v1/subscriptions/" + id(1), "", "items[0][id]=x&items[0][deleted]=true&items[1][price]=price_1A"},
		{"POST", "/v1/subscriptions", "", "customer=cus_1A&items[][price]=price_1A&cancel_at=now"},
		{"DELETE", "/v1/subscriptions/" + id(1), "", "prorate=true"},
		{"GET", "/v1/invoices/" + id(2) + "/lines", "limit=1", ""},
		{"GET", "/v1/invoices/upcoming/lines", "customer=cus_1A", ""},
		{"GET", "/v1/checkout/sessions/" + id(3) + "/line_items", "", ""},
		{"POST", "/v1/checkout/sessions", "", "line_items[0][price_data][unit_amount]=5&line_items[0][quantity]=2"},
		{"GET", "/v1/customers/search", "query=email:'x' AND -name~\"y\"", ""},
		{"POST", "/v1/customers/" + id(4) + "/sources", "", "source=tok_visa"},
		{"POST", "/v1/refunds", "", "payment_intent=" + id(0)},
		{"POST", "/v1/webhook_endpoints", "", "url=https://a.example&enabled_events[]=*"},
		{"GET", "/v2/core/events", "limit=1", ""},
		{"POST", "/v1/account", "", "business_profile[name]=a"},
		{"POST", "/v1/apps/secrets", "", "name=a&payload=b&scope[type]=account"},
		{"POST", "/v1/quotes", "", "line_items=&customer[]=1&metadata=x"},
	} {
		f.Add(seed.method, seed.path, seed.query, seed.body)
	}
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		api := &stripeapi.Server{Seed: 1}
		for _, event := range events {
			require.NoError(t, api.Add(event.Body()))
		}
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/", strings.NewReader(body))
		r.Method, r.URL = method, &url.URL{Path: path, RawQuery: query}
		r.Header.Set("Authorization", "Bearer "+testKey)
		if strings.HasPrefix(body, "{") {
			r.Header.Set("Content-Type", "application/json")
		}
		answer := httptest.NewRecorder()
		api.ServeHTTP(answer, r)
		require.Less(t, answer.Code, 500, "%s", answer.Body)
		if method == "HEAD" {
			return
		}
		var decoded struct {
			Object string
			Error  *struct{ Message, Type string }
			Data   any
		}
		require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &decoded))
		require.Equal(t, answer.Code >= 400, decoded.Error != nil)
		require.True(t, decoded.Error == nil || decoded.Error.Message != "" && decoded.Error.Type != "")
		require.Len(t, api.Calls(), 1)
	})
}
