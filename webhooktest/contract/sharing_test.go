package contract_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A desk knows its payments before any event comes, by the object's id, by a field that it
// set at Stripe, or by both. What is none of these it ignores, before it verifies anything.
type desk struct {
	careless, once bool // verifies nothing; breaks at a second event about one object
	find           []string

	mu    sync.Mutex
	known map[string]string
	taken map[string]bool
	made  int
}

const deskOrder = "data.object.metadata.order"

func (s *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	event, invalid := webhooktest.ParseEvent(body)
	if err != nil || invalid != nil {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.key(event)
	if s.known[key] == "" || event.Type() != "payment_intent.succeeded" {
		_, _ = io.WriteString(w, "nothing of mine")
		return
	}
	if _, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), zooSecret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true}); err != nil && !s.careless {
		http.Error(w, "forged", http.StatusForbidden)
		return
	}
	id, _ := event.Lookup("data.object.id")
	if known := fmt.Sprint(id); s.once && s.taken[known] && !s.taken[event.ID()] {
		http.Error(w, "UNIQUE constraint failed: payments.intent", http.StatusInternalServerError)
		return
	}
	s.known[key], s.taken[fmt.Sprint(id)], s.taken[event.ID()] = "paid", true, true
}

// key is what the desk finds the payment of an event by.
func (s *desk) key(event *webhooktest.Event) (key string) {
	for _, path := range s.find {
		value, _ := event.Lookup(path)
		key += fmt.Sprint(value) + " "
	}
	return key
}

// prepares makes the payment of an event, and tells what it set at Stripe: nothing, an order
// or an id.
func (s *desk) prepares(most int, path string) func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
	return func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.made++; s.made > most {
			return nil, contract.ErrNoObject
		}
		var edits []webhooktest.Edit
		if path != "" {
			edits = append(edits, webhooktest.Set(path, event.Fill(map[bool]string{true: "pi_own", false: "order-"}[path != deskOrder])+fmt.Sprint(s.made)))
		}
		known, err := event.Edit(edits...)
		if err == nil {
			s.known[s.key(known)] = "open"
		}
		return edits, err
	}
}

// Events that share an object of the app are about what was prepared, however the app finds
// it, and few objects will do for all of them.
func TestSharedObjectsArePrepared(t *testing.T) {
	t.Parallel()
	const id = "data.object.id"
	byID, byOrder, byBoth := []string{id}, []string{deskOrder}, []string{id, deskOrder}
	for _, test := range []struct {
		why    string
		find   []string
		prints string
		once   bool
		most   int
	}{
		{"prints nothing, found by the id", byID, "", false, many},
		{"prints an order, found by the id", byID, deskOrder, false, many},
		{"prints an order, found by that", byOrder, deskOrder, false, many},
		{"prints an order, found by both", byBoth, deskOrder, false, many},
		{"prints another id, found by that", byID, id, false, many},
		{"takes one event about an object, found by the id", byID, deskOrder, true, many},
		{"takes one event about an object, found by the order", byOrder, deskOrder, true, many},
		{"few, found by the id", byID, deskOrder, false, 1},
		{"few, found by the order, and takes one event about an object", byOrder, deskOrder, true, 1},
	} {
		for _, careless := range []bool{false, true} {
			for _, shows := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, careless %v, shows %v", test.why, careless, shows), func(t *testing.T) {
					t.Parallel()
					s := &desk{find: test.find, careless: careless, once: test.once, known: make(map[string]string), taken: make(map[string]bool)}
					subject := contract.Subject{Handler: s, Secret: zooSecret, Handles: []string{"payment_intent.succeeded"}, Prepare: s.prepares(test.most, test.prints)}
					if shows {
						subject.State = s.state
					}
					switch {
					case test.most == many:
						bubble(t, func(t *testing.T) { s.judged(t, subject) })
					case !shows: // a state would use up more
						server := httptest.NewServer(s)
						defer server.Close()
						subject.Handler, subject.URL = nil, server.URL
						s.judged(t, subject)
					}
				})
			}
		}
	}
}

// judged requires that a sound desk passes, and that no careless one does.
func (s *desk) judged(t *testing.T, subject contract.Subject) {
	t.Helper()
	forged, genuine := []string{"signature/unsigned", "signature/wrong-secret", "freshness/one-day-old"}, []string{"body/compact", "http/query-string"}
	_, byID := results(t, subject, slices.Concat(forged, genuine)...)
	for id, result := range byID {
		want := contract.Pass
		if s.careless && slices.Contains(forged, id) {
			want = contract.Fail
		}
		require.Equal(t, want, result.Verdict, "%s: %+v", id, result)
	}
	require.Len(t, byID, len(forged)+len(genuine))
}

func (s *desk) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.known), nil
}
