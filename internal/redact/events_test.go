package redact_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestEveryEventType redacts all events that there are. What the fixtures say of
// their people must be gone, and stripe-go must still read the event.
func TestEveryEventType(t *testing.T) {
	t.Parallel()
	source := webhooktest.Source{Seed: 7}
	r := newRedactor(t)
	for i, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		if testing.Short() && i%8 != 0 {
			continue
		}
		event, err := source.Event(eventType)
		require.NoError(t, err)
		out := clean(t, r, string(event.Body()))
		require.Equal(t, layout(string(event.Body())), layout(out), eventType)
		for _, gone := range []string{
			"Nora", "Lindqvist", "Marklund", "Tomas", "nora.", "Kiln Street", "Drejarv",
			"SE990000142001", "110000000", event.ID(),
		} {
			require.NotContains(t, out, gone, eventType)
		}
		if secret, ok := event.Lookup("data.object.client_secret"); ok && secret != nil {
			require.NotContains(t, out, secret, eventType)
		}
		judge(t, event, out)
	}
}

// judge lets stripe-go read the event: its type, its states and amounts are those
// that it had.
func judge(t *testing.T, event *webhooktest.Event, redacted string) {
	t.Helper()
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(redacted), Secret: "whsec_test"})
	got, err := webhook.ConstructEvent(signed.Payload, signed.Header, "whsec_test")
	require.NoError(t, err, event.Type())
	require.Equal(t, event.Type(), string(got.Type))
	var before stripe.Event
	require.NoError(t, json.Unmarshal(event.Body(), &before))
	for _, key := range []string{"object", "status", "amount", "currency", "livemode", "created", "type", "reason", "mode"} {
		require.Equal(t, before.Data.Object[key], got.Data.Object[key], "%s: %s", event.Type(), key)
	}
}
