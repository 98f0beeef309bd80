package contract_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shop knows its orders before any event comes, and finds them by what an event says.
type shop struct {
	find    string        // the path by which it finds an order
	amount  string        // that of what was paid; empty: not compared
	creates bool          // takes orders that it does not know for its own
	forgets bool          // no event is remembered
	counts  bool          // how often an order was paid
	signs   bool          // an order names its last payment
	later   time.Duration // after the answer
	limit   int           // so many orders are dealt with, 0 for all

	work   sync.WaitGroup
	mu     sync.Mutex
	orders map[string]shopOrder
	seen   map[string]bool
	dealt  int
}

type shopOrder struct {
	Status string `json:"status"`
	Paid   int    `json:"paid"`
	By     string `json:"by,omitempty"` // the last payment
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	if err != nil || r.Method != http.MethodPost {
		http.Error(w, "post an event", http.StatusMethodNotAllowed)
		return
	}
	if _, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), zooSecret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true}); err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	event, err := webhooktest.ParseEvent(body)
	if err != nil || event.ID() == "" {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	if s.later == 0 {
		s.take(event)
		return
	}
	s.work.Go(func() {
		time.Sleep(s.later)
		s.take(event)
	})
}

func (s *shop) take(event *webhooktest.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[event.ID()] && !s.forgets || !shopTypes[event.Type()] || s.limit > 0 && s.dealt == s.limit {
		return
	}
	found, _ := event.Lookup(s.find)
	key, _ := found.(string)
	order, known := s.orders[key]
	paid, _ := event.Lookup(s.amount)
	status, _ := event.Lookup("data.object.payment_status")
	currency, _ := event.Lookup("data.object.currency")
	if !known && !s.creates || s.amount != "" && (paid != 4800.0 || currency != "usd") || status == "unpaid" {
		return
	}
	if order.Status == "paid" && !s.counts {
		return
	}
	s.seen[event.ID()] = true
	order = shopOrder{Status: "paid", Paid: order.Paid + 1}
	if id, ok := event.Lookup("data.object.id"); ok && s.signs {
		order.By = id.(string)
	}
	s.orders[key] = order
	s.dealt++
}

var shopTypes = map[string]bool{"payment_intent.succeeded": true, "checkout.session.completed": true, "invoice.paid": true}

func (s *shop) state(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.orders), nil
}

func (s *shop) add(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders[key] = shopOrder{Status: "pending"}
}

// one binds all events to one order.
func (s *shop) one(key string) func(*contract.Subject) {
	s.add(key)
	return func(subject *contract.Subject) {
		subject.Edit = func(string) []webhooktest.Edit { return []webhooktest.Edit{webhooktest.Set(s.find, key)} }
	}
}

// bind is one, and says so.
func (s *shop) bind(key string) func(*contract.Subject) {
	return func(subject *contract.Subject) {
		s.one(key)(subject)
		subject.Bind = []string{s.find}
	}
}

// labeled sets what the shop has no use for.
func (s *shop) labeled(subject *contract.Subject) {
	subject.Edit = func(string) []webhooktest.Edit {
		return []webhooktest.Edit{webhooktest.Set("data.object.metadata.plan", "golden")}
	}
}

// each gives each new object an order of its own, up to a number.
func (s *shop) each(most int) func(*contract.Subject) {
	n := 0
	return func(subject *contract.Subject) {
		subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
			if n++; n > most {
				return nil, fmt.Errorf("after %d orders: %w", most, contract.ErrNoObject)
			}
			key := fmt.Sprintf("order-%d", n)
			s.add(key)
			return []webhooktest.Edit{webhooktest.Set(s.find, key)}, nil
		}
	}
}

// promised is each, though the app has no more than a number of the orders.
func (s *shop) promised(most int) func(*contract.Subject) {
	for n := range most {
		s.add(fmt.Sprintf("order-%d", n+1))
	}
	n := 0
	return func(subject *contract.Subject) {
		subject.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
			n++
			return []webhooktest.Edit{webhooktest.Set(s.find, fmt.Sprintf("order-%d", n))}, nil
		}
	}
}

// known has Prepare make the order that the event already names.
func (s *shop) known(subject *contract.Subject) {
	subject.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
		key, _ := event.Lookup(s.find)
		s.add(key.(string))
		return nil, nil
	}
}

const many = 1 << 20

// What an app knows beforehand is no reason to accuse it, and hides no bug if each event can
// be given an object of its own.
func TestObjectsOfTheApp(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const (
		payment, session, invoice = "payment_intent.succeeded", "checkout.session.completed", "invoice.paid"
		second, twice, foreign    = "control/second-event", "idempotency/redelivered", "dispatch/foreign-object"
		wrong, works              = "dispatch/wrong-amount", "dispatch/handled-type-works"
	)
	pass, skip := contract.Pass, contract.Skip
	type verdicts = map[string]contract.Verdict
	judged := verdicts{"control/effect": pass, second: pass, twice: pass, foreign: pass, works: pass, "freshness/exact-replay": pass}
	tests := []struct {
		name, why string
		handles   string
		shop      *shop
		bound     func(*shop) func(*contract.Subject)
		want      verdicts
		finds     string // all that fails or warns
	}{
		{"one order", "paid once, and nothing can be seen after that", payment, &shop{find: "data.object.metadata.order"},
			func(s *shop) func(*contract.Subject) { return s.one("T-100") }, verdicts{"control/effect": pass, second: skip, twice: skip, works: skip, foreign: pass}, ""},
		{"one session", "by the id that the app gave it", session, &shop{find: "data.object.client_reference_id"},
			func(s *shop) func(*contract.Subject) { return s.one("user-9") }, verdicts{"control/effect": pass, second: skip, twice: skip, foreign: pass}, ""},
		{"one e-mail", "by the customer's address", session, &shop{find: "data.object.customer_details.email"},
			func(s *shop) func(*contract.Subject) { return s.one("a@example.com") }, verdicts{"control/effect": pass, second: skip, foreign: pass}, ""},
		{"one customer", "by the customer's id", payment, &shop{find: "data.object.customer"},
			func(s *shop) func(*contract.Subject) { return s.one("cus_known") }, verdicts{"control/effect": pass, second: skip, foreign: pass}, ""},
		{"one subscription", "by the subscription's id", invoice, &shop{find: "data.object.subscription"},
			func(s *shop) func(*contract.Subject) { return s.one("sub_known") }, verdicts{"control/effect": pass, second: skip, foreign: pass}, ""},
		{"one order, later", "paid once, after the response", payment, &shop{find: "data.object.metadata.order", later: 700 * time.Millisecond},
			func(s *shop) func(*contract.Subject) { return s.one("T-100") }, verdicts{"control/effect": pass, second: skip, twice: skip}, ""},
		{"an order each, later", "so that all can be judged", payment, &shop{find: "data.object.metadata.order", later: 700 * time.Millisecond},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, judged, ""},
		{"mirror", "takes all there is, and the field that is set is none by which it finds anything", session, &shop{find: "data.object.id", creates: true},
			func(s *shop) func(*contract.Subject) { return s.labeled }, verdicts{"control/effect": pass, second: pass, foreign: skip, wrong: skip}, ""},
		{"counter", "each event counts, though all are about one order", payment, &shop{find: "data.object.metadata.order", counts: true},
			func(s *shop) func(*contract.Subject) { return s.one("T-100") }, judged, ""},
		{"last payment", "names the last of many at once, and of a forged and a genuine one", payment, &shop{find: "data.object.metadata.order", counts: true, signs: true},
			func(s *shop) func(*contract.Subject) { return s.one("T-100") },
			verdicts{"control/effect": pass, second: pass, twice: pass, "resilience/bad-input": pass, "resilience/same-customer": pass}, ""},
		{"an order each", "so that all can be judged", payment, &shop{find: "data.object.metadata.order"},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, judged, ""},
		{"a customer each", "so that all can be judged", payment, &shop{find: "data.object.customer"},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, judged, ""},
		{"a session each", "what was paid is compared with the order", session, &shop{find: "data.object.client_reference_id", amount: "data.object.amount_total"},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, verdicts{wrong: pass, "dispatch/unpaid-checkout": pass, second: pass, foreign: pass}, ""},
		{"orders made", "Prepare makes the order that the event names", payment, &shop{find: "data.object.id"},
			func(s *shop) func(*contract.Subject) { return s.known }, verdicts{"control/effect": pass, second: pass, twice: pass, works: pass}, ""},
		{"six orders", "which are used up", payment, &shop{find: "data.object.metadata.order"},
			func(s *shop) func(*contract.Subject) { return s.each(6) }, verdicts{"control/effect": pass, second: pass, twice: skip}, ""},
		{"orders run out", "the app has twelve, and nobody said so", payment, &shop{find: "data.object.metadata.order"},
			func(s *shop) func(*contract.Subject) { return s.promised(12) }, verdicts{"control/effect": pass, second: pass}, ""},

		{"takes strangers", "a bug: orders of others are its own", payment, &shop{find: "data.object.metadata.order", creates: true},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, verdicts{}, foreign},
		{"takes strangers for one", "seen though the one order is used up", session, &shop{find: "data.object.client_reference_id", creates: true},
			func(s *shop) func(*contract.Subject) { return s.bind("user-9") }, verdicts{}, foreign},
		{"counts copies", "a bug: no event is remembered", payment, &shop{find: "data.object.metadata.order", counts: true, forgets: true},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, verdicts{}, twice},
		{"first only", "a bug: no order after the first is dealt with", payment, &shop{find: "data.object.metadata.order", limit: 3},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, verdicts{}, second},
		{"gullible", "a bug: what was paid is compared with nothing", session, &shop{find: "data.object.client_reference_id"},
			func(s *shop) func(*contract.Subject) { return s.each(many) }, verdicts{}, wrong},
	}
	for _, test := range realpart.Sample(tests, 8) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := test.shop
				s.orders, s.seen = make(map[string]shopOrder), make(map[string]bool)
				subject := contract.Subject{Handler: s, Secret: zooSecret, Handles: []string{test.handles}, State: s.state}
				test.bound(s)(&subject)
				defer s.work.Wait()
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Seed: 7, MaxTime: time.Hour,
					Only: []string{"control", "dispatch", "idempotency", "freshness", "signature/forged-no-effect", "resilience/bad-input", "resilience/same-customer"}})
				require.NoError(t, err, test.why)
				var short []string
				for _, result := range report.Cases {
					if want, named := test.want[result.ID]; named {
						require.Equal(t, want, result.Verdict, "%s: %s %s", test.why, result.ID, result)
					}
					if result.Verdict == contract.Skip && test.want[result.ID] == skip {
						require.Contains(t, []string{"objects", "bound"}, result.Need, result.ID)
					}
					if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
						short = append(short, result.ID)
					}
				}
				if oneOnly := test.want[second] == skip; oneOnly { // so it is told what would let more be judged
					require.Equal(t, test.shop.find, report.OneObject, test.why)
				}
				found := strings.Join(short, " ")
				if test.finds == "" {
					require.Empty(t, found, test.why)
				}
				require.Contains(t, found, test.finds, test.why)
			})
		})
	}
}

// What is bound is bound in events of its type, and not every field binds.
func TestBindingsAreOfTheirType(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const wrong, foreign = "dispatch/wrong-amount", "dispatch/foreign-object"
	order := webhooktest.Set("data.object.metadata.order", "T-100")
	for _, test := range []struct {
		name    string
		handles []string
		edits   map[string][]webhooktest.Edit
		bind    []string
		tried   map[string]bool
	}{
		{"the payment", []string{"payment_intent.succeeded", "checkout.session.completed"}, map[string][]webhooktest.Edit{"payment_intent.succeeded": {order}},
			nil, map[string]bool{wrong: false, foreign: true}},
		{"the session", []string{"payment_intent.succeeded", "checkout.session.completed"}, map[string][]webhooktest.Edit{"checkout.session.completed": {order}},
			nil, map[string]bool{wrong: true, foreign: true}},
		{"no object", []string{"invoice.paid"}, map[string][]webhooktest.Edit{"invoice.paid": {webhooktest.Set("data.object.billing_reason", "manual")}},
			nil, map[string]bool{foreign: false}},
		{"an object that does not look it", []string{"invoice.paid"}, map[string][]webhooktest.Edit{"invoice.paid": {webhooktest.Set("data.object.billing_reason", "manual")}},
			[]string{"data.object.billing_reason"}, map[string]bool{foreign: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				s := &shop{find: "data.object.metadata.order", counts: true, orders: make(map[string]shopOrder), seen: make(map[string]bool)}
				s.add("T-100")
				subject := contract.Subject{Handler: s, Secret: zooSecret, Handles: test.handles, State: s.state, Bind: test.bind,
					Edit: func(eventType string) []webhooktest.Edit { return test.edits[eventType] }}
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Seed: 7, MaxTime: time.Hour, Only: []string{wrong, foreign}})
				require.NoError(t, err)
				for _, result := range report.Cases {
					if tried, named := test.tried[result.ID]; named {
						require.Equal(t, tried, result.Need != "bound", "%s: %s", result.ID, result.Reason)
					}
				}
			})
		})
	}
}

// A case that would change what is pinned is skipped.
func TestPinned(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		s := &shop{find: "data.object.id", creates: true, orders: make(map[string]shopOrder), seen: make(map[string]bool)}
		subject := contract.Subject{Handler: s, Secret: zooSecret, Handles: []string{"checkout.session.completed"}, State: s.state, Pin: []string{"data.object.payment_status"}}
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }, Seed: 7, MaxTime: time.Hour,
			Only: []string{"dispatch/unpaid-checkout", "idempotency/redelivered"}})
		require.NoError(t, err)
		for _, result := range report.Cases {
			if result.ID == "dispatch/unpaid-checkout" {
				require.Equal(t, contract.Skip, result.Verdict)
				require.Equal(t, "needs to change data.object.payment_status, which is pinned", result.Reason)
				continue
			}
			require.Equal(t, contract.Pass, result.Verdict, "%s", result)
		}
	})
}
