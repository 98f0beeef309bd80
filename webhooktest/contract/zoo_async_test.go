package contract_test

import (
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// zooAsync are sound handlers that answer 202 and work later, each in another way.
func zooAsync() []zooBug {
	async := func(name, why string, change func(z *zooHandler)) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			change(z)
			z.answer = zooAnswerWith(http.StatusAccepted)
		})
	}
	after := func(name string, delay time.Duration) zooBug {
		return async(name, "the effect comes "+delay.String()+" after the response", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error { return z.laterBy(delay, d) }
		})
	}
	return []zooBug{
		after("after-5-ms", 5*time.Millisecond),
		after("after-50-ms", 50*time.Millisecond),
		after("after-500-ms", 500*time.Millisecond),
		async("repeats-in-15-s", "a worker that tries again in a quarter of a minute", func(z *zooHandler) { z.handle = z.repeating(15 * time.Second) }),
		async("repeats-in-a-minute", "a worker that tries again in a minute", func(z *zooHandler) { z.handle = z.repeating(time.Minute) }),
		async("after-jitter", "the effect comes 5 to 200 ms after the response", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				return z.laterBy(5*time.Millisecond+rand.N(195*time.Millisecond), d)
			}
		}),
		async("one-worker", "a worker that takes 10 ms for each event, one after the other", func(z *zooHandler) {
			z.handle = z.queued(10 * time.Millisecond)
		}),
		async("drained-each-second", "a queue that is drained once a second", func(z *zooHandler) {
			z.handle = z.batched(time.Second)
		}),
	}
}

// queued has the effects one after the other, in the order of arrival.
func (z *zooHandler) queued(each time.Duration) func(*zooDelivery) error {
	var queue []*zooDelivery
	work := func() {
		for more := true; more; {
			time.Sleep(each)
			z.mu.Lock()
			if z.apply(queue[0]) != errZooDown {
				queue = queue[1:]
			}
			more = len(queue) > 0
			z.mu.Unlock()
		}
	}
	return func(d *zooDelivery) error {
		z.mu.Lock()
		defer z.mu.Unlock()
		keys := z.keys(d)
		if z.known(keys) {
			return z.duplicate
		}
		z.remember(keys...)
		if queue = append(queue, d); len(queue) == 1 {
			z.working.Go(work)
		}
		return nil
	}
}

// zooEarlySound are sound ways with an update of what is not known yet. The sound
// handler has another: it inserts what it does not know.
func zooEarlySound() []zooBug {
	return []zooBug{
		zooWith("early-update-fetched", "asks the API for the subscription as it is now", func(z *zooHandler) {
			z.api = new(stripeapi.Server)
			fetch := func(d *zooDelivery) error {
				if object, ok := z.api.Object("subscription", zooField(d, "id")); ok {
					d.event.Data.Raw = object
				}
				return z.subscribed(d)
			}
			z.effects["customer.subscription.created"] = fetch
			z.effects["customer.subscription.updated"] = fetch
		}).saying(func(s *contract.Subject) { s.API = s.Handler.(*zooHandler).api }),
		zooWith("early-update-kept", "keeps the update until the creation comes", func(z *zooHandler) {
			kept := make(map[string][]*zooDelivery)
			z.effects["customer.subscription.updated"] = z.ifKnown(func(d *zooDelivery) error {
				kept[zooField(d, "id")] = append(kept[zooField(d, "id")], d)
				return nil
			})
			z.effects["customer.subscription.created"] = func(d *zooDelivery) error {
				err := z.subscribed(d)
				for _, update := range kept[zooField(d, "id")] {
					if err == nil {
						err = z.subscribed(update)
					}
				}
				delete(kept, zooField(d, "id"))
				return err
			}
		}),
		zooWith("refused-and-kept", "refuses the early update, and has its effect when the creation comes", func(z *zooHandler) {
			kept := make(map[string]*zooDelivery)
			z.effects["customer.subscription.updated"] = z.ifKnown(func(d *zooDelivery) error {
				kept[zooField(d, "id")] = d
				return &zooError{http.StatusConflict, "no such subscription yet"}
			})
			z.effects["customer.subscription.created"] = func(d *zooDelivery) error {
				err := z.subscribed(d)
				if update := kept[zooField(d, "id")]; err == nil && update != nil {
					err = z.subscribed(update)
				}
				return err
			}
		}),
		zooWith("updates-only", "does not handle the creation", func(z *zooHandler) {
			delete(z.effects, "customer.subscription.created")
		}).saying(func(s *contract.Subject) {
			s.Handles = []string{"payment_intent.succeeded", "customer.subscription.updated"}
		}),
	}
}

// ifKnown has the effect of a change if its subscription is known, and something else
// if it is not.
func (z *zooHandler) ifKnown(otherwise func(*zooDelivery) error) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		if _, known := z.subscriptions[zooField(d, "id")]; known {
			return z.subscribed(d)
		}
		return otherwise(d)
	}
}
