package listen_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const secret = "whsec_test"

// patience is how long a test waits for what is sure to come. It only turns a hang into
// a failure, and is no measure of speed.
const patience = time.Minute

// epoch is when a bubble begins: in our days, whose Unix times have ten digits.
var epoch = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// bubble runs a test whose clock moves on only when all goroutines wait.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(epoch))
		test(t)
	})
}

// A shop is a handler that verifies with stripe-go, and answers what it is told.
type shop struct {
	mu       sync.Mutex
	answers  []int // in turn, then 200
	got      []arrival
	takes    time.Duration
	at, most int // requests at a time
}

// An arrival is a request that the shop got.
type arrival struct {
	after     time.Duration // since the epoch
	id        string
	signature string
	version   string
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	signature := r.Header.Get("Stripe-Signature")
	event, err := webhook.ConstructEventWithOptions(body, signature, secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, err.Error())
		return
	}
	status := s.enter(event, signature)
	time.Sleep(s.takes)
	s.leave()
	w.WriteHeader(status)
}

func (s *shop) enter(event stripe.Event, signature string) (status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, arrival{time.Since(epoch), event.ID, signature, event.APIVersion})
	s.at++
	s.most = max(s.most, s.at)
	if len(s.answers) == 0 {
		return http.StatusOK
	}
	status, s.answers = s.answers[0], s.answers[1:]
	return status
}

func (s *shop) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at--
}

func (s *shop) arrivals() []arrival {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]arrival(nil), s.got...)
}

// ids are the events that arrived, in order.
func (s *shop) ids() (ids []string) {
	for _, a := range s.arrivals() {
		ids = append(ids, a.id)
	}
	return ids
}

// always answers the same.
func always(status int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
}

var source = webhooktest.Source{Seed: 7}

func newEvent(t testing.TB, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return event
}

func add(t testing.TB, h *listen.Hub, e listen.Endpoint) listen.Endpoint {
	t.Helper()
	if e.Secret == "" {
		e.Secret = secret
	}
	e, err := h.AddEndpoint(e)
	require.NoError(t, err)
	return e
}

func submit(t testing.TB, h *listen.Hub, event *webhooktest.Event, mutations ...string) []listen.Delivery {
	t.Helper()
	deliveries, err := h.Submit(context.Background(), listen.Request{Event: event, Mutations: mutations})
	require.NoError(t, err)
	return deliveries
}

// wait follows a delivery to its end.
func wait(t testing.TB, h *listen.Hub, d listen.Delivery) listen.Delivery {
	t.Helper()
	for d = range h.Follow(context.Background(), d.ID) {
	}
	require.True(t, d.Finished(), "delivery %s: %s", d.ID, d.State)
	return d
}

// shutdown ends the hub and returns what it did.
func shutdown(t testing.TB, h *listen.Hub) listen.Summary {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return h.Shutdown(ctx)
}
