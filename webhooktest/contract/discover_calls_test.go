package contract_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// What a handler asks Stripe for after its response is never taken for evidence about the
// type that is tried next; and who calls nothing is not waited for.
func TestDiscoverByLateCalls(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synced := []string{"checkout.session.completed", "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "invoice.paid"}
	for _, test := range []struct {
		name  string
		types []string
		path  string // before the id of the customer, or of the object
		whose string
		later time.Duration
		most  time.Duration
	}{
		{"at once", synced, "/v1/subscriptions?status=all&customer=", "customer", 0, time.Second},
		{"by customer", synced, "/v1/subscriptions?status=all&customer=", "customer", 20 * time.Millisecond, 30 * time.Second},
		{"in a slow queue", synced, "/v1/subscriptions?status=all&customer=", "customer", 300 * time.Millisecond, 50 * time.Second},
		{"by object", []string{"charge.succeeded", "customer.deleted"}, "/v1/charges/", "id", 20 * time.Millisecond, 30 * time.Second},
		{"the last type", []string{"payout.paid"}, "/v1/payouts/", "id", 20 * time.Millisecond, 30 * time.Second},
		{"its own list", []string{"charge.succeeded"}, "/v1/prices?limit=1", "", 20 * time.Millisecond, 30 * time.Second},
		{"nothing", nil, "", "", 0, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				api := new(stripeapi.Server)
				var working sync.WaitGroup
				defer working.Wait()
				handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					time.Sleep(time.Millisecond) // a handler takes time
					var event struct {
						Type string
						Data struct{ Object map[string]any }
					}
					if err := json.NewDecoder(r.Body).Decode(&event); err != nil || !slices.Contains(test.types, event.Type) {
						return
					}
					id, _ := event.Data.Object[test.whose].(string)
					ask := func() { askStripe(t.Context(), api, http.MethodGet, test.path+id, "") }
					if test.later == 0 {
						ask()
						return
					}
					working.Go(func() {
						time.Sleep(test.later)
						ask()
					})
				})
				start := time.Now()
				found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, API: api})
				require.NoError(t, err)
				require.LessOrEqual(t, time.Since(start), test.most)
				var types []string
				for _, h := range found {
					if h.Shown != "" {
						types = append(types, h.Type)
					}
				}
				require.Equal(t, test.types, types)
			})
		})
	}
}
