package webhooktest_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// zooRepeatBugs count copies twice, or distinct events once.
func zooRepeatBugs() []zooBug {
	keyed := func(name, why string, keys func(z *zooHandler, d *zooDelivery) []string) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.keys = func(d *zooDelivery) []string { return keys(z, d) }
		})
	}
	kind := func(d *zooDelivery, prefix string) bool { return strings.HasPrefix(string(d.event.Type), prefix) }
	return []zooBug{
		keyed("no-dedupe", "B50: every copy counts", func(*zooHandler, *zooDelivery) []string { return nil }),
		zooWith("check-then-insert", "B51: looks, works, then remembers", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				defer z.mu.Unlock()
				keys := z.keys(d)
				if z.known(keys) {
					return z.duplicate
				}
				z.pause(time.Millisecond)
				if err := z.apply(d); err != nil {
					return err
				}
				z.remember(keys...)
				return nil
			}
		}),
		zooWith("memory-ledger", "B52: a restart forgets what was seen", func(z *zooHandler) { z.restart = func() { clear(z.seen) } }),
		zooWith("last-id-only", "remembers the last event", func(z *zooHandler) {
			z.remember = func(keys ...string) {
				clear(z.seen)
				for _, key := range keys {
					z.seen[key] = true
				}
			}
		}),
		keyed("by-body", "the same event with another pending_webhooks is another", func(_ *zooHandler, d *zooDelivery) []string {
			return []string{fmt.Sprintf("%x", sha256.Sum256(d.body))}
		}),
		keyed("by-signature", "each attempt has another", func(z *zooHandler, d *zooDelivery) []string { return []string{z.header(d)} }),
		keyed("by-request", "several events come from one request", func(z *zooHandler, d *zooDelivery) []string {
			if d.event.Request != nil && d.event.Request.IdempotencyKey != "" {
				return append(z.eventAndFact(d), d.event.Request.IdempotencyKey)
			}
			return z.eventAndFact(d)
		}),
		keyed("ids-folded", "a collation that takes A and a for one letter", func(z *zooHandler, d *zooDelivery) []string {
			keys := z.eventAndFact(d)
			keys[0] = strings.ToLower(keys[0])
			return keys
		}),
		zooWith("twins", "B58: two events for one thing count twice", func(z *zooHandler) { z.keys = z.eventAndSession }).
			saying(func(s *webhooktest.Subject) { s.OncePerObject = true }),
		keyed("session-twice", "B58: fulfils for the completed page and for the slow payment", func(z *zooHandler, d *zooDelivery) []string {
			if kind(d, "checkout.session.") {
				return []string{d.event.ID}
			}
			return z.eventAndFact(d)
		}),
		keyed("updates-once", "B59: dedupes by type and object, so that the second update is dropped", func(z *zooHandler, d *zooDelivery) []string {
			if kind(d, "customer.subscription.") {
				return []string{d.event.ID, string(d.event.Type) + zooField(d, "id")}
			}
			return z.eventAndFact(d)
		}),
		keyed("objects-once", "B59: dedupes by object, so that only the first event of each counts", func(z *zooHandler, d *zooDelivery) []string {
			if id := zooField(d, "id"); id != "" {
				return []string{id}
			}
			return []string{d.event.ID}
		}),
		keyed("refunds-by-payment", "B59: the second partial refund of a payment is dropped", func(z *zooHandler, d *zooDelivery) []string {
			if kind(d, "refund.created") {
				return []string{d.event.ID, "refund of " + zooField(d, "payment_intent")}
			}
			return z.eventAndFact(d)
		}),
		zooWith("copy-is-500", "B54: a unique violation is an internal error", func(z *zooHandler) { z.duplicate = errors.New("duplicate key") }),
		zooWith("copy-is-409", "B54: refuses what it has already", func(z *zooHandler) {
			z.duplicate = &zooError{http.StatusConflict, "seen before"}
		}),
	}
}

// zooLossBugs lose events, when something fails or when much happens at once.
func zooLossBugs() []zooBug {
	return []zooBug{
		zooWith("marked-first", "B53: remembers before the effect, which may fail", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				defer z.mu.Unlock()
				keys := z.keys(d)
				if z.known(keys) {
					return z.duplicate
				}
				z.remember(keys...)
				return z.apply(d)
			}
		}),
		zooWith("hang-up-loses", "B53: remembers, and stops when the sender hangs up", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				defer z.mu.Unlock()
				keys := z.keys(d)
				if z.known(keys) {
					return z.duplicate
				}
				z.remember(keys...)
				z.mu.Unlock()
				err := zooStillThere(d)
				z.mu.Lock()
				if err == nil {
					err = z.apply(d)
				}
				if errors.Is(err, errZooDown) {
					z.forget(keys)
				}
				return err
			}
		}),
		zooWith("hang-up-doubles", "B50: takes the memory back when the sender hangs up, but not the effect", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				err := z.once(d)
				if err == nil {
					err = zooStillThere(d)
				}
				if err != nil {
					z.mu.Lock()
					defer z.mu.Unlock()
					z.forget(z.keys(d))
				}
				return err
			}
		}),
		zooWith("stuck-claim", "B53: a claim outlives the failure of its work", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				err := z.claimed(d)
				if errors.Is(err, errZooDown) {
					z.mu.Lock()
					defer z.mu.Unlock()
					z.claims[d.event.ID] = true
				}
				return err
			}
		}),
		zooWith("errors-swallowed", "B55: answers 200 whatever happened", func(z *zooHandler) {
			z.answer = func(d *zooDelivery, _ error) { d.w.WriteHeader(http.StatusOK) }
		}),
		zooWith("lost-in-background", "B56: answers first, and tries once", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error { return z.laterIf(d, func() bool { return true }) }
		}),
		zooWith("lost-at-restart", "B56: a queue in memory", func(z *zooHandler) {
			life := 0
			z.restart = func() { life++ }
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				begun := life
				z.mu.Unlock()
				return z.laterIf(d, func() bool { return life == begun })
			}
		}),
		zooWith("lost-update", "reads a number, works, and writes it back", func(z *zooHandler) {
			z.handle = z.claimed
			z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
				before := z.total
				z.pause(time.Millisecond)
				missed := z.total - before
				err := z.paid(d)
				z.total -= missed
				return err
			}
		}),
		zooWith("busy-is-500", "B77: events at the same time are an internal error", func(z *zooHandler) { z.handle = z.ifFree(errors.New("deadlock")) }),
		zooWith("busy-drops", "B77: acknowledges events at the same time, and drops them", func(z *zooHandler) { z.handle = z.ifFree(nil) }),
	}
}

func (z *zooHandler) forget(keys []string) {
	for _, key := range keys {
		delete(z.seen, key)
	}
}

// laterIf has the effect in the background, once and if all is still well.
func (z *zooHandler) laterIf(d *zooDelivery, still func() bool) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	keys := z.keys(d)
	if z.known(keys) {
		return z.duplicate
	}
	z.remember(keys...)
	z.working.Go(func() {
		time.Sleep(20 * time.Millisecond)
		z.mu.Lock()
		defer z.mu.Unlock()
		if still() {
			_ = z.apply(d)
		}
	})
	return nil
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
