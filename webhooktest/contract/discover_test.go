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

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
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
	realpart.Long(t)
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
			[]contract.HandledType{{Type: some[0], Shown: "state"}, {Type: some[1], Shown: "state"}, {Type: some[2], Shown: "state"}, {Type: "customer.subscription.updated"}}},
		{"a ledger of all events is none", &switchboard{handles: some[:1], ledger: true}, true,
			[]contract.HandledType{{Type: some[0], Shown: "state"}}},
		{"it works later than it answers", &switchboard{handles: some[:1], after: 50 * time.Millisecond}, true,
			[]contract.HandledType{{Type: some[0], Shown: "state"}}},
		{"the control is one of them, and late", &switchboard{handles: []string{"payment_intent.succeeded"}, after: 300 * time.Millisecond}, true,
			[]contract.HandledType{{Type: "payment_intent.succeeded", Shown: "state"}}},
		{"the responses show it", &switchboard{answer: ownAnswer}, false,
			[]contract.HandledType{{Type: some[0], Shown: "answer"}, {Type: some[1], Shown: "answer"}, {Type: some[2], Shown: "answer"}, {Type: "customer.subscription.updated"}}},
		{"each type has a response of its own", &switchboard{answer: func(w http.ResponseWriter, eventType, _ string) {
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
		}}, false, []contract.HandledType{{Type: "charge.succeeded", Shown: "answer", Refused: "no response: handler closed the connection without a response"}}},
		{"nothing shows it", &switchboard{handles: some}, false, []contract.HandledType{}},
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

// A failure of an invoice that is paid is old news: a handler that says so must not seem to
// ignore failures. Successes come first all the same: the first type is the control.
func TestDiscoverFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status := make(map[string]string) // of invoices
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			var event struct {
				Type string
				Data struct{ Object struct{ ID string } }
			}
			if json.NewDecoder(r.Body).Decode(&event) != nil {
				return
			}
			switch invoice := event.Data.Object.ID; {
			case event.Type == "invoice.paid":
				status[invoice] = "paid"
			case event.Type == "invoice.payment_failed" && status[invoice] == "":
				status[invoice] = "failed"
			}
		})
		found, err := contract.Discover(t.Context(), contract.Subject{
			Handler: handler, State: func(context.Context) (any, error) { return maps.Clone(status), nil },
		})
		require.NoError(t, err)
		require.Equal(t, []contract.HandledType{{Type: "invoice.paid", Shown: "state"}, {Type: "invoice.payment_failed", Shown: "state"}}, found)
	})
}

// A mirror stores one field of the subscriptions that it knows.
type mirror struct {
	creates string   // the type that makes the row: of a session, in mode subscription only
	also    []string // other types that do
	field   string   // that updates change; "" for none
	ends    bool     // deletions end it
	whole   bool     // the creation's row has the field, too

	mu   sync.Mutex
	rows map[string]any
}

func (m *mirror) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var event struct {
		Type string
		Data struct{ Object map[string]any }
	}
	if json.NewDecoder(r.Body).Decode(&event) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id, _ := event.Data.Object["id"].(string)
	if sub, isSession := event.Data.Object["subscription"]; isSession {
		id, _ = sub.(string)
	}
	_, known := m.rows[id]
	switch {
	case (event.Type == m.creates || slices.Contains(m.also, event.Type)) && id != "":
		m.rows[id] = "new"
		if m.whole {
			m.rows[id] = event.Data.Object[m.field]
		}
	case event.Type == "customer.subscription.updated" && known && m.field != "":
		m.rows[id] = event.Data.Object[m.field]
	case event.Type == "customer.subscription.deleted" && known && m.ends:
		delete(m.rows, id)
	}
}

func (m *mirror) state(context.Context) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.rows), nil
}

// A handler may store one field of an object, and make its row of one event or another.
// What changes a handled object, and was not seen to, is told.
func TestDiscoverUpdates(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const updated, deleted = "customer.subscription.updated", "customer.subscription.deleted"
	created := contract.HandledType{Type: "customer.subscription.created", Shown: "state"}
	session := contract.HandledType{Type: "checkout.session.completed", Variant: "subscription", Shown: "state"}
	state := func(eventType string) contract.HandledType {
		return contract.HandledType{Type: eventType, Shown: "state"}
	}
	for _, test := range []struct {
		why    string
		mirror *mirror
		want   []contract.HandledType
	}{
		{"another status is a change", &mirror{creates: created.Type, field: "status"}, []contract.HandledType{created, state(updated), {Type: deleted}}},
		{"a later version has it", &mirror{creates: created.Type, field: "cancel_at_period_end", ends: true, whole: true}, []contract.HandledType{created, state(updated), state(deleted)}},
		{"a time moves", &mirror{creates: created.Type, field: "current_period_end", whole: true}, []contract.HandledType{created, state(updated), {Type: deleted}}},
		{"one time is as another, after the first", &mirror{creates: created.Type, field: "current_period_end"}, []contract.HandledType{created, state(updated), {Type: deleted}}},
		{"nothing shows it", &mirror{creates: created.Type, ends: true}, []contract.HandledType{created, state(deleted), {Type: updated}}},
		{"the session makes the row", &mirror{creates: session.Type, field: "status", ends: true}, []contract.HandledType{session, state(updated), state(deleted)}},
		{"the session alone is handled", &mirror{creates: session.Type}, []contract.HandledType{session, {Type: updated}, {Type: deleted}}},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.mirror.rows = make(map[string]any)
				found, err := contract.Discover(t.Context(), contract.Subject{Handler: test.mirror, State: test.mirror.state})
				require.NoError(t, err)
				require.Equal(t, test.want, found)
			})
		})
	}
}

// A handler that does something at Stripe, and stores nothing, is seen to call.
func TestDiscoverByCalls(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
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
	realpart.Long(t)
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
	bubble(t, func(t *testing.T) {
		found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, API: api, Create: create, State: state})
		require.NoError(t, err)
		require.Equal(t, []contract.HandledType{{Type: "checkout.session.completed", Shown: "state"}}, found)
	})
}

// A handler that finds its object by a field is tried with what the user gives there, and
// what the user sets in the envelope holds for all types.
func TestDiscoverWithTheUsersEdits(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const label = "2022-11-15"
	var mu sync.Mutex
	paid, odd := make(map[string]bool), make(map[string]bool)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var event struct {
			ID, Type   string
			APIVersion string `json:"api_version"`
			Data       struct {
				Object struct{ Metadata map[string]string }
			}
		}
		mu.Lock()
		defer mu.Unlock()
		switch err := json.NewDecoder(r.Body).Decode(&event); {
		case err != nil:
		case event.APIVersion != label:
			odd[event.Type] = true
			w.WriteHeader(http.StatusBadRequest)
		case event.Type == "checkout.session.completed" && event.Data.Object.Metadata["user"] == "7":
			paid[event.ID] = true
		}
	})
	state := func(context.Context) (any, error) {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(paid), nil
	}
	edit := func(eventType string) []webhooktest.Edit {
		edits := []webhooktest.Edit{webhooktest.Set("api_version", label)}
		if eventType == "checkout.session.completed" {
			edits = append(edits, webhooktest.Add("data.object.metadata.user", "7"))
		}
		return edits
	}
	bubble(t, func(t *testing.T) {
		found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, Edit: edit, State: state})
		require.NoError(t, err)
		require.Equal(t, []contract.HandledType{{Type: "checkout.session.completed", Shown: "state"}}, found)
		require.Empty(t, odd)
	})
}

// An app with few objects is tried with those.
func TestDiscoverWithFewObjects(t *testing.T) {
	t.Parallel()
	left := 2
	prepare := func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
		if left--; left < 0 {
			return nil, contract.ErrNoObject
		}
		return nil, nil
	}
	var mu sync.Mutex
	seen := 0
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen++
	})
	bubble(t, func(t *testing.T) {
		found, err := contract.Discover(t.Context(), contract.Subject{Handler: handler, Prepare: prepare})
		require.NoError(t, err)
		require.Empty(t, found)
		require.Positive(t, seen)
	})
}

// discard is an answer that nobody reads.
type discard struct{}

func (discard) Header() http.Header         { return make(http.Header) }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}
