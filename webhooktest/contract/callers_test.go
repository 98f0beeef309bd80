package contract_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A partialCaller stores the events of all its types, and fetches the object for some.
type partialCaller struct {
	api     *stripeapi.Server
	fetches map[string]string // paths by type
	names   []string          // types whose calls name the account
	loses   bool              // an event for which the call fails
	waits   bool              // for Stripe, as long as it takes
	hurries []string          // types for which it does not wait so long
	rows    map[string]any
}

func (p *partialCaller) take(d *zooDelivery) error {
	eventType, id := string(d.event.Type), zooField(d, "id")
	path := p.fetches[eventType]
	if path == "" {
		p.rows[id] = zooField(d, "email")
		return nil
	}
	ctx, cancel := d.r.Context(), context.CancelFunc(func() {})
	if !p.waits || slices.Contains(p.hurries, eventType) {
		ctx, cancel = context.WithTimeout(ctx, 5*time.Second)
	}
	defer cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, path+id, nil)
	request.Header.Set("Authorization", "Bearer sk_test_partial0000000")
	if slices.Contains(p.names, eventType) {
		request.Header.Set("Stripe-Account", d.event.Account)
	}
	answer := httptest.NewRecorder()
	answer.Code = 0
	if p.api.ServeHTTP(answer, request); answer.Code != http.StatusOK {
		if p.loses {
			return nil
		}
		return errZooDown
	}
	p.rows[id] = "fetched"
	return nil
}

// What is to be said about a handler's calls is said whichever of its types comes first.
func TestCallsOfAnyType(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const stores, charge, subscription = "customer.updated", "charge.succeeded", "customer.subscription.updated"
	const account, lost, retried, slow = "connect/outbound-account", "resilience/failure-not-acknowledged", "resilience/retry-after-failure", "resilience/slow-api"
	charges := map[string]string{charge: "/v1/charges/"}
	three := map[string]string{charge: "/v1/charges/", subscription: "/v1/subscriptions/", stores: "/v1/customers/"}
	all := []string{charge, subscription, stores}
	both := map[string]string{charge: "/v1/charges/", subscription: "/v1/subscriptions/"}
	for _, test := range []struct {
		name, why    string
		handles      []string
		app          partialCaller
		fails, warns []string
	}{
		{"sound", "names the account, and refuses what it could not fetch", []string{stores, charge}, partialCaller{fetches: charges, names: []string{charge}}, nil, nil},
		{"first", "the type that calls comes first", []string{charge, stores}, partialCaller{fetches: charges, loses: true, waits: true}, []string{lost, account}, []string{slow}},
		{"second", "the type that calls comes second", []string{stores, charge}, partialCaller{fetches: charges, loses: true, waits: true}, []string{lost, account}, []string{slow}},
		{"second-waits", "gives up at the first type that calls, and not at the second", []string{subscription, charge}, partialCaller{fetches: both, names: all, waits: true, hurries: []string{subscription}}, nil, []string{slow}},
		{"third-waits", "gives up at the first two types that call", []string{subscription, charge, stores}, partialCaller{fetches: three, names: all, waits: true, hurries: []string{subscription, charge}}, nil, []string{slow}},
		{"none-waits", "gives up at each of three types", []string{subscription, charge, stores}, partialCaller{fetches: three, names: all}, nil, nil},
		{"own", "the platform's own subscriptions have no account", []string{subscription, charge}, partialCaller{fetches: both, names: []string{charge}}, nil, []string{account}},
		{"none", "no call names it", []string{subscription, charge}, partialCaller{fetches: both}, []string{account}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := test.app
				app.api, app.rows = &stripeapi.Server{}, make(map[string]any)
				take := func(d *zooDelivery) error {
					if !slices.Contains(test.handles, string(d.event.Type)) {
						return nil
					}
					return app.take(d)
				}
				s := zooApp(t, test.handles, 0, take, func() any { return maps.Clone(app.rows) })
				s.API, s.Connect, s.Break, s.Heal = app.api, true, nil, nil
				report, _ := results(t, s, account, lost, retried, slow)
				require.Equal(t, test.fails, shortfalls(report, contract.Fail), "%s: %s", test.why, report.Cases)
				require.Equal(t, test.warns, shortfalls(report, contract.Warn), "%s: %s", test.why, report.Cases)
				require.Empty(t, shortfalls(report, contract.Skip, contract.Inconclusive), "%s", report.Cases)
			})
		})
	}
}
