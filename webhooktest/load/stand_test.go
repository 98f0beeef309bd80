package load_test

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "whsec_load"

// A shop records each event once, and has the bugs of the test.
type shop struct {
	mu     sync.Mutex
	seen   map[string]bool
	orders []order
	total  int
	calls  int // genuine events of the load, in the order of their first delivery

	effect            func(s *shop, call int) (times int) // nil: one
	last, lastPayment string                              // of the event that effect is asked about
	forgets           bool                                // that it has seen an event
	unsigned          bool                                // accepts forgeries
	answer            func(call int) int                  // nil: 200
}

type order struct {
	Event   string `json:"event"`
	Payment string `json:"payment"`
	Status  string `json:"status"`
	Amount  int    `json:"amount"`
}

func newShop() *shop { return &shop{seen: make(map[string]bool)} }

// ServeHTTP implements http.Handler.
func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unread", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
	if err != nil {
		if !s.unsigned {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[event.ID] && !s.forgets {
		return
	}
	s.seen[event.ID] = true
	s.calls++
	if s.answer != nil && s.answer(s.calls) != http.StatusOK {
		delete(s.seen, event.ID)
		w.WriteHeader(s.answer(s.calls))
		return
	}
	s.last, s.lastPayment = event.ID, event.GetObjectValue("id")
	times := 1
	if s.effect != nil {
		times = s.effect(s, s.calls)
	}
	for range times {
		s.orders = append(s.orders, order{event.ID, event.GetObjectValue("id"), "paid", 4200})
		s.total += 4200
	}
}

// endpoint is one that delivers to a handler in this process.
func endpoint(handler http.Handler) *webhooktest.Endpoint {
	return &webhooktest.Endpoint{Handler: handler, Secrets: []string{secret}, Timeout: -1}
}

// payments is a load of payments.
func payments(handler http.Handler, count int) *load.Load {
	return &load.Load{
		Endpoint: endpoint(handler), Mix: []load.Share{{Name: "payment_intent.succeeded"}},
		Count: count, Concurrency: 8, RunID: "test",
	}
}

// run runs a load that can run.
func run(t *testing.T, l *load.Load) *load.Report {
	t.Helper()
	report, err := l.Run(t.Context())
	require.NoError(t, err)
	require.False(t, report.Interrupted)
	return report
}
