package contract_test

import (
	"net/http"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooSaaS is the handler of most products that are paid for by the month: it hears of
// no creation. What it does for payments nobody is told.
func zooSaaS(name, why string, change func(*zooHandler)) zooBug {
	handled := []string{"checkout.session.completed", "customer.subscription.updated", "customer.subscription.deleted"}
	return zooWith(name, why, func(z *zooHandler) {
		for eventType := range z.effects {
			if !slices.Contains(handled, eventType) && eventType != "payment_intent.succeeded" {
				delete(z.effects, eventType)
			}
		}
		change(z)
	}).saying(func(s *contract.Subject) { s.Handles = handled })
}

// zooOrderBugs believe whatever comes last, or not enough of it.
func zooOrderBugs() []zooBug {
	newer := func(name, why string, newer func(old, now zooSubscription) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.newer = newer })
	}
	return []zooBug{
		newer("stale-overwrites", "B60: an older update overwrites a newer one", func(old, now zooSubscription) bool {
			return !old.ended && !now.first
		}),
		newer("created-overwrites", "B60: creation overwrites whatever is known", func(old, now zooSubscription) bool {
			return !old.ended && now.first || zooNewer(old, now)
		}),
		newer("ended-overwritten", "B61: an update that comes after the end overwrites it", func(old, now zooSubscription) bool {
			return old.ended && !now.first || zooNewer(old, now)
		}),
		zooWith("resurrects", "B61: deletes the row, and makes it anew for a late event", func(z *zooHandler) {
			z.effects["customer.subscription.deleted"] = func(d *zooDelivery) error {
				delete(z.subscriptions, zooField(d, "id"))
				z.note("deleted %s", zooField(d, "id"))
				return nil
			}
		}),
		newer("same-second-dropped", "B62: created <= last", func(old, now zooSubscription) bool {
			return zooNewer(old, now) && now.created > old.created
		}),
		zooWith("second-by-second", "B62: created <= the last of all events", func(z *zooHandler) {
			last := int64(0)
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				old := d.event.Created <= last
				z.mu.Unlock()
				if old {
					return nil
				}
				err := z.once(d)
				z.mu.Lock()
				defer z.mu.Unlock()
				if err == nil {
					last = max(last, d.event.Created)
				}
				return err
			}
		}),
		zooSaaS("revives-canceled", "a late update makes a canceled subscription active", func(z *zooHandler) {
			z.newer = func(_, now zooSubscription) bool { return !now.first }
		}),
		zooSaaS("saas-unpaid-fulfilled", "ships when the page is completed, and never hears of the money", func(z *zooHandler) {
			z.effects["checkout.session.completed"] = z.fulfilUnpaid
		}),
		zooWith("early-invoice-dropped", "acknowledges the invoice of a subscription that it does not know yet, and drops it", func(z *zooHandler) {
			z.effects["invoice.paid"] = func(d *zooDelivery) error {
				if _, known := z.subscriptions[zooField(d, "subscription")]; !known {
					return nil
				}
				return z.invoiced(d)
			}
		}).handling("invoice.paid"),
		zooWith("early-update-is-404", "refuses a change of what it does not know yet, until Stripe's retry", func(z *zooHandler) {
			z.effects["customer.subscription.updated"] = z.ifKnown(func(*zooDelivery) error {
				return &zooError{http.StatusNotFound, "no such subscription"}
			})
		}),
		zooWith("early-update-dropped", "acknowledges a change of what it does not know yet, and drops it", func(z *zooHandler) {
			for _, change := range []string{"customer.subscription.updated", "customer.subscription.deleted"} {
				z.effects[change] = func(d *zooDelivery) error {
					if _, known := z.subscriptions[zooField(d, "id")]; !known {
						return nil
					}
					return z.subscribed(d)
				}
			}
		}),
	}
}
