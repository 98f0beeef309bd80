package webhooktest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A loyaltyHandler books points at Stripe for each payment: what it does is seen in
// its calls alone.
type loyaltyHandler struct {
	stripe  *client.API
	key     func(stripe.Event) string // the Idempotency-Key; "": none
	account func(stripe.Event) string
	later   bool // acknowledges first
	dedupes bool

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
		h.working.Go(func() { _ = h.book(event) })
		return
	}
	if err := h.book(event); err != nil {
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

func (h *loyaltyHandler) book(event stripe.Event) error {
	params := &stripe.CustomerBalanceTransactionParams{
		Customer: stripe.String("cus_Loyal1"), Amount: stripe.Int64(-100), Currency: stripe.String("usd"),
	}
	if key := h.key(event); key != "" {
		params.SetIdempotencyKey(key)
	}
	if account := h.account(event); account != "" {
		params.SetStripeAccount(account)
	}
	_, err := h.stripe.CustomerBalanceTransactions.New(params)
	return err
}

func TestCallsToStripeAreJudged(t *testing.T) {
	t.Parallel()
	byEvent := func(event stripe.Event) string { return event.ID }
	none := func(stripe.Event) string { return "" }
	ofEvent := func(event stripe.Event) string { return event.Account }
	tests := []struct {
		name  string
		h     *loyaltyHandler
		fails []string
	}{
		{"sound by its ledger", &loyaltyHandler{key: none, account: ofEvent, dedupes: true}, nil},
		{"sound by its keys", &loyaltyHandler{key: byEvent, account: ofEvent}, nil},
		{"sound, and later", &loyaltyHandler{key: byEvent, account: ofEvent, later: true}, nil},
		{"books twice", &loyaltyHandler{key: none, account: ofEvent},
			[]string{"idempotency/redelivered", "resilience/idempotency-keys"}},
		{"forgets the account", &loyaltyHandler{key: byEvent, account: none}, []string{"connect/outbound-account"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := &stripeapi.Server{}
			server := httptest.NewServer(api)
			t.Cleanup(server.Close)
			idle := &http.Client{Transport: &http.Transport{}}
			t.Cleanup(idle.CloseIdleConnections)
			backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
				URL: stripe.String(server.URL), HTTPClient: idle, LeveledLogger: &stripe.LeveledLogger{},
			})
			test.h.stripe = client.New("sk_test_loyalty0000000000", &stripe.Backends{API: backend})
			test.h.seen = make(map[string]bool)
			t.Cleanup(test.h.working.Wait)
			report, err := webhooktest.Check(t.Context(), webhooktest.Suite{
				Only: []string{"control", "idempotency/redelivered", "resilience/idempotency-keys", "connect/outbound-account"},
				New: func() webhooktest.Subject {
					return webhooktest.Subject{Handler: test.h, API: api, Connect: true, Handles: []string{"payment_intent.succeeded"}}
				},
			})
			require.NoError(t, err)
			require.Equal(t, test.fails, shortfalls(report, webhooktest.Fail, webhooktest.Warn))
			for _, result := range report.Cases {
				if result.ID != "control/clock" {
					require.NotEqual(t, webhooktest.Skip, result.Verdict, "%s: %s", result.ID, result.Reason)
				}
			}
		})
	}
}

// shortfalls are the ids of the cases with a verdict.
func shortfalls(report *webhooktest.Report, verdicts ...webhooktest.Verdict) (ids []string) {
	for _, result := range report.Cases {
		if slices.Contains(verdicts, result.Verdict) {
			ids = append(ids, result.ID)
		}
	}
	return ids
}
