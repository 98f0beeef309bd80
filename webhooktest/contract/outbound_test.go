package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/customerbalancetransaction"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A loyaltyHandler books points at Stripe for each payment: what it does is seen in
// its calls alone.
type loyaltyHandler struct {
	stripe  customerbalancetransaction.Client
	key     func(stripe.Event) string // the Idempotency-Key; "": none
	account func(stripe.Event) string
	context bool // is passed on
	later   bool // acknowledges first
	dedupes bool

	patience time.Duration // with Stripe; 0: for ever

	mu      sync.Mutex
	seen    map[string]bool
	working sync.WaitGroup
}

func (h *loyaltyHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), webhooktest.DefaultSecret,
		webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
	if err != nil {
		http.Error(w, "forged", http.StatusBadRequest)
		return
	}
	if event.Type != "payment_intent.succeeded" || h.known(event.ID) {
		return
	}
	if h.later {
		h.working.Go(func() { _ = h.book(event, body) })
		return
	}
	if err := h.book(event, body); err != nil {
		http.Error(w, "later", http.StatusBadGateway)
	}
}

func (h *loyaltyHandler) known(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.dedupes && h.seen[id]
	h.seen[id] = true
	return known
}

func (h *loyaltyHandler) book(event stripe.Event, body []byte) error {
	params := &stripe.CustomerBalanceTransactionParams{
		Customer: stripe.String("cus_Loyal1"), Amount: stripe.Int64(-100), Currency: stripe.String("usd"),
	}
	if key := h.key(event); key != "" {
		params.SetIdempotencyKey(key)
	}
	if account := h.account(event); account != "" {
		params.SetStripeAccount(account)
	}
	if h.context {
		var note struct{ Context string }
		if err := json.Unmarshal(body, &note); err != nil {
			return err
		}
		params.Headers = http.Header{"Stripe-Context": {note.Context}}
	}
	_, err := h.stripe.New(params)
	return err
}

// inProcess is an API that is reached without a network.
type inProcess struct{ http.Handler }

// RoundTrip implements http.RoundTripper.
func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	p.ServeHTTP(recorder, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return recorder.Result(), nil
}

// at makes the handler a client of an API.
func (h *loyaltyHandler) at(api http.Handler) *loyaltyHandler {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		HTTPClient:        &http.Client{Transport: inProcess{api}, Timeout: h.patience},
		MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{},
	})
	h.stripe = customerbalancetransaction.Client{B: backend, Key: "sk_test_loyalty0000000000"}
	h.seen = make(map[string]bool)
	return h
}

// A loyaltyBug is a loyaltyHandler, sound if it fails nothing.
type loyaltyBug struct {
	name   string
	change func(*loyaltyHandler)
	fails  []string
}

func loyaltyBugs() []loyaltyBug {
	none := func(stripe.Event) string { return "" }
	return []loyaltyBug{
		{"sound by its keys", func(*loyaltyHandler) {}, nil},
		{"sound by its ledger", func(h *loyaltyHandler) { h.key, h.dedupes = none, true }, nil},
		{"sound, and later", func(h *loyaltyHandler) { h.later, h.patience = true, 0 }, nil},
		{"books twice", func(h *loyaltyHandler) { h.key = none }, []string{"idempotency/redelivered", "resilience/idempotency-keys"}},
		{"waits for ever", func(h *loyaltyHandler) { h.patience = 0 }, []string{"resilience/slow-api"}},
		{"forgets the account", func(h *loyaltyHandler) { h.account = none }, []string{"connect/outbound-account"}},
		{"forgets the context", func(h *loyaltyHandler) { h.context = false }, []string{"connect/outbound-context"}},
	}
}

func TestCallsToStripeAreJudged(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, bug := range loyaltyBugs() {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				h := &loyaltyHandler{
					key:     func(event stripe.Event) string { return event.ID },
					account: func(event stripe.Event) string { return event.Account },
					context: true, patience: 5 * time.Second,
				}
				bug.change(h)
				api := &stripeapi.Server{}
				h.at(api)
				defer h.working.Wait()
				report, err := contract.Check(t.Context(), contract.Suite{
					Only: []string{"control", "idempotency/redelivered", "resilience/idempotency-keys", "resilience/slow-api", "connect/outbound-account", "connect/outbound-context"},
					New: func() contract.Subject {
						return contract.Subject{Handler: h, API: api, Connect: true, Handles: []string{"payment_intent.succeeded"}}
					},
				})
				require.NoError(t, err)
				require.Equal(t, bug.fails, shortfalls(report, contract.Fail, contract.Warn))
				require.Equal(t, []string{"control/clock"}, shortfalls(report, contract.Skip))
			})
		})
	}
}

// shortfalls are the ids of the cases with a verdict.
func shortfalls(report *contract.Report, verdicts ...contract.Verdict) (ids []string) {
	for _, result := range report.Cases {
		if slices.Contains(verdicts, result.Verdict) {
			ids = append(ids, result.ID)
		}
	}
	return ids
}

// A handler may believe no event that Stripe does not have, beside the signature or instead
// of it, as stripe_event did before its second version: the API knows every genuine event
// as it was sent, and no forged one.
func TestRefetchingHandlerIsSound(t *testing.T) {
	t.Parallel()
	realpart.Gate(t)
	for name, verifies := range map[string]bool{"beside the signature": true, "instead of the signature": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				api, z := &stripeapi.Server{}, newZoo()
				defer z.Close()
				z.construct = func(d *zooDelivery) (event stripe.Event, err error) {
					if verifies {
						if _, err := z.verified(d); err != nil {
							return event, err
						}
					}
					return refetched(d, api)
				}
				s := zooNamed(t, "sound").subject(z, z.State)
				s.API = api
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }})
				require.NoError(t, err)
				require.Empty(t, shortfalls(report, contract.Fail, contract.Warn, contract.Inconclusive))
			})
		})
	}
}

// A handler may fetch the object of every event, keep it as it is now, and set at Stripe
// what is to be set: a request that sets what is set already is no effect.
func TestFetchAndUpsertIsSound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	if !inGate() || racetest.Enabled {
		t.Skip("keeps a processor busy for a minute, and for much longer with the race detector: .ci/run has the time")
	}
	bubble(t, func(t *testing.T) {
		api, z := &stripeapi.Server{}, newZoo()
		defer z.Close()
		mirror := make(map[string]any)
		z.handle = func(d *zooDelivery) error {
			id, customer := zooField(d, "id"), zooField(d, "customer")
			if !strings.HasPrefix(string(d.event.Type), "customer.subscription.") {
				return nil
			}
			ctx, cancel := context.WithTimeout(context.WithoutCancel(d.r.Context()), 5*time.Second)
			defer cancel()
			subscription, err := stripeObject(ctx, api, http.MethodGet, "/v1/subscriptions/"+id, "")
			if err == nil {
				_, err = stripeObject(ctx, api, http.MethodPost, "/v1/customers/"+customer, "metadata[plan]=gold")
			}
			if err == nil && subscription["status"] != "canceled" {
				_, err = stripeObject(ctx, api, http.MethodPost, "/v1/subscriptions/"+id, "metadata[synced]=yes")
			}
			z.mu.Lock()
			defer z.mu.Unlock()
			if err == nil {
				mirror[id] = subscription
			}
			return err
		}
		z.show = func() any { return maps.Clone(mirror) }
		s := zooNamed(t, "sound").subject(z, z.State)
		s.API, s.Handles = api, []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
		s.Break, s.Heal = nil, nil
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }})
		require.NoError(t, err)
		require.Empty(t, shortfalls(report, contract.Fail))
		for _, id := range shortfalls(report, contract.Inconclusive) { // where its copy lags behind its own update
			require.Contains(t, []string{"idempotency/race-of-creation", "idempotency/race-of-updates"}, id)
		}
		require.Equal(t, []string{"dispatch/look-alike-types"}, shortfalls(report, contract.Warn), "it deals with every type of the resource")
	})
}

// A handler may take each event as news of its customer, and keep what Stripe says of the
// customer's subscription: one text for each customer, in a key-value store.
func TestSyncedCustomersAreSound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	if !inGate() || racetest.Enabled {
		t.Skip("keeps a processor busy for a minute, and for much longer with the race detector: .ci/run has the time")
	}
	bubble(t, func(t *testing.T) {
		handled := []string{
			"payment_intent.succeeded", "checkout.session.completed", "customer.subscription.created",
			"customer.subscription.updated", "customer.subscription.deleted", "invoice.paid", "invoice.payment_failed",
		}
		api, z := &stripeapi.Server{}, newZoo()
		defer z.Close()
		var mu sync.Mutex
		store := make(map[string]string)
		z.handle = func(d *zooDelivery) error {
			customer := zooField(d, "customer")
			if !slices.Contains(handled, string(d.event.Type)) || customer == "" {
				return nil
			}
			mu.Lock()
			defer mu.Unlock()
			list, err := stripeObject(context.WithoutCancel(d.r.Context()), api, http.MethodGet, "/v1/subscriptions?limit=1&status=all&customer="+customer, "")
			if err != nil {
				return err
			}
			value := map[string]any{"status": "none"}
			if subscriptions, _ := list["data"].([]any); len(subscriptions) > 0 {
				latest := subscriptions[0].(map[string]any)
				value = map[string]any{"subscription": latest["id"], "status": latest["status"], "cancels": latest["cancel_at_period_end"], "until": latest["current_period_end"]}
			}
			text, err := json.Marshal(value)
			store["stripe:customer:"+customer] = string(text)
			return err
		}
		z.show = func() any {
			mu.Lock()
			defer mu.Unlock()
			return maps.Clone(store)
		}
		s := zooNamed(t, "sound").subject(z, z.State)
		s.API, s.Handles, s.Break, s.Heal = api, handled, nil, nil
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }})
		require.NoError(t, err)
		require.Empty(t, shortfalls(report, contract.Fail))
		require.Equal(t, []string{"resilience/slow-api"}, shortfalls(report, contract.Warn), "it waits for Stripe as long as it takes")
	})
}

// A handler that fetches the subscription when its invoice is paid mostly finds what it
// knows. One that fetches nothing has forgotten its branch.
func TestFetchedWithoutNewsIsSound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		why     string
		fetches bool
		want    contract.Verdict
	}{
		{"what it finds is known", true, contract.Pass},
		{"it does nothing for the type", false, contract.Warn},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				api, z := &stripeapi.Server{}, newZoo()
				defer z.Close()
				z.effects["invoice.paid"] = func(d *zooDelivery) (err error) {
					if test.fetches {
						_, err = stripeObject(d.r.Context(), api, http.MethodGet, "/v1/subscriptions/"+zooField(d, "subscription"), "")
					}
					return err
				}
				s := zooNamed(t, "sound").subject(z, z.State)
				s.API, s.Handles = api, []string{"customer.subscription.created", "invoice.paid"}
				const id = "dispatch/handled-type-works"
				_, byID := results(t, s, id)
				require.Equal(t, test.want, byID[id].Verdict, "%s", byID[id])
			})
		})
	}
}

// refetched is the event as Stripe has it.
func refetched(d *zooDelivery, api http.Handler) (event stripe.Event, err error) {
	if event, err = parsed(d); err != nil {
		return event, err
	}
	ctx, cancel := context.WithTimeout(d.r.Context(), 5*time.Second)
	defer cancel()
	fetched := askStripe(ctx, api, http.MethodGet, "/v1/events/"+url.PathEscape(event.ID), "")
	if fetched.Code != http.StatusOK {
		return event, errZooNoEvent
	}
	event = stripe.Event{}
	return event, json.Unmarshal(fetched.Body.Bytes(), &event)
}

// stripeObject is what the API answers, an object.
func stripeObject(ctx context.Context, api http.Handler, method, path, form string) (object map[string]any, err error) {
	answer := askStripe(ctx, api, method, path, form)
	if answer.Code != http.StatusOK {
		return nil, fmt.Errorf("%s %s: %d %s", method, path, answer.Code, answer.Body)
	}
	return object, json.Unmarshal(answer.Body.Bytes(), &object)
}

func askStripe(ctx context.Context, api http.Handler, method, path, form string) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	answer.Code = 0 // of a client that hung up
	request := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(form))
	request.Header.Set("Authorization", "Bearer sk_test_refetch0000000")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	api.ServeHTTP(answer, request)
	return answer
}
