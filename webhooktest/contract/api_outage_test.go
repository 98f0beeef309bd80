package contract_test

import (
	"context"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestStripeFails holds that a local API stands for what a handler depends on: the handler
// that loses an event while Stripe's API answers 500 is found without hooks.
func TestStripeFails(t *testing.T) {
	t.Parallel()
	const lost, retried = "resilience/failure-not-acknowledged", "resilience/retry-after-failure"
	for _, test := range []struct {
		name, why string
		asks      bool // the API for the payment
		swallows  bool // its errors
		early     bool // remembers the event before it has asked
		want      map[string]contract.Verdict
	}{
		{"sound", "answers 500, and remembers what it has processed", true, false, false,
			map[string]contract.Verdict{lost: contract.Pass, retried: contract.Pass}},
		{"swallows", "logs the error and answers 200", true, true, false,
			map[string]contract.Verdict{lost: contract.Fail, retried: contract.Pass}},
		{"early", "remembers the event first: its retry is a duplicate", true, false, true,
			map[string]contract.Verdict{lost: contract.Fail, retried: contract.Fail}},
		{"independent", "asks for nothing, so that nothing fails", false, false, false,
			map[string]contract.Verdict{lost: contract.Skip, retried: contract.Skip}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				api, z := &stripeapi.Server{}, newZoo()
				defer z.Close()
				rows, seen := make(map[string]string), make(map[string]bool)
				z.handle = func(d *zooDelivery) error {
					z.mu.Lock()
					defer z.mu.Unlock()
					if d.event.Type != "payment_intent.succeeded" || seen[d.event.ID] {
						return nil
					}
					seen[d.event.ID] = test.early
					if test.asks {
						ctx, cancel := context.WithTimeout(d.r.Context(), 5*time.Second)
						defer cancel()
						_, err := stripeObject(ctx, api, http.MethodGet, "/v1/payment_intents/"+zooField(d, "id"), "")
						switch {
						case err != nil && test.swallows:
							return nil
						case err != nil:
							return err
						}
					}
					seen[d.event.ID], rows[zooField(d, "id")] = true, "paid"
					return nil
				}
				z.show = func() any { return maps.Clone(rows) }
				s := zooNamed(t, "sound").subject(z, z.State)
				s.API, s.Handles, s.Break, s.Heal = api, []string{"payment_intent.succeeded"}, nil, nil
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: []string{"control", lost, retried}})
				require.NoError(t, err)
				for _, result := range report.Cases {
					if want := test.want[result.ID]; want != "" {
						require.Equal(t, want, result.Verdict, "%s: %s: %s", test.why, result.ID, result)
					}
				}
			})
		})
	}
}
