package stripeapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// stripe-go pages through a list, newest first, forwards and backwards.
func TestPages(t *testing.T) {
	api, sc := newAPI(t)
	var want []string
	for i := range 25 {
		id := fmt.Sprintf("cus_No%02d", i)
		require.NoError(t, api.Put(fmt.Appendf(nil, `{"object":"customer","id":%q,"created":%d}`, id, 1700000000+i/2)))
		want = append([]string{id}, want...)
	}
	params := &stripe.CustomerListParams{}
	params.Limit = stripe.Int64(7)
	var got []string
	for list := sc.Customers.List(params); list.Next(); {
		got = append(got, list.Customer().ID)
	}
	require.Equal(t, want, got)
	require.Len(t, api.Calls(), 4)
	require.Equal(t, "list", api.Calls()[0].Object)

	page := &stripe.CustomerListParams{ListParams: stripe.ListParams{Single: true, Limit: stripe.Int64(3), EndingBefore: stripe.String("cus_No10")}}
	list := sc.Customers.List(page)
	got = nil
	for list.Next() {
		got = append(got, list.Customer().ID)
	}
	require.Equal(t, []string{"cus_No11", "cus_No12", "cus_No13"}, got, "stripe-go reverses a page backwards")
	require.True(t, list.Meta().HasMore)
	require.Equal(t, "/v1/customers", list.Meta().URL)
}

func TestFilters(t *testing.T) {
	api, _ := newAPI(t)
	for _, o := range []string{
		`{"object":"subscription","id":"sub_1A","created":100,"customer":"cus_A1","status":"active","metadata":{"plan":"tea"}}`,
		`{"object":"subscription","id":"sub_1B","created":200,"customer":{"id":"cus_B1","object":"customer"},"status":"canceled"}`,
		`{"object":"subscription","id":"sub_1C","created":300,"customer":"cus_B1","status":"past_due","metadata":{}}`,
		`{"object":"price","id":"price_1A","created":1,"lookup_key":"tea","active":true}`,
		`{"object":"price","id":"price_1B","created":2,"lookup_key":"clay","active":false}`,
	} {
		require.NoError(t, api.Put([]byte(o)))
	}
	for _, test := range []struct{ path, want string }{
		{"/v1/subscriptions", "sub_1C sub_1A"}, // ended ones are left out
		{"/v1/subscriptions?status=all", "sub_1C sub_1B sub_1A"},
		{"/v1/subscriptions?status=ended", "sub_1B"},
		{"/v1/subscriptions?status=past_due", "sub_1C"},
		{"/v1/subscriptions?customer=cus_B1&status=all", "sub_1C sub_1B"}, // expanded or not
		{"/v1/customers/cus_B1/subscriptions", "sub_1C"},
		{"/v1/subscriptions?created[gte]=200&status=all", "sub_1C sub_1B"},
		{"/v1/subscriptions?created[gt]=200&status=all", "sub_1C"},
		{"/v1/subscriptions?created[lt]=200", "sub_1A"},
		{"/v1/subscriptions?created[lte]=200&created[gt]=100&status=all", "sub_1B"},
		{"/v1/subscriptions?created=100", "sub_1A"},
		{"/v1/subscriptions?metadata[plan]=tea", "sub_1A"},
		{"/v1/subscriptions?test_clock=clock_1A", "sub_1C sub_1A"}, // no such field: no filter
		{"/v1/prices?lookup_keys[]=tea&lookup_keys[]=ink", "price_1A"},
		{"/v1/prices?active=false", "price_1B"},
	} {
		t.Run(test.path, func(t *testing.T) {
			require.Equal(t, test.want, idsOf(t, request(t, api, http.MethodGet, test.path, "")))
		})
	}
}

func TestSearch(t *testing.T) {
	api, sc := newAPI(t)
	for i, o := range []string{
		`{"object":"customer","id":"cus_A1","created":%d,"email":"rosa@example.org","name":"Rosa Luz","metadata":{"order":"7"},"phone":null}`,
		`{"object":"customer","id":"cus_B1","created":%d,"email":"ines@example.org","name":"Ines","metadata":{},"phone":"+1"}`,
		`{"object":"customer","id":"cus_C1","created":%d,"email":"rosa@example.com","name":"Rosa","metadata":{"order":"8"},"phone":"+2"}`,
	} {
		require.NoError(t, api.Put(fmt.Appendf(nil, o, 100*(i+1))))
	}
	for _, test := range []struct{ query, want string }{
		{`email:"rosa@example.org"`, "cus_A1"},
		{`email:'ROSA@example.org'`, "cus_A1"},
		{`email~"rosa"`, "cus_C1 cus_A1"},
		{`name:"Rosa" AND metadata["order"]:"8"`, "cus_C1"},
		{`name~"rosa" metadata['order']:'7'`, "cus_A1"}, // a space is AND
		{`name:"Ines" OR metadata["order"]:"7"`, "cus_B1 cus_A1"},
		{`-name:"Ines"`, "cus_C1 cus_A1"},
		{`created>100 AND created<=300`, "cus_C1 cus_B1"},
		{`created>=300`, "cus_C1"},
		{`created<200`, "cus_A1"},
		{`phone:null`, "cus_A1"},
		{`-phone:null`, "cus_C1 cus_B1"},
		{`nothing:"x"`, ""},
	} {
		t.Run(test.query, func(t *testing.T) {
			got := ""
			params := &stripe.CustomerSearchParams{SearchParams: stripe.SearchParams{Query: test.query, Limit: stripe.Int64(1)}}
			found := sc.Customers.Search(params)
			for found.Next() {
				got += " " + found.Customer().ID
			}
			require.NoError(t, found.Err())
			require.Equal(t, test.want, got[min(1, len(got)):])
		})
	}
	for _, test := range []struct{ query, message string }{
		{``, "Missing required param: query"},
		{`rosa`, "is not understood"},
		{`name:"Rosa`, "a quote that does not end"},
		{`name:"a" AND name:"b" OR name:"c"`, "mixes AND and OR"},
		{`:x`, "is not understood"},
	} {
		t.Run(test.query, func(t *testing.T) {
			found := sc.Customers.Search(&stripe.CustomerSearchParams{SearchParams: stripe.SearchParams{Query: test.query}})
			require.False(t, found.Next())
			require.Contains(t, stripeError(t, found.Err()).Msg, test.message)
		})
	}
}

func TestListEvents(t *testing.T) {
	undelivered := ""
	api := &stripeapi.Server{Undelivered: func(id string) bool { return id == undelivered }}
	sc := newClient(t, api, testKey)
	paid := add(t, api, "invoice.paid", webhooktest.Set("created", 1700000000))
	failed := add(t, api, "invoice.payment_failed", webhooktest.Set("created", 1700000100))
	made := add(t, api, "customer.created", webhooktest.Set("created", 1700000200))
	undelivered = failed.ID()
	all := []string{made.ID(), failed.ID(), paid.ID()}
	for _, test := range []struct {
		name   string
		params stripe.EventListParams
		want   []string
	}{
		{"all", stripe.EventListParams{}, all},
		{"type", stripe.EventListParams{Type: stripe.String("invoice.paid")}, all[2:]},
		{"type with a star", stripe.EventListParams{Type: stripe.String("invoice.*")}, all[1:]},
		{"types", stripe.EventListParams{Types: stripe.StringSlice([]string{"invoice.paid", "customer.created"})}, []string{made.ID(), paid.ID()}},
		{"from then on", stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: 1700000100}}, all[:2]},
		{"then", stripe.EventListParams{Created: stripe.Int64(1700000100)}, all[1:2]},
		{"what could not be delivered", stripe.EventListParams{DeliverySuccess: stripe.Bool(false)}, all[1:2]},
		{"what could", stripe.EventListParams{DeliverySuccess: stripe.Bool(true)}, []string{made.ID(), paid.ID()}},
		{"page by page", stripe.EventListParams{ListParams: stripe.ListParams{Limit: stripe.Int64(1)}}, all},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			list := sc.Events.List(&test.params)
			for list.Next() {
				got = append(got, list.Event().ID)
			}
			require.NoError(t, list.Err())
			require.Equal(t, test.want, got)
		})
	}
}

func TestRetryEvent(t *testing.T) {
	var asked []string
	api := &stripeapi.Server{OnRetry: func(event, endpoint string) error {
		if endpoint == "we_Gone1" {
			return fmt.Errorf("no endpoint %s", endpoint)
		}
		asked = append(asked, event+" "+endpoint)
		return nil
	}}
	event := add(t, api, "invoice.paid")
	require.Equal(t, 200, request(t, api, "POST", "/v1/events/"+event.ID()+"/retry", "webhook_endpoint=we_1A").Code)
	require.Equal(t, 200, request(t, api, "POST", "/v1/events/"+event.ID()+"/retry", "").Code)
	require.Equal(t, []string{event.ID() + " we_1A", event.ID() + " "}, asked)
	require.Contains(t, request(t, api, "POST", "/v1/events/"+event.ID()+"/retry", "webhook_endpoint=we_Gone1").Body.String(), "no endpoint we_Gone1")
	require.Equal(t, 404, request(t, api, "POST", "/v1/events/evt_1None/retry", "").Code)
	api.OnRetry = nil
	require.Equal(t, 400, request(t, api, "POST", "/v1/events/"+event.ID()+"/retry", "").Code)
}

func TestThinEvents(t *testing.T) {
	api := &stripeapi.Server{}
	thin := `{"id":"evt_test_65A","object":"v2.core.event","type":"v1.billing.meter.no_meter_found","livemode":false,"created":"2026-01-02T03:04:05.000Z","related_object":{"id":"cus_A1","type":"customer","url":"/v1/customers/cus_A1"}}`
	counterpart := `{"id":"evt_test_65B","object":"v2.core.event","type":"v1.customer.created","livemode":false,"created":"2026-01-02T03:04:05.000Z","related_object":null}`
	require.NoError(t, api.Add([]byte(thin)))
	require.NoError(t, api.Add([]byte(counterpart)))
	api.AddEndpoint(stripeapi.Endpoint{ID: "we_1A", URL: "https://shop.example.com/hook", EnabledEvents: []string{"*"}})
	for _, test := range []struct {
		path   string
		status int
		want   string
	}{
		{"/v2/core/events/evt_test_65A", 200, `"validation_end": "2026-01-02T03:04:00.000Z"`}, // not delivered
		{"/v2/core/events/evt_test_65B", 200, counterpart},
		{"/v2/core/events?object_id=cus_A1", 200, `"evt_test_65A"`},
		{"/v2/core/events?object_id=cus_B1", 200, `"data": []`},
		{"/v2/core/events/evt_test_none", 404, `"not_found"`},
		{"/v1/events/evt_test_65A", 404, "resource_missing"},
		{"/v1/events", 200, `"data": []`},
		{"/v1/customers/cus_A1", 200, `"customer"`}, // what it is about can be fetched
		{"/v2/core/event_destinations", 200, "https://shop.example.com/hook"},
		{"/v2/core/event_destinations/we_1A", 200, `"v2.core.event_destination"`},
		{"/v2/core/event_destinations/we_1B", 404, `"not_found"`},
	} {
		t.Run(test.path, func(t *testing.T) {
			answer := request(t, api, "GET", test.path, "")
			require.Equal(t, test.status, answer.Code)
			require.Contains(t, answer.Body.String(), test.want)
		})
	}
}
