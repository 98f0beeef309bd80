package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooUsers is a handler with a row for each user, who is linked to a subscription by the
// session in which it was bought.
func zooUsers(name, why string, takes func(old, bought string) bool) zooBug {
	return zooSaaS(name, why, func(z *zooHandler) {
		bought := make(map[string]string)
		z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
			user, subscription := zooField(d, "client_reference_id"), zooField(d, "subscription")
			if old, known := bought[user]; !known || takes(old, subscription) {
				bought[user] = subscription
			}
			return nil
		}
		z.show = func() any {
			users := []zooObject{}
			for _, user := range slices.Sorted(maps.Keys(bought)) {
				users = append(users, zooObject{"user": user, "subscription": bought[user], "status": z.subscriptions[bought[user]].Status})
			}
			return zooBeside(z, "users", users)
		}
	}).shaping("checkout.session.completed", "subscription")
}

// zooPeriods is a handler with a row for each period that a subscription is paid for.
func zooPeriods(name, why string, key func(*zooDelivery) string) zooBug {
	return zooSaaS(name, why, func(z *zooHandler) {
		rows := make(zooObject)
		z.effects["invoice.paid"] = func(d *zooDelivery) error {
			if _, known := rows[key(d)]; !known {
				rows[key(d)] = zooObject{"invoice": zooField(d, "id"), "credits": 100}
			}
			return nil
		}
		z.show = func() any { return zooBeside(z, "periods", maps.Clone(rows)) }
	}).handling("invoice.paid")
}

// zooMembers is a handler that grants access at its own checkout, which Prepare stands for, and
// hears of nothing but the ends of subscriptions.
func zooMembers(name, why string, key func(subscription, customer any) string) zooBug {
	const ended = "customer.subscription.deleted"
	return zooWith(name, why, func(z *zooHandler) {
		z.only(ended)
		z.effects["payment_intent.succeeded"] = z.paid // which it does not show
		z.effects[ended] = func(d *zooDelivery) error {
			if member := "member " + key(zooField(d, "id"), zooField(d, "customer")); z.seen[member] {
				z.seen[member] = false
			}
			return nil
		}
		z.show = func() any {
			members := make(zooObject)
			for key, access := range z.seen {
				if member, is := strings.CutPrefix(key, "member "); is {
					members[member] = access
				}
			}
			return members
		}
	}).saying(func(s *contract.Subject) {
		z := s.Handler.(*zooHandler)
		s.Handles = []string{ended}
		s.Prepare = func(_ context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
			id, _ := event.Lookup("data.object.id")
			customer, _ := event.Lookup("data.object.customer")
			z.mu.Lock()
			defer z.mu.Unlock()
			z.seen["member "+key(id, customer)] = true
			return nil, nil
		}
	})
}

// zooAgainBugs take what comes again for what is known.
func zooAgainBugs() []zooBug {
	return []zooBug{
		zooUsers("first-subscription-stays", "a user who comes back keeps the subscription that has ended", func(_, _ string) bool { return false }),
		zooSaaS("other-modes-crash", "a session without a subscription is a nil pointer", func(z *zooHandler) {
			z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
				if zooField(d, "subscription") == "" {
					panic("invalid memory address or nil pointer dereference")
				}
				return z.begun(d)
			}
		}).shaping("checkout.session.completed", "subscription"),
		zooMembers("any-end-of-a-customer", "knows members by their customers, and never hears which subscription they have", func(_, customer any) string { return fmt.Sprint(customer) }),
		zooPeriods("renewal-is-known", "credits once for a subscription, not for each of its invoices", func(d *zooDelivery) string { return zooField(d, "subscription") }),
	}
}

// zooAgainSound tell what comes again from copies.
func zooAgainSound() []zooBug {
	return []zooBug{
		zooMembers("end-of-the-members", "knows members by their subscriptions", func(subscription, _ any) string { return fmt.Sprint(subscription) }),
		zooSaaS("sold-or-created", "a row from the session or the creation, whichever comes first: the other changes nothing", func(z *zooHandler) {
			z.effects["checkout.session.completed"], z.effects["customer.subscription.created"] = z.begun, z.subscribed
		}).handling("customer.subscription.created").shaping("checkout.session.completed", "subscription"),
		zooWith("payments-in-accounts", "a row for each customer, with the payments inside, in any order", func(z *zooHandler) {
			pay, accounts := z.effects["payment_intent.succeeded"], make(map[string][]any)
			z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
				customer, amount := zooField(d, "customer"), d.event.Data.Object["amount"]
				accounts[customer] = append(accounts[customer], zooObject{"payment": zooField(d, "id"), "amount": amount})
				return pay(d)
			}
			z.show = func() any {
				var rows []zooObject
				for _, customer := range slices.Sorted(maps.Keys(accounts)) {
					payments := slices.Clone(accounts[customer])
					rand.Shuffle(len(payments), func(i, j int) { payments[i], payments[j] = payments[j], payments[i] })
					rows = append(rows, zooObject{"customer": customer, "payments": payments, "count": len(accounts[customer])})
				}
				return zooBeside(z, "payments", rows)
			}
		}),
		zooWith("raw-events", "the payload and the request of each event that it handled, beside the rows", func(z *zooHandler) {
			events := []any{}
			for eventType, effect := range z.effects {
				z.effects[eventType] = func(d *zooDelivery) error {
					payload, err := json.Marshal(d.event.Data)
					if err == nil {
						err = effect(d)
					}
					if err == nil {
						events = append(events, zooObject{"id": d.event.ID, "request": d.event.Request, "payload": string(payload)})
					}
					return err
				}
			}
			z.show = func() any { return zooBeside(z, "events", slices.Clone(events)) }
		}),
		zooUsers("subscribed-again", "a user has the subscription that was bought last", func(old, bought string) bool { return bought != old }),
		zooPeriods("renewed", "credits for each invoice", func(d *zooDelivery) string { return zooField(d, "id") }),
	}
}
