package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A switchboard acts on some types, and shows it in one way or another.
type switchboard struct {
	handles []string
	answer  func(w http.ResponseWriter, eventType, id string) // nil: always the same
	after   time.Duration                                     // works later
	ledger  bool                                              // notes every event

	mu   sync.Mutex
	rows []string
	seen []string
}

func (s *switchboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var event struct{ ID, Type string }
	if json.Unmarshal(body, &event) != nil {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	work := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ledger {
			s.seen = append(s.seen, event.ID)
		}
		if slices.Contains(s.handles, event.Type) {
			s.rows = append(s.rows, event.ID)
		}
	}
	if s.after > 0 {
		time.AfterFunc(s.after, work)
	} else {
		work()
	}
	if s.answer != nil {
		s.answer(w, event.Type, event.ID)
	}
}

func (s *switchboard) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return map[string]any{"rows": slices.Clone(s.rows), "seen": slices.Clone(s.seen)}, nil
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	some := []string{"charge.refunded", "customer.subscription.deleted", "invoice.paid"}
	ownAnswer := func(w http.ResponseWriter, eventType, id string) {
		if slices.Contains(some, eventType) {
			fmt.Fprintf(w, "entered %s", id)
		} else {
			fmt.Fprintf(w, "ignored %s", eventType)
		}
	}
	for _, test := range []struct {
		name    string
		handler *switchboard
		shows   bool // its state
		want    []contract.HandledType
	}{
		{"the state shows it", &switchboard{handles: some}, true,
			[]contract.HandledType{{Type: some[0], Shown: "state"}, {Type: some[1], Shown: "state"}, {Type: some[2], Shown: "state"}}},
		{"a ledger of all events is none", &switchboard{handles: some[:1], ledger: true}, true,
			[]contract.HandledType{{Type: some[0], Shown: "state"}}},
		{"it works later than it answers", &switchboard{handles: some[:1], after: 50 * time.Millisecond}, true,
			[]contract.HandledType{{Type: some[0], Shown: "state"}}},
		{"the control is one of them, and late", &switchboard{handles: []string{"payment_intent.succeeded"}, after: 300 * time.Millisecond}, true,
			[]contract.HandledType{{Type: "payment_intent.succeeded", Shown: "state"}}},
		{"the answers show it", &switchboard{answer: ownAnswer}, false,
			[]contract.HandledType{{Type: some[0], Shown: "answer"}, {Type: some[1], Shown: "answer"}, {Type: some[2], Shown: "answer"}}},
		{"each type has an answer of its own", &switchboard{answer: func(w http.ResponseWriter, eventType, _ string) {
			fmt.Fprintf(w, "got one about %x", eventType)
		}}, false, []contract.HandledType{}},
		{"it looks for an object of the app", &switchboard{answer: func(w http.ResponseWriter, eventType, _ string) {
			if eventType == "checkout.session.completed" {
				http.Error(w, "no such order", http.StatusNotFound)
			}
		}}, false, []contract.HandledType{{Type: "checkout.session.completed", Shown: "answer", Refused: "404 Not Found: no such order"}}},
		{"it crashes", &switchboard{answer: func(_ http.ResponseWriter, eventType, _ string) {
			if eventType == "charge.succeeded" {
				panic(http.ErrAbortHandler)
			}
		}}, false, []contract.HandledType{{Type: "charge.succeeded", Shown: "answer", Refused: "no answer: handler closed the connection without an answer"}}},
		{"nothing shows it", &switchboard{handles: some}, false, nil},
		{"it refuses all", &switchboard{answer: func(w http.ResponseWriter, _, _ string) { http.Error(w, "no", http.StatusBadRequest) }}, false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				subject := contract.Subject{Handler: test.handler}
				if test.shows {
					subject.State = test.handler.state
				}
				found, err := contract.Discover(t.Context(), subject)
				require.NoError(t, err)
				require.Equal(t, test.want, found)
			})
		})
	}
}

// A handler that does something at Stripe, and stores nothing, is seen to call.
func TestDiscoverByCalls(t *testing.T) {
	t.Parallel()
	api := new(stripeapi.Server)
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event struct {
			Type string
			Data struct{ Object struct{ ID string } }
		}
		if json.NewDecoder(r.Body).Decode(&event) == nil && event.Type == "charge.succeeded" {
			request, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "/v1/charges/"+event.Data.Object.ID, nil)
			if err != nil {
				t.Error(err)
				return
			}
			request.Header.Set("Authorization", "Bearer sk_test_1")
			api.ServeHTTP(discard{}, request)
		}
	})
	found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, API: api})
	require.NoError(t, err)
	require.Equal(t, []contract.HandledType{{Type: "charge.succeeded", Shown: "calls"}}, found)
}

// A handler that does something for objects of its own app alone is tried with those.
func TestDiscoverWithObjectsOfTheApp(t *testing.T) {
	t.Parallel()
	api := new(stripeapi.Server)
	var mu sync.Mutex
	paid := make(map[string]bool) // by session
	create := func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, "/v1/checkout/sessions", strings.NewReader("mode=payment&success_url=http://localhost/thanks"))
		if err != nil {
			return err
		}
		request.Header.Set("Authorization", "Bearer sk_test_1")
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		api.ServeHTTP(w, request)
		var session struct{ ID string }
		mu.Lock()
		defer mu.Unlock()
		err = json.Unmarshal(w.Body.Bytes(), &session)
		paid[session.ID] = false
		return err
	}
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var event struct {
			Type string
			Data struct{ Object struct{ ID string } }
		}
		mu.Lock()
		defer mu.Unlock()
		if err := json.NewDecoder(r.Body).Decode(&event); err != nil {
			return
		}
		if _, known := paid[event.Data.Object.ID]; known && event.Type == "checkout.session.completed" {
			paid[event.Data.Object.ID] = true
		}
	})
	state := func(context.Context) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(paid), nil
	}
	found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, API: api, Create: create, State: state})
	require.NoError(t, err)
	require.Equal(t, []contract.HandledType{{Type: "checkout.session.completed", Shown: "state"}}, found)
}

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return make(http.Header) }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
