package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An accessList shows nothing but the customers who have access.
type accessList struct {
	link    bool                                          // a checkout gives none: it only links the customer
	ignores func(l *accessList, id string, at int64) bool // as too late
	asMap   bool                                          // of customers, with the plan
	later   time.Duration

	active map[string]string // customer, by subscription
	newest map[string]int64
	ended  map[string]bool
}

const (
	subscriptionUpdated = "customer.subscription.updated"
	subscriptionDeleted = "customer.subscription.deleted"
)

// stale ignores what is older than what is known, and whatever comes after the end.
func (l *accessList) stale(id string, at int64) bool { return l.ended[id] || at < l.newest[id] }

// sinceEnd ignores what comes after the end alone.
func (l *accessList) sinceEnd(id string, _ int64) bool { return l.ended[id] }

// never ignores nothing.
func (l *accessList) never(string, int64) bool { return false }

func (l *accessList) take(d *zooDelivery) error {
	id, at := zooField(d, "id"), d.event.Created
	switch string(d.event.Type) {
	case "checkout.session.completed":
		id = zooField(d, "subscription")
		if !l.link && l.newest[id] == 0 && id != "" {
			l.active[id], l.newest[id] = zooField(d, "customer"), 1
		}
	case subscriptionUpdated:
		if l.ignores(l, id, at) {
			return nil
		}
		if l.newest[id] = at; zooField(d, "status") != "active" {
			delete(l.active, id)
			return nil
		}
		l.active[id] = zooField(d, "customer")
	case subscriptionDeleted:
		delete(l.active, id)
		l.newest[id], l.ended[id] = max(at, l.newest[id]), true
	}
	return nil
}

func (l *accessList) show() any {
	if l.asMap {
		plans := make(map[string]string)
		for _, customer := range l.active {
			plans[customer] = "pro"
		}
		return zooObject{"plans": plans}
	}
	customers := []string{}
	for _, customer := range l.active {
		customers = append(customers, customer)
	}
	slices.Sort(customers)
	return zooObject{"pros": customers}
}

// TestAccessLists holds that an end that is undone is seen where a state names only those who
// have access, and that absence is as good as any state where it shows.
func TestAccessLists(t *testing.T) {
	t.Parallel()
	const deleted, copied, first, reversed, stale = "ordering/after-deleted", "ordering/copy-after-end", "ordering/deleted-first", "ordering/reversed", "ordering/stale-update"
	all := func(verdict contract.Verdict, ids ...string) map[string]contract.Verdict {
		want := make(map[string]contract.Verdict)
		for _, id := range ids {
			want[id] = verdict
		}
		return want
	}
	for _, c := range []struct {
		name, why string
		app       accessList
		want      map[string]contract.Verdict
	}{
		{"sound", "an end stays", accessList{ignores: (*accessList).stale}, all(contract.Pass, deleted, copied, first, reversed, stale)},
		{"sound map", "the same with plans", accessList{ignores: (*accessList).stale, asMap: true}, all(contract.Pass, deleted, copied, first, stale)},
		{"sound later", "by a queue", accessList{ignores: (*accessList).stale, later: time.Second}, all(contract.Pass, deleted, copied, stale)},
		{"sound link", "a checkout links the customer", accessList{ignores: (*accessList).stale, link: true}, all(contract.Pass, deleted, stale)},

		{"revives", "whatever comes last counts", accessList{ignores: (*accessList).never}, all(contract.Fail, deleted, stale)},
		{"revives later", "by a queue", accessList{ignores: (*accessList).never, later: time.Second}, all(contract.Fail, deleted, stale)},
		{"revives a link", "whatever comes last counts", accessList{ignores: (*accessList).never, link: true}, all(contract.Fail, deleted, stale)},
		{"stale", "an end stays, and else whatever comes last counts", accessList{ignores: (*accessList).sinceEnd, link: true}, map[string]contract.Verdict{deleted: contract.Pass, stale: contract.Fail}},

		{"silent", "a checkout whose lateness shows nowhere", accessList{ignores: (*accessList).stale, link: true}, all(contract.Inconclusive, copied, first)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := c.app
				app.active, app.newest, app.ended = make(map[string]string), make(map[string]int64), make(map[string]bool)
				subject := zooApp(t, []string{"checkout.session.completed", subscriptionUpdated, subscriptionDeleted}, app.later, app.take, app.show)
				subject.Variants = map[string]string{"checkout.session.completed": "subscription"}
				var ids []string
				for id := range c.want {
					ids = append(ids, id)
				}
				_, byID := results(t, subject, ids...)
				for id, want := range c.want {
					require.Equal(t, want, byID[id].Verdict, "%s: %+v", c.why, byID[id])
				}
			})
		})
	}
}
