package contract_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A handler that never releases a lock, for which its state waits, too, has stopped
// responding. The run ends all the same.
func TestStateBehindALock(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	if !inGate() {
		t.Skip("waits for a minute: .ci/run has the time")
	}
	var mu sync.Mutex
	var released atomic.Bool
	seen := make(map[string]bool)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), zooSecret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
		if err != nil {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		if event.Type != "payment_intent.succeeded" {
			return
		}
		mu.Lock()
		if seen[event.ID] && !released.Load() {
			return // still locked
		}
		seen[event.ID] = true
		mu.Unlock()
	})
	state := func(context.Context) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		return len(seen), nil
	}
	subject := contract.Subject{Handler: handler, Secret: zooSecret, State: state, Timeout: time.Second}
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Only: []string{"control", "idempotency/redelivered"}})
	require.NoError(t, err)
	released.Store(true)
	mu.Unlock() // lets all that wait for the lock end
	last := report.Cases[len(report.Cases)-1]
	require.Equal(t, "Stopped responding", last.Headline, "%s", last)
}
