package webhooktest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

const ownSubscription = `{
  "id": "sub_1Mine0000000000000000000", "object": "subscription", "created": 1, "status": "trialing", "quantity": 9,
  "customer": "cus_OfTheApp00000",
  "items": {"object": "list", "data": [
    {"id": "si_Mine0000000001", "object": "subscription_item", "quantity": 9, "subscription": "sub_1Mine0000000000000000000",
     "price": {"id": "price_1OfTheApp0000000000000", "object": "price"}},
    {"id": "si_Mine0000000002", "object": "subscription_item", "quantity": 3, "subscription": "sub_1Mine0000000000000000000",
     "price": {"id": "price_1AddOnOfTheApp000000000", "object": "price"}}
  ], "url": "/v1/subscription_items?subscription=sub_1Mine0000000000000000000"},
  "metadata": {"plan": "gold"}
}`

func TestObject(t *testing.T) {
	t.Parallel()
	object := webhooktest.Object([]byte(ownSubscription))
	var source webhooktest.Source
	created, err := source.Event("customer.subscription.created", object)
	require.NoError(t, err)
	other, err := source.Event("customer.subscription.created", object)
	require.NoError(t, err)
	updated, err := source.Event("customer.subscription.updated", object, webhooktest.About(created), webhooktest.Version(2))
	require.NoError(t, err)

	require.NotContains(t, string(created.Body()), "Mine0000", "its id stands nowhere")
	id := valueAt(t, created, "data.object.id")
	for path, want := range map[string]any{
		"data.object.items.data.0.price.id":       "price_1OfTheApp0000000000000",
		"data.object.items.data.1.price.id":       "price_1AddOnOfTheApp000000000",
		"data.object.items.data.0.subscription":   id,
		"data.object.items.url":                   "/v1/subscription_items?subscription=" + id.(string),
		"data.object.customer":                    "cus_OfTheApp00000",
		"data.object.metadata.plan":               "gold",
		"data.object.status":                      "trialing",
		"data.object.items.data.0.quantity":       9.0,
		"data.object.cancellation_details.reason": nil, // which the file does not have
	} {
		require.Equal(t, want, valueAt(t, created, path), path)
	}
	require.NotEqual(t, 1.0, valueAt(t, created, "data.object.created"))
	const item = "data.object.items.data.0.id"
	require.Regexp(t, `^si_\w{14}$`, valueAt(t, created, item))
	require.NotEqual(t, valueAt(t, created, item), valueAt(t, other, item))
	require.NotEqual(t, valueAt(t, created, item), valueAt(t, created, "data.object.items.data.1.id"))

	require.Equal(t, id, valueAt(t, updated, "data.object.id"))
	require.Equal(t, valueAt(t, created, item), valueAt(t, updated, item))
	require.Equal(t, "past_due", valueAt(t, updated, "data.object.status"), "the version has the last word")
	require.Equal(t, 2.0, valueAt(t, updated, "data.object.items.data.0.quantity"))
	require.Equal(t, 3.0, valueAt(t, updated, "data.object.items.data.1.quantity"))
}

func valueAt(t *testing.T, event *webhooktest.Event, path string) any {
	t.Helper()
	value, found := event.Lookup(path)
	require.True(t, found, path)
	return value
}

// An event carries its object; both are the same to Object.
func TestObjectOfAnEvent(t *testing.T) {
	t.Parallel()
	var source webhooktest.Source
	event, err := source.Event("customer.subscription.created",
		webhooktest.Object([]byte(`{"id": "evt_1", "object": "event", "data": {"object": `+ownSubscription+`}}`)))
	require.NoError(t, err)
	require.Equal(t, "trialing", valueAt(t, event, "data.object.status"))
	again, err := event.Edit(webhooktest.Object([]byte(strings.ReplaceAll(ownSubscription, "trialing", "paused"))))
	require.NoError(t, err)
	require.Equal(t, "paused", valueAt(t, again, "data.object.status"))
	require.Equal(t, valueAt(t, event, "data.object.id"), valueAt(t, again, "data.object.id"))
}

func TestObjectsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ eventType, text, want string }{
		{"invoice.paid", `[]`, "object: line 1, column 1: want a JSON object"},
		{"invoice.paid", ``, "object: "},
		{"invoice.paid", `{"data": {"object": 7}}`, "object: data.object: "},
		{"v1.payment_intent.succeeded", `{}`, "thin event"},
	} {
		var source webhooktest.Source
		_, err := source.Event(test.eventType, webhooktest.Object([]byte(test.text)))
		require.ErrorContains(t, err, test.want)
	}
	hook := webhooktest.Source{}
	_, err := hook.Flow("payment_intent.succeeded", webhooktest.Object([]byte(`{}`)).For("payment_intent.succeeded"))
	require.ErrorContains(t, err, "Object")
}
