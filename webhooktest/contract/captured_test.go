package contract_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler that captures a payment itself knows that it is paid: the event about it tells
// nothing new.
func TestHandlerCapturesItself(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		api, status := new(stripeapi.Server), make(map[string]string)
		z := newZoo()
		defer z.Close()
		z.handle = func(d *zooDelivery) error {
			z.mu.Lock()
			defer z.mu.Unlock()
			id := zooField(d, "id")
			switch string(d.event.Type) {
			case "payment_intent.amount_capturable_updated":
				r := httptest.NewRequest(http.MethodPost, "/v1/payment_intents/"+id+"/capture", nil)
				r.Header.Set("Authorization", "Bearer sk_test_shop")
				w := httptest.NewRecorder()
				if api.ServeHTTP(w, r); w.Code == http.StatusOK {
					status[id] = "paid"
				}
			case "payment_intent.succeeded":
				status[id] = "paid"
			}
			return nil
		}
		z.show = func() any { return maps.Clone(status) }
		s := zooNamed(t, "sound").subject(z, z.State)
		s.API, s.Handles = api, []string{"payment_intent.succeeded", "payment_intent.amount_capturable_updated"}
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{"idempotency/captured"}, Seed: 7})
		require.NoError(t, err)
		require.Equal(t, contract.Inconclusive, report.Cases[0].Verdict, "%s", report.Cases[0])
		require.Contains(t, report.Cases[0].Reason, "moves the object on at Stripe")
	})
}
