package contract_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
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
		keyed("no-dedupe", "B50: every copy counts", func(*zooHandler, *zooDelivery) []string { return nil }).racing("resilience/hang-up"),
		zooWith("every-copy-later", "B50: every copy counts, when the worker has its turn", func(z *zooHandler) {
			z.keys = func(*zooDelivery) []string { return nil }
			z.handle = func(d *zooDelivery) error { return z.laterBy(time.Second, d) }
		}).racing("resilience/hang-up"),
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
		}).racing("resilience/hang-up"),
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
		keyed("by-signature", "each attempt has another", func(z *zooHandler, d *zooDelivery) []string { return []string{z.header(d)} }).racing("resilience/hang-up"),
		keyed("by-request", "several events come from one request", func(z *zooHandler, d *zooDelivery) []string {
			if d.event.Request != nil && d.event.Request.IdempotencyKey != "" {
				return append(z.eventAndFact(d), d.event.Request.IdempotencyKey)
			}
			return z.eventAndFact(d)
		}),
		keyed("ids-folded", "a collation that takes A and a for one letter", func(z *zooHandler, d *zooDelivery) []string {
			keys := z.eventAndSession(d)
			keys[0] = strings.ToLower(keys[0])
			return keys
		}),
		zooWith("twins", "B58: two events for one thing count twice", func(z *zooHandler) { z.keys = z.eventAndSession }).
			saying(func(s *contract.Subject) { s.OncePerObject = true }),
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
		keyed("refunds-by-charge", "B59: the second partial refund of a charge is dropped", func(z *zooHandler, d *zooDelivery) []string {
			if kind(d, "charge.refunded") {
				return []string{d.event.ID, "refund of " + zooField(d, "id")}
			}
			return z.eventAndFact(d)
		}).handling("charge.refunded"),
		keyed("no-id-once", "dedupes by object, and takes all that have no id for one", func(z *zooHandler, d *zooDelivery) []string {
			if zooField(d, "id") == "" {
				return []string{d.event.ID, string(d.event.Type)}
			}
			return z.eventAndFact(d)
		}),
		keyed("invoice-twice", "B58: counts an invoice that is paid and its payment that succeeded", func(z *zooHandler, d *zooDelivery) []string {
			if kind(d, "invoice.") {
				return []string{d.event.ID}
			}
			return z.eventAndFact(d)
		}).handling("invoice.paid", "invoice.payment_succeeded"),
		zooWith("short-memory", "B52: remembers for less time than Stripe retries", func(z *zooHandler) { remembersFew(z, 100) }),
		zooWith("copy-is-500", "B54: a unique violation is an internal error", func(z *zooHandler) { z.duplicate = errors.New("duplicate key") }),
		zooWith("copy-is-409", "B54: refuses what it has already", func(z *zooHandler) {
			z.duplicate = &zooError{http.StatusConflict, "seen before"}
		}),
	}
}

// zooLossBugs lose events, when something fails or when much happens at once.
func zooLossBugs() []zooBug {
	return []zooBug{
		zooWith("work-dropped", "a worker that logs what fails, and takes the next", func(z *zooHandler) {
			z.handle, z.answer = z.dropping, zooAnswerWith(http.StatusAccepted)
		}),
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
		zooWith("errors-swallowed", "B55: returns 200 whatever happened", func(z *zooHandler) {
			z.answer = func(d *zooDelivery, _ error) { d.w.WriteHeader(http.StatusOK) }
		}),
		zooWith("lost-in-background", "B56: answers when it has begun, and tries once", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				z.working.Go(func() { // which has the lock from here on
					defer z.mu.Unlock()
					if keys := z.keys(d); !z.known(keys) && z.apply(d) == nil {
						z.remember(keys...)
					}
				})
				return nil
			}
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
		zooWith("deadlock", "B77: copies at the same time end each other", func(z *zooHandler) {
			z.handle = z.unlessTogether(errors.New("deadlock"))
		}),
		zooWith("pool-of-four", "503 for what comes while all workers are busy, for 300 ms each", func(z *zooHandler) {
			workers := make(chan struct{}, 4)
			z.handle = func(d *zooDelivery) error {
				select {
				case workers <- struct{}{}:
				default:
					return &zooError{http.StatusServiceUnavailable, "all workers are busy"}
				}
				defer func() { <-workers }()
				time.Sleep(300 * time.Millisecond)
				return z.once(d)
			}
		}),
		zooWith("busy-drops", "B77: acknowledges events at the same time, and drops them", func(z *zooHandler) { z.handle = z.ifFree(nil) }).racing("idempotency/race-of-creation", "idempotency/race-of-updates", "resilience/hang-up"),
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
