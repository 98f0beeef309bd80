package contract_test

import (
	"context"
	"maps"
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

// zooSessions is such a handler, whose rows the session in mode subscription makes. Other
// events change them if it takes them, at their time.
func zooSessions(name, why string, takes func(*zooHandler, *zooDelivery) bool) zooBug {
	return zooSaaS(name, why, func(z *zooHandler) {
		z.effects["checkout.session.completed"] = z.begun
		z.effects["invoice.paid"] = z.invoiced
		for _, change := range []string{"customer.subscription.updated", "customer.subscription.deleted", "invoice.paid"} {
			effect := z.effects[change]
			z.effects[change] = func(d *zooDelivery) error {
				if !takes(z, d) {
					return nil
				}
				return effect(d)
			}
		}
	}).handling("invoice.paid").shaping("checkout.session.completed", "subscription")
}

// begun makes a row for the subscription of a session, unless there is one.
func (z *zooHandler) begun(d *zooDelivery) error {
	id := zooField(d, "subscription")
	if _, known := z.subscriptions[id]; !known && id != "" {
		z.subscriptions[id] = zooSubscription{Status: "active", first: true}
	}
	return nil
}

// stamped makes a row for the subscription of a session, unless there is one, and takes the
// time of the session for that of the subscription's last change.
func (z *zooHandler) stamped(d *zooDelivery) error {
	id := zooField(d, "subscription")
	if _, known := z.subscriptions[id]; !known && id != "" {
		z.subscriptions[id] = zooSubscription{Status: "active", created: d.event.Created, arrival: d.arrival}
	}
	return nil
}

// zooSince is such a handler whose rows say since when they are known, which depends on what
// came first: the session does not say it.
func zooSince(name, why string, change func(*zooHandler)) zooBug {
	bug := zooSessions(name, why, func(*zooHandler, *zooDelivery) bool { return true })
	build := bug.build
	bug.build = func() (http.Handler, func(context.Context) (any, error)) {
		handler, state := build()
		z := handler.(*zooHandler)
		change(z)
		since := make(map[string]int64)
		for eventType, field := range map[string]string{"checkout.session.completed": "subscription", "customer.subscription.updated": "id", "customer.subscription.deleted": "id"} {
			effect := z.effects[eventType]
			z.effects[eventType] = func(d *zooDelivery) error {
				if _, known := since[zooField(d, field)]; !known {
					since[zooField(d, field)] = map[bool]int64{true: d.event.Created}[field == "id"]
				}
				return effect(d)
			}
		}
		z.show = func() any {
			rows := []zooObject{}
			for _, id := range slices.Sorted(maps.Keys(z.subscriptions)) {
				rows = append(rows, zooObject{"subscription": id, "status": z.subscriptions[id].Status, "since": since[id]})
			}
			return zooBeside(z, "subscriptions", rows)
		}
		return z, state
	}
	return bug
}

// knows reports whether there is a row for the subscription of an event.
func (z *zooHandler) knows(d *zooDelivery) bool {
	id := zooField(d, "subscription")
	if id == "" {
		id = zooField(d, "id")
	}
	_, known := z.subscriptions[id]
	return known
}

// zooNewerObject compares the times at which objects were created.
func zooNewerObject(old, now zooSubscription) bool {
	return !old.ended && now.began >= old.began && !(now.first && old.created > 0)
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
		zooWith("seats-overwritten", "an older update overwrites a newer one, and the state shows numbers alone", func(z *zooHandler) {
			z.newer = func(old, now zooSubscription) bool { return !old.ended && !now.first }
			z.show = func() any { return zooBeside(z, "subscriptions", z.seats()) }
		}),
		newer("ordered-by-object", "takes the object's created, which never changes, for the time of the change", zooNewerObject),
		zooSaaS("saas-ordered-by-object", "the same, with a checkout for the creation", func(z *zooHandler) { z.newer = zooNewerObject }),
		newer("created-overwrites", "B60: creation overwrites whatever is known", func(old, now zooSubscription) bool {
			return !old.ended && now.first || zooNewer(old, now)
		}),
		newer("ended-overwritten", "B61: an update that comes after the end overwrites it", func(old, now zooSubscription) bool {
			return old.ended && !now.first || zooNewer(old, now)
		}),
		zooWith("flag-overwritten", "B61: the same, and a 1 is all that its row shows of it", func(z *zooHandler) {
			z.newer = func(old, now zooSubscription) bool { return old.ended && !now.first || zooNewer(old, now) }
			z.show = func() any { return zooFlags(z, nil) }
		}),
		zooWith("ended-overwritten-in-books", "B61: the same, in rows with what is no state beside it", func(z *zooHandler) {
			z.keepBooks(func(old, now zooSubscription) bool { return old.ended && !now.first || zooNewer(old, now) })
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
		newer("same-second-revives", "created < last, and nothing else keeps what has ended", func(old, now zooSubscription) bool {
			return now.created >= old.created && !(now.first && old.created > 0)
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
		zooSaaS("revives-in-documents", "the same, deep inside its user's document", func(z *zooHandler) {
			z.newer = func(_, now zooSubscription) bool { return !now.first }
			z.show = func() any { return zooBeside(z, "subscriptions", z.documents()) }
		}),
		zooSaaS("revives-paid-until", "the same, and a row says until when it is paid once an update has said so", func(z *zooHandler) {
			z.newer = func(_, now zooSubscription) bool { return !now.first }
			z.show = func() any { return zooBeside(z, "subscriptions", z.paidUntil()) }
		}),
		zooSaaS("saas-unpaid-fulfilled", "ships when the page is completed, and never hears of the money", func(z *zooHandler) {
			z.effects["checkout.session.completed"] = z.fulfilUnpaid
		}),
		zooSaaS("saas-linked", "404 for a subscription until a checkout has linked it to a user", func(z *zooHandler) {
			z.linked(&zooError{http.StatusNotFound, "no such user"})
		}),
		zooSaaS("saas-linked-or-ignored", "drops what comes before a checkout has linked a subscription to a user", func(z *zooHandler) { z.linked(nil) }),
		zooSaaS("cards-linked", "404 for cards too that no checkout has stored yet", func(z *zooHandler) {
			z.linked(&zooError{http.StatusNotFound, "no such user"})
			z.effects["setup_intent.succeeded"] = func(d *zooDelivery) error {
				if !z.seen["linked "+zooField(d, "id")] {
					return &zooError{http.StatusNotFound, "no such user"}
				}
				z.note("card %s", zooField(d, "id"))
				return nil
			}
		}).handling("setup_intent.succeeded"),
		zooSessions("early-events-dropped", "the session makes the row, and what comes before it is acknowledged and dropped", (*zooHandler).knows),
		zooSaaS("session-is-newest", "an update that is older than the session is skipped", func(z *zooHandler) {
			z.effects["checkout.session.completed"] = z.stamped
		}).shaping("checkout.session.completed", "subscription"),
		zooSince("revives-since", "a late update makes a canceled subscription active, and the row says since when it is known", func(z *zooHandler) {
			z.newer = func(old, now zooSubscription) bool { return old.ended && !now.first || zooNewer(old, now) }
		}),
		zooSessions("early-end-dropped", "the same of deletions alone", func(z *zooHandler, d *zooDelivery) bool {
			return d.event.Type != "customer.subscription.deleted" || z.knows(d)
		}),
		zooWith("early-invoice-dropped", "acknowledges the invoice of a subscription that it does not know yet, and drops it", func(z *zooHandler) {
			z.effects["invoice.paid"] = func(d *zooDelivery) error {
				if _, known := z.subscriptions[zooField(d, "subscription")]; !known {
					return nil
				}
				return z.invoiced(d)
			}
		}).handling("invoice.paid"),
		zooSaaS("saas-early-invoice-dropped", "the same with the usual types of a SaaS, which stores a subscription at its update", func(z *zooHandler) {
			z.links()
			z.effects["invoice.paid"] = func(d *zooDelivery) error {
				if _, known := z.subscriptions[zooField(d, "subscription")]; !known {
					return nil
				}
				return z.invoiced(d)
			}
		}).handling("invoice.paid").shaping("checkout.session.completed", "subscription"),
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
