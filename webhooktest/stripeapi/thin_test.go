package stripeapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Thin events tell of objects that nothing else is known of: each can be fetched, in the
// state that the newest event about it tells of.
func TestThinEventsTellOfObjects(t *testing.T) {
	t.Parallel()
	source := &webhooktest.Source{Seed: 5}
	payment := webhooktest.Set("related_object.id", "pi_3Told")
	at := webhooktest.Set("related_object.url", "/v1/payment_intents/pi_3Told")
	for _, test := range []struct {
		name   string
		events []*webhooktest.Event
		path   string
		status int
		want   string
	}{
		{"as the event has it", events(t, source, "v1.payment_intent.processing", payment, at), "/v1/payment_intents/pi_3Told", 200, `"status": "processing"`},
		{"as the newest event has it", append(events(t, source, "v1.payment_intent.processing", payment, at), events(t, source, "v1.payment_intent.succeeded", payment, at)...), "/v1/payment_intents/pi_3Told", 200, `"status": "succeeded"`},
		{"as an event that has no snapshot has it", events(t, source, "v1.customer.subscription.past_due", webhooktest.Set("related_object.id", "sub_1Told")), "/v1/subscriptions/sub_1Told", 200, `"status": "past_due"`},
		{"set to be about something else", events(t, source, "v1.charge.refunded", webhooktest.Set("related_object.id", "cus_Told"), webhooktest.Set("related_object.type", "customer")), "/v1/customers/cus_Told", 200, `"object": "customer"`},
		{"deleted", events(t, source, "v1.customer.deleted", webhooktest.Set("related_object.id", "cus_Told")), "/v1/customers/cus_Told", 200, `"deleted": true`},
		{"of a later version", events(t, source, "v1.invoice_payment.paid", webhooktest.Set("related_object.id", "inpay_1Told")), "/v1/invoice_payments/inpay_1Told", 200, `"object": "invoice_payment"`},
		{"an id without a prefix", events(t, source, "v1.coupon.created", webhooktest.Set("related_object.id", "TOLD10")), "/v1/coupons/TOLD10", 200, `"id": "TOLD10"`},
		{"the only one", events(t, source, "v1.balance_settings.updated"), "/v1/balance_settings", 200, `"balance_settings"`},
		{"the only one of a customer", events(t, source, "v1.customer.discount.created", webhooktest.Set("related_object.url", "/v1/customers/cus_1Told/discount")), "/v1/customers/cus_1Told/discount", 200, `"customer": "cus_1Told"`},
		{"no more", events(t, source, "v1.customer.discount.deleted", webhooktest.Set("related_object.url", "/v1/customers/cus_1Told/discount")), "/v1/customers/cus_1Told/discount", 404, "no discount"},
		{"of v2", events(t, source, "v2.money_management.payout_intent.posted", webhooktest.Set("related_object.url", "/v2/money_management/payout_intents/poi_65Told")), "/v2/money_management/payout_intents/poi_65Told", 200, `"v2.money_management.payout_intent"`},
		{"of v2, unknown", events(t, source, "v2.money_management.payout_intent.posted"), "/v2/money_management/payout_intents/poi_65Other", 404, "Unrecognized"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := &stripeapi.Server{}
			for _, event := range test.events {
				require.NoError(t, api.Add(event.Body()))
				request(t, api, "GET", test.path, "") // a later event is news even so
			}
			answer := request(t, api, "GET", test.path, "")
			require.Equal(t, test.status, answer.Code, "%s", answer.Body)
			require.Contains(t, answer.Body.String(), test.want)
		})
	}
}

func events(t *testing.T, source *webhooktest.Source, eventType string, edits ...webhooktest.Edit) []*webhooktest.Event {
	t.Helper()
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return []*webhooktest.Event{event}
}

// What is in a snapshot event is known better than what a thin event tells.
func TestSnapshotEventsAreBelieved(t *testing.T) {
	t.Parallel()
	source := &webhooktest.Source{Seed: 5}
	snapshot := events(t, source, "payment_intent.processing", webhooktest.Set("data.object.amount", 1234))[0]
	thin := events(t, source, "v1.payment_intent.succeeded", webhooktest.About(snapshot))[0]
	api := &stripeapi.Server{}
	require.NoError(t, api.Add(snapshot.Body()))
	require.NoError(t, api.Add(thin.Body()))
	url, _ := thin.Lookup("related_object.url")
	answer := request(t, api, "GET", url.(string), "")
	require.Contains(t, answer.Body.String(), `"amount": 1234`)
}

// The ids in the data of a fetched event lead to objects.
func TestThinDataLeadsToObjects(t *testing.T) {
	t.Parallel()
	event := events(t, &webhooktest.Source{Seed: 5}, "v1.invoice.upcoming")[0]
	api := &stripeapi.Server{}
	require.NoError(t, api.Add(event.Body()))
	fetched, err := webhooktest.ParseEvent(request(t, api, "GET", "/v2/core/events/"+event.ID(), "").Body.Bytes())
	require.NoError(t, err)
	for field, path := range map[string]string{"customer": "/v1/customers/", "subscription": "/v1/subscriptions/"} {
		id, _ := fetched.Lookup("data." + field)
		answer := request(t, api, "GET", path+id.(string), "")
		require.Equal(t, 200, answer.Code, "%s", answer.Body)
	}
}
