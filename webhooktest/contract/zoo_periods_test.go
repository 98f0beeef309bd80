package contract_test

import (
	"maps"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooPaidUntil is a handler that shows until when each subscription is paid for.
func zooPaidUntil(name, why string, next func(known, told int64) int64) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		until := make(map[string]int64)
		for _, eventType := range []string{"customer.subscription.created", "customer.subscription.updated"} {
			effect := z.effects[eventType]
			z.effects[eventType] = func(d *zooDelivery) error {
				var s stripe.Subscription
				if err := zooDecode(d, &s); err != nil {
					return err
				}
				until[s.ID] = next(until[s.ID], s.CurrentPeriodEnd)
				return effect(d)
			}
		}
		z.show = func() any {
			rows := []zooObject{}
			for id, end := range until {
				rows = append(rows, zooObject{"subscription": id, "paid_until": end})
			}
			return zooBeside(z, "periods", rows)
		}
	})
}

// zooAccess is a handler that shows who has access by a subscription.
func zooAccess(name, why string, has func(eventType string, status stripe.SubscriptionStatus) bool) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		access := make(map[string]bool)
		for _, eventType := range []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"} {
			effect := z.effects[eventType]
			z.effects[eventType] = func(d *zooDelivery) error {
				var s stripe.Subscription
				if err := zooDecode(d, &s); err != nil {
					return err
				}
				before := z.subscriptions[s.ID]
				if err := effect(d); err != nil {
					return err
				}
				if z.subscriptions[s.ID] != before { // not for an older event
					access[s.ID] = has(eventType, s.Status)
				}
				return nil
			}
		}
		z.show = func() any {
			state := z.everything().(zooObject)
			delete(state, "log") // which has the status
			state["subscriptions"] = maps.Clone(access)
			return state
		}
	})
}

func isActive(status stripe.SubscriptionStatus) bool {
	return status == stripe.SubscriptionStatusActive || status == stripe.SubscriptionStatusTrialing
}

// zooHolds is a handler of payments that are authorized and then captured, in a row each.
func zooHolds(name, why string, captures bool) zooBug {
	bug := zooWith(name, why, func(z *zooHandler) {
		held := make(map[string]string)
		take := func(status string) func(*zooDelivery) error {
			return func(d *zooDelivery) error {
				if was := held[zooField(d, "id")]; was != "" && (!captures || was != "authorized") {
					return nil
				}
				held[zooField(d, "id")] = status
				return z.paid(d)
			}
		}
		z.effects["payment_intent.amount_capturable_updated"], z.effects["payment_intent.succeeded"] = take("authorized"), take("paid")
		z.only("payment_intent.amount_capturable_updated", "payment_intent.succeeded")
		z.show = func() any { return maps.Clone(held) }
	})
	return bug.saying(func(s *contract.Subject) {
		s.Handles = []string{"payment_intent.succeeded", "payment_intent.amount_capturable_updated"}
	})
}

func zooPeriodBugs() []zooBug {
	return []zooBug{zooAccess("incomplete-is-active", "whoever has a subscription has access until it changes", func(eventType string, status stripe.SubscriptionStatus) bool {
		return eventType == "customer.subscription.created" || isActive(status)
	}), zooHolds("capture-is-a-copy", "a row a payment, as it came first", false), zooPaidUntil("period-kept", "the end of the first period is kept for ever", func(known, told int64) int64 {
		if known != 0 {
			return known
		}
		return told
	}), zooPaidUntil("period-moved", "reads the end of the period where it was before basil", func(known, told int64) int64 { return max(known, told) }).
		saying(func(s *contract.Subject) { s.APIVersion = "2025-03-31.basil" })}
}

func zooPeriodSound() []zooBug {
	return []zooBug{
		zooPaidUntil("period-moves", "the end of the period moves with renewals", func(known, told int64) int64 { return max(known, told) }),
		zooAccess("access-by-status", "who has an active subscription has access", func(_ string, status stripe.SubscriptionStatus) bool { return isActive(status) }),
		zooHolds("captures", "a row a payment, held and then paid", true),
	}
}
