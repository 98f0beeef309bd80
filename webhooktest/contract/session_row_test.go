package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A sessionShop makes an account at the checkout session. The events of the subscription
// find it, or are ignored.
type sessionShop struct {
	key     string   // of an account: the name of a field of the session
	skips   []string // types that it leaves alone
	ends    bool     // what has ended stays so
	newest  bool     // what is older than the account's last event is left alone
	notes   bool     // shows the events that came
	links   bool     // any session makes one, and the customer's subscriptions change it
	later   time.Duration
	handles []string

	accounts map[string]*shopAccount
	seen     []string
}

// A shopAccount is what a sessionShop keeps of a customer.
type shopAccount struct {
	Subscription, Customer, Status string
	Seats                          float64
	changed                        float64
}

func (s *sessionShop) take(d *zooDelivery) error {
	if !slices.Contains(s.handles, string(d.event.Type)) || slices.Contains(s.seen, d.event.ID) {
		return nil
	}
	s.seen = append(s.seen, d.event.ID)
	if d.event.Type == "checkout.session.completed" {
		if subscription := zooField(d, "subscription"); (s.links || subscription != "") && s.accounts[zooField(d, s.key)] == nil {
			s.accounts[zooField(d, s.key)] = &shopAccount{Subscription: subscription, Customer: zooField(d, "customer"), Status: "active", Seats: 1}
		}
		return nil
	}
	for _, a := range s.accounts {
		isOf := a.Subscription == zooField(d, "id") || s.links && a.Customer == zooField(d, "customer")
		if isOf && !s.ignores(a, d) {
			a.Status, a.changed = zooField(d, "status"), float64(d.event.Created)
			item := d.event.Data.Object["items"].(map[string]any)["data"].([]any)[0].(map[string]any)
			a.Seats = item["quantity"].(float64)
		}
	}
	return nil
}

func (s *sessionShop) ignores(a *shopAccount, d *zooDelivery) bool {
	return slices.Contains(s.skips, string(d.event.Type)) || s.ends && a.Status == "canceled" || s.newest && float64(d.event.Created) < a.changed
}

func (s *sessionShop) show() any {
	state := map[string]any{"accounts": map[string]any{}}
	for key, a := range s.accounts {
		state["accounts"].(map[string]any)[key] = map[string]any{"subscription": a.Subscription, "customer": a.Customer, "status": a.Status, "seats": a.Seats}
	}
	if s.notes {
		state["events"] = slices.Clone(s.seen)
	}
	return state
}

func (s *sessionShop) subject(t *testing.T) contract.Subject {
	s.accounts = make(map[string]*shopAccount)
	subject := zooApp(t, s.handles, s.later, s.take, s.show)
	if !s.links {
		subject.Variants = map[string]string{"checkout.session.completed": "subscription"}
	}
	return subject
}

// The events of a subscription find the account that the session made, whether or not its
// creation does anything there: what they do wrong is seen, and who does right is told
// nothing.
func TestAccountsMadeAtTheSession(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const session, created, updated, deleted = "checkout.session.completed", "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"
	all := []string{session, created, updated, deleted}
	skips := []string{created}
	both := []string{"ordering/after-deleted", "ordering/stale-update"}
	tests := []struct {
		name string
		shop sessionShop
		want []string // what fails
	}{
		{"by subscription", sessionShop{key: "subscription", ends: true, newest: true}, nil},
		{"by user", sessionShop{key: "client_reference_id", ends: true, newest: true}, nil},
		{"by customer, with notes", sessionShop{key: "customer", ends: true, newest: true, notes: true}, nil},
		{"skips the creation", sessionShop{key: "subscription", skips: skips, ends: true, newest: true}, nil},
		{"no creation", sessionShop{key: "subscription", ends: true, newest: true, handles: []string{session, updated, deleted}}, nil},
		{"any session links", sessionShop{key: "client_reference_id", links: true, ends: true, newest: true, notes: true}, nil},
		{"a second later", sessionShop{key: "subscription", ends: true, newest: true, later: time.Second}, nil},

		{"any order", sessionShop{key: "subscription"}, both},
		{"any order, by user", sessionShop{key: "client_reference_id"}, both},
		{"any order, by customer, with notes", sessionShop{key: "customer", notes: true}, both},
		{"any order, and skips the creation", sessionShop{key: "subscription", skips: skips}, both},
		{"any order, no creation", sessionShop{key: "subscription", handles: []string{session, updated, deleted}}, both},
		{"any order, any session links", sessionShop{key: "client_reference_id", links: true, notes: true}, both},
		{"any order, later", sessionShop{key: "subscription", later: time.Second}, both},
		{"what ended stays so, but older wins", sessionShop{key: "subscription", ends: true, notes: true}, both[1:]},
	}
	for _, test := range realpart.Sample(tests, 3) {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				if test.shop.handles == nil {
					test.shop.handles = all
				}
				s := test.shop.subject(t)
				report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: both, Seed: 7, MaxTime: time.Hour})
				require.NoError(t, err)
				require.Equal(t, test.want, shortfalls(report, contract.Fail), "%s", report.Cases)
				require.Zero(t, report.Summary[contract.Inconclusive], "%v", report.Cases)
			})
		})
	}
}
