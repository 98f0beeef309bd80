package webhooktest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

const theIntent = `{"id": "pi_3OfTheApp0000000000000", "object": "payment_intent", "amount": 1234, "amount_received": 0, "created": 17,
  "currency": "eur", "customer": null, "description": "Order 7", "latest_charge": null, "metadata": {"order": "7"},
  "payment_method": null, "receipt_email": "app@shop.example", "status": "requires_payment_method"}`

// All events of a flow are about the caller's object, and tell what it becomes.
func TestFlowOfAnExistingObject(t *testing.T) {
	t.Parallel()
	flow := newFlow(t, "payment_intent.succeeded", webhooktest.Existing([]byte(theIntent)))
	// charge.succeeded, payment_intent.succeeded, payment_intent.created
	for path, want := range map[string][]any{
		"data.object.id":              {values(flow, "data.object.id")[0], "pi_3OfTheApp0000000000000", "pi_3OfTheApp0000000000000"},
		"data.object.payment_intent":  {"pi_3OfTheApp0000000000000", nil, nil},
		"data.object.amount":          {1234.0, 1234.0, 1234.0},
		"data.object.amount_captured": {1234.0, nil, nil},
		"data.object.amount_received": {nil, 1234.0, 0.0},
		"data.object.currency":        {"eur", "eur", "eur"},
		"data.object.customer":        {nil, nil, nil},
		"data.object.metadata.order":  {"7", "7", "7"},
		"data.object.receipt_email":   {"app@shop.example", "app@shop.example", "app@shop.example"},
		"data.object.status":          {"succeeded", "succeeded", "requires_payment_method"},
		"data.object.description":     {"Order 7", "Order 7", "Order 7"},
	} {
		require.Equal(t, want, values(flow, path), path)
	}
	require.Equal(t, values(flow, "data.object.id")[0], values(flow, "data.object.latest_charge")[1])
	require.Equal(t, 17.0, values(flow, "data.object.created")[1])
	require.NotContains(t, values(flow, "data.object.metadata")[1], "order_id", "what the fixture has")
}

// One event has what it shares with the object, be it about that or about another.
func TestEventOfAnExistingObject(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 42, Now: stopped(epoch)}
	for eventType, want := range map[string]map[string]any{
		"payment_intent.succeeded":   {"data.object.id": "pi_3OfTheApp0000000000000", "data.object.amount_received": 1234.0, "data.object.status": "succeeded"},
		"charge.succeeded":           {"data.object.payment_intent": "pi_3OfTheApp0000000000000", "data.object.amount": 1234.0, "data.object.metadata.order": "7", "data.object.customer": nil},
		"checkout.session.completed": {"data.object.payment_intent": "pi_3OfTheApp0000000000000", "data.object.currency": "eur"},
	} {
		event, err := source.Event(eventType, webhooktest.Existing([]byte(theIntent)))
		require.NoError(t, err)
		other, err := source.Event(eventType)
		require.NoError(t, err)
		edited, err := other.Edit(webhooktest.Existing([]byte(theIntent)))
		require.NoError(t, err)
		require.Equal(t, other.ID(), edited.ID())
		for path, value := range want {
			for _, one := range []*webhooktest.Event{event, edited} {
				got, _ := one.Lookup(path)
				require.Equal(t, value, got, "%s %s", eventType, path)
			}
		}
	}
}

// What the object is already stays: the charge of one that is paid.
func TestExistingThatIsPaid(t *testing.T) {
	t.Parallel()
	paid := strings.NewReplacer(`"latest_charge": null`, `"latest_charge": "ch_3Known00000000000000000"`, "requires_payment_method", "succeeded", `"amount_received": 0`, `"amount_received": 1234`).Replace(theIntent)
	flow := newFlow(t, "payment_intent.succeeded", webhooktest.Existing([]byte(paid)))
	require.Equal(t, "ch_3Known00000000000000000", values(flow, "data.object.id")[0])
	require.Equal(t, "ch_3Known00000000000000000", values(flow, "data.object.latest_charge")[1])
}

func TestExistingThatIsNone(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		`[`:                                  "object: ",
		`{"id": "pi_1"}`:                     "no field object",
		`{"object": "payment_intent"}`:       "no id",
		`{"id": "x_1", "object": "unheard"}`: `no object "unheard"`,
	} {
		_, err := new(webhooktest.Source).Event("payment_intent.succeeded", webhooktest.Existing([]byte(object)))
		require.ErrorContains(t, err, want)
	}
	_, err := new(webhooktest.Source).Flow("coupon.created", webhooktest.Existing([]byte(theIntent)))
	require.ErrorContains(t, err, "the flow has no event about payment_intent: it has coupon.created")
}
