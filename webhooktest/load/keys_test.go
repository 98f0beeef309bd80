package load_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// A tenancy keeps accounts by what checkout sessions refer to. Its effect is like a shop's.
type tenancy struct {
	mu     sync.Mutex
	seen   map[string]bool
	state  map[string]any
	keep   func(state map[string]any, c checkout)
	effect func(call int) (times int)
}

// A checkout is what a session says.
type checkout struct{ ref, email, customer, subscription string }

// ServeHTTP implements http.Handler.
func (s *tenancy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "unread", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), secret)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[event.ID] {
		return
	}
	s.seen[event.ID] = true
	for range s.effect(len(s.seen)) {
		object := event.GetObjectValue
		s.keep(s.state, checkout{object("client_reference_id"), object("customer_details", "email"), object("customer"), object("subscription")})
	}
}

// show is the state.
func (s *tenancy) show(context.Context) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := json.Marshal(s.state)
	return json.RawMessage(text), err
}

// in returns an object in the state, which it makes if it is not there.
func in(state map[string]any, path ...string) map[string]any {
	for _, key := range path {
		if state[key] == nil {
			state[key] = make(map[string]any)
		}
		state = state[key].(map[string]any)
	}
	return state
}

// plus adds to a number in an object.
func plus(object map[string]any, key string, n int) {
	was, _ := object[key].(int)
	object[key] = was + n
}

// A bookkeeping is how a tenancy keeps its accounts.
type bookkeeping struct {
	reason  string
	ref     string                // of the sessions; "": the fixture's
	start   func() map[string]any // nil: empty
	keep    func(state map[string]any, c checkout)
	shows   bool // a second effect
	named   bool // what is doubled is named
	counts  bool // what is lost is not named
	unnamed bool // no id of Stripe's is in it
}

// tenancies are states with accounts whose keys are not ids of Stripe's.
var tenancies = map[string]bookkeeping{
	"accounts by a value that was set": {
		reason: "an account names its subscription, and nothing counts", ref: "acct-{n}",
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", c.ref)
			account["customer"], account["subscription"], account["active"] = c.customer, c.subscription, true
		},
	},
	"accounts by the fixture's value": {
		reason: "the reference is an order's, and too short for a number",
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", c.ref)
			account["subscription"] = c.subscription
			plus(account, "revenue", 1800)
		}, shows: true, named: true,
	},
	"accounts by nothing but a value": {
		reason: "no id of Stripe's is in it", ref: "acct-{n}",
		keep:  func(state map[string]any, c checkout) { plus(in(state, "accounts"), c.ref, 1800) },
		shows: true, named: true, unnamed: true,
	},
	"accounts by e-mail": {
		reason: "an address has a dot and an at sign", ref: "acct-{n}",
		keep:  func(state map[string]any, c checkout) { plus(in(state, "accounts", c.email), "revenue", 1800) },
		shows: true, named: true, unnamed: true,
	},
	"rows by a value": {
		reason: "a row says it instead of an id", ref: "acct-{n}",
		keep: func(state map[string]any, c checkout) {
			rows, _ := state["rows"].([]any)
			state["rows"] = append(rows, row{"account": c.ref, "amount": 1800})
		}, shows: true, named: true, unnamed: true,
	},
	"accounts by a value of the handler's": {
		reason: "only the subscription in it tells", ref: "acct-{n}",
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", strings.ToUpper(c.ref))
			account["subscription"] = c.subscription
			plus(account, "revenue", 1800)
		}, shows: true, named: true,
	},
	"accounts in tenants": {
		reason: "two levels of keys of the handler's", ref: "acct-{n}",
		keep: func(state map[string]any, c checkout) {
			tenant := in(state, "tenants", strings.ToUpper(c.ref))
			plus(tenant, "revenue", 1800)
			in(tenant, "users", "user of "+c.ref, "links")["subscription"] = c.subscription
		}, shows: true,
	},
	"accounts beside a total": {
		reason: "a field of the same object stays a field", ref: "acct-{n}",
		start: func() map[string]any { return map[string]any{"total": 0} },
		keep: func(state map[string]any, c checkout) {
			in(state, strings.ToUpper(c.ref))["subscription"] = c.subscription
			plus(state, "total", 1800)
		}, shows: true,
	},
	"accounts that were there": {
		reason: "they were created before the checkout", ref: "acct-{n}",
		start: func() map[string]any { return there(600, 0) },
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", c.ref)
			account["subscription"] = c.subscription
			plus(account, "revenue", 1800)
		}, shows: true, named: true,
	},
	"accounts of an earlier load": {
		reason: "some have revenue already", ref: "acct-{n}",
		start: func() map[string]any { return there(300, 1800) },
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", c.ref)
			account["subscription"] = c.subscription
			plus(account, "revenue", 1800)
		}, shows: true,
	},
	"one account for all": {
		reason: "it counts, and its ids are those of the newest event", ref: "acct-1",
		keep: func(state map[string]any, c checkout) {
			account := in(state, "accounts", c.ref)
			account["subscription"] = c.subscription
			plus(account, "revenue", 1800)
		}, shows: true, counts: true, unnamed: true,
	},
}

// there returns a state with accounts, the first with a revenue.
func there(count, revenue int) map[string]any {
	state := make(map[string]any)
	for n := range count {
		in(state, "accounts", "acct-"+strconv.Itoa(n+1))["revenue"] = revenue
	}
	return state
}

// Sound handlers are told nothing, and what others lose or double is found, whatever the keys
// are.
func TestVerdictOfEveryKey(t *testing.T) {
	forEachTenancy(t, map[string]int{"sound": 1, "loses": 0, "doubles": 2}, func(t *testing.T, test bookkeeping, times int) {
		v := run(t, checkouts(test.ref, test.start, test.keep, times)).Verdict
		lost, doubled := 0, 0
		switch {
		case times == 0:
			lost = 1
		case times == 2 && test.shows:
			doubled = 1
		}
		require.Empty(t, v.Inconclusive)
		require.Equal(t, 500, v.Delivered)
		require.Equal(t, lost, v.Lost.Count, "%s: %s %v %v", test.reason, v, v.Counters, v.Notes)
		require.Equal(t, doubled, v.Doubled.Count, "%s: %s %v %v", test.reason, v, v.Counters, v.Notes)
		require.Zero(t, v.Wrong.Count, "%s: %s", test.reason, v)
		if !test.counts {
			require.Len(t, v.Lost.Events, lost)
		}
		if test.named {
			require.Len(t, v.Doubled.Events, doubled)
		}
	})
}

// forEachTenancy runs a subtest in a bubble for each state and each of the bugs, which are
// how many effects one event in 500 has.
func forEachTenancy(t *testing.T, bugs map[string]int, check func(t *testing.T, test bookkeeping, times int)) {
	t.Helper()
	t.Parallel()
	realpart.Long(t)
	for _, name := range realpart.Sample(slices.Sorted(maps.Keys(tenancies)), 6) {
		for bug, times := range bugs {
			t.Run(name+" "+bug, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { check(t, tenancies[name], times) })
			})
		}
	}
}

// checkouts is a load of checkouts, one in 500 with another number of effects than one.
func checkouts(ref string, start func() map[string]any, keep func(map[string]any, checkout), times int) *load.Load {
	s := &tenancy{seen: make(map[string]bool), state: make(map[string]any), keep: keep}
	if start != nil {
		s.state = start()
	}
	s.effect = func(call int) int {
		if call%500 == 250 {
			return times
		}
		return 1
	}
	l := payments(s, 500)
	l.Mix[0].Name, l.State = "checkout.session.completed", s.show
	l.Edits = func(string) []webhooktest.Edit { return []webhooktest.Edit{webhooktest.Variant("subscription")} }
	if ref != "" {
		l.Fresh = func(_ string, fill func(string) string) ([]webhooktest.Edit, error) {
			return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", fill(ref))}, nil
		}
	}
	return l
}

// Duplicates and refused forgeries change nothing of that.
func TestEveryKeyUnderChaos(t *testing.T) {
	forEachTenancy(t, map[string]int{"sound": 1, "loses": 0}, func(t *testing.T, test bookkeeping, times int) {
		l := checkouts(test.ref, test.start, test.keep, times)
		l.Chaos.Duplicate, l.Chaos.Reorder, l.Forge = 0.1, 0.1, 0.1
		v := run(t, l).Verdict
		lost := map[int]int{1: 0, 0: 1}[times]
		require.Empty(t, v.Inconclusive)
		require.Equal(t, []int{lost, 0, 0, 0}, []int{v.Lost.Count, v.Doubled.Count, v.Wrong.Count, v.Forged.Count}, "%s: %s %v %v", test.reason, v, v.Counters, v.Notes)
	})
}

// What others sent is found under any keys, too, if it names its events.
func TestVerifyEveryKey(t *testing.T) {
	forEachTenancy(t, map[string]int{"sound": 1, "loses": 0}, func(t *testing.T, test bookkeeping, times int) {
		l := checkouts(test.ref, test.start, test.keep, times)
		state := l.State
		l.State = nil
		report := run(t, l)
		v, err := load.Verify(t.Context(), []*load.Sent{report.Sent()}, state, time.Second, nil)
		if errors.Is(err, load.ErrNoEffect) {
			require.True(t, test.unnamed, "%s: %v", test.reason, err)
			return
		}
		require.NoError(t, err)
		require.False(t, test.unnamed, test.reason)
		require.Equal(t, map[int]int{1: 0, 0: 1}[times], v.Lost.Count, "%s: %s %v", test.reason, v, v.Notes)
		require.Zero(t, v.Doubled.Count+v.Wrong.Count, "%s: %s %v", test.reason, v, v.Notes)
	})
}

// Events of two shares that have the same keys replace each other's accounts: that is no loss.
func TestSharedKeysAreNotJudged(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		l := checkouts("acct-{n}", nil, func(state map[string]any, c checkout) {
			in(state, "accounts", c.ref)["subscription"] = c.subscription
			plus(state, "total", 1)
		}, 1)
		l.Mix = []load.Share{{Name: "checkout.session.completed", Weight: 1}, {Name: "checkout.session.async_payment_succeeded", Weight: 3}}
		l.Edits = nil
		v := run(t, l).Verdict
		require.True(t, v.Sound(), v)
		require.Contains(t, v.Notes, "nothing is judged by acct-1 and the like, which events of several types have")
	})
}
