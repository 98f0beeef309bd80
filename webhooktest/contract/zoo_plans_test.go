package contract_test

import (
	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooPlans is a handler that keeps the plans of active subscriptions, and nothing else of them.
func zooPlans(name, why string, minds bool) zooBug {
	const changes, ends = "customer.subscription.updated", "customer.subscription.deleted"
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(map[string]zooStand)
		z.only("payment_intent.succeeded", changes, ends)
		z.effects[changes] = func(d *zooDelivery) error {
			id, now := zooField(d, "id"), zooStand{zooProduct(d), d.event.Created}
			if zooField(d, "status") == "active" && rows[id].status != "canceled" && (!minds || rows[id].before(now)) {
				rows[id] = now
			}
			return z.subscribed(d)
		}
		z.effects[ends] = func(d *zooDelivery) error {
			rows[zooField(d, "id")] = zooStand{"canceled", d.event.Created}
			return z.subscribed(d)
		}
		z.show = func() any {
			shown := make(zooObject)
			for id, row := range rows {
				shown[id] = row.status
			}
			return shown
		}
	}).saying(func(s *contract.Subject) { s.Handles = []string{changes, ends} })
}

// zooPlansBegun is such a handler that writes the plan at the creation, too, whenever it comes.
func zooPlansBegun(name, why string) zooBug {
	const begins, changes = "customer.subscription.created", "customer.subscription.updated"
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(map[string]zooStand)
		z.only("payment_intent.succeeded", begins, changes)
		for _, eventType := range []string{begins, changes} {
			z.effects[eventType] = func(d *zooDelivery) error {
				id, now := zooField(d, "id"), zooStand{zooProduct(d), d.event.Created}
				if eventType == begins || rows[id].before(now) {
					rows[id] = now
				}
				return nil
			}
		}
		z.show = func() any {
			shown := make(zooObject)
			for id, row := range rows {
				shown[id] = row.status
			}
			return shown
		}
	}).saying(func(s *contract.Subject) { s.Handles = []string{begins, changes} })
}

// zooProduct is what a subscription's first item is for.
func zooProduct(d *zooDelivery) string {
	var subscription stripe.Subscription
	if zooDecode(d, &subscription) != nil || subscription.Items == nil || len(subscription.Items.Data) == 0 {
		return ""
	}
	return subscription.Items.Data[0].Price.Product.ID
}
