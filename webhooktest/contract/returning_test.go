package contract_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A gym keeps subscriptions, and shows each member by one of them.
type gym struct {
	handles []string
	first   bool // a member is what the first subscription says, else the newest
	forgets bool // a payment of what it does not know is lost

	subscriptions map[string]*membership
	members       map[string][]string // their subscriptions, by user
	users         map[string]string   // by customer
}

// A membership is what a gym knows of a subscription.
type membership struct {
	status string
	paid   bool
	begun  float64
}

func (g *gym) take(d *zooDelivery) error {
	if !slices.Contains(g.handles, string(d.event.Type)) {
		return nil
	}
	customer, id := zooField(d, "customer"), zooField(d, "id")
	switch d.event.Type {
	case "checkout.session.completed":
		g.users[customer] = zooField(d, "client_reference_id")
		g.join(customer, zooField(d, "subscription"))
	case "invoice.paid":
		if id = zooField(d, "subscription"); g.subscriptions[id] == nil && g.forgets {
			return nil
		}
		m := g.join(customer, id)
		if m.paid = true; m.status == "past_due" {
			m.status = "active"
		}
	default:
		m := g.join(customer, id)
		m.status, m.begun = zooField(d, "status"), d.event.Data.Object["created"].(float64)
	}
	return nil
}

// join returns the subscription of a customer, new or known.
func (g *gym) join(customer, id string) *membership {
	if g.subscriptions[id] == nil {
		g.subscriptions[id] = new(membership)
		g.members[customer] = append(g.members[customer], id)
	}
	return g.subscriptions[id]
}

// show is the members, each by the subscription that counts.
func (g *gym) show() any {
	members := make(map[string]any)
	for customer, ids := range g.members {
		counts := ids[0]
		for _, id := range ids {
			if !g.first && g.subscriptions[id].begun > g.subscriptions[counts].begun {
				counts = id
			}
		}
		m := g.subscriptions[counts]
		members[customer] = map[string]any{"user": g.users[customer], "status": m.status, "paid": m.paid}
	}
	return members
}

func (g *gym) subject(t *testing.T) contract.Subject {
	g.subscriptions, g.members, g.users = make(map[string]*membership), make(map[string][]string), make(map[string]string)
	s := zooApp(t, g.handles, 0, g.take, g.show)
	s.Variants = map[string]string{"checkout.session.completed": "subscription"}
	return s
}

// A second subscription may count when its own events come, and what is paid early may end
// a debt of which an update tells late: neither is lost.
func TestMembersWhoReturnOrPayEarly(t *testing.T) {
	t.Parallel()
	const session, created, updated, deleted, paid = "checkout.session.completed", "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "invoice.paid"
	const again, early = "idempotency/subscribed-again", "ordering/early-payment"
	whole := []string{session, created, updated, deleted, paid}
	for _, test := range []struct {
		name string
		gym  gym
		id   string
		want contract.Verdict
	}{
		{"the newest counts", gym{handles: whole}, again, contract.Pass},
		{"the first counts", gym{handles: whole, first: true}, again, contract.Warn},
		{"a payment ends a debt", gym{handles: []string{session, updated, deleted, paid}}, early, contract.Pass},
		{"an early payment is lost", gym{handles: []string{updated, deleted, paid}, forgets: true}, early, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.gym.subject(t), test.id)
				require.Equal(t, test.want, byID[test.id].Verdict, "%+v", byID[test.id])
			})
		})
	}
}
