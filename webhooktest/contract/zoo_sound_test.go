package contract_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooOtherSecret is that of an endpoint's roll, or of its twin in the other mode.
const zooOtherSecret = "whsec_ZooTwin4Gk8VnQ2YwR6JtB1MxD9ZpHe3Cs"

// zooCustomer is whom a handler knows that knows its customers.
const zooCustomer = "cus_ZooVisitor4711"

// zooSound are handlers that fall short of no must: each is the sound one with
// another way of doing one thing right.
func zooSound() []zooBug {
	return slices.Concat(zooSoundAnswers(), zooSoundWork(), zooAsync(), zooEarlySound(), zooSoundStates(), zooSoundShapes(), zooSoundRaces(), zooSoundPages(), zooLooseSound(), zooPurchaseSound(), zooRefundSound(), zooLateSound(), zooAgainSound(), zooPeriodSound())
}

func zooSoundAnswers() []zooBug {
	return []zooBug{
		zooWith("sound", "what the others differ from", func(*zooHandler) {}),
		zooSaaS("saas", "checkouts, updates and deletions only", func(*zooHandler) {}),
		zooWith("refuses-with-401", "any status but 2xx refuses", func(z *zooHandler) { z.refuse = zooRefuseWith(http.StatusUnauthorized) }),
		zooWith("refuses-with-403", "as Laravel Cashier does", func(z *zooHandler) { z.refuse = zooRefuseWith(http.StatusForbidden) }),
		zooWith("refuses-with-404", "tells strangers nothing", func(z *zooHandler) { z.refuse = zooRefuseWith(http.StatusNotFound) }),
		zooWith("refuses-with-500", "as the example in stripe-go does: 4xx is a should", func(z *zooHandler) {
			z.refuse = zooRefuseWith(http.StatusInternalServerError)
		}),
		zooWith("refuses-with-reason", "prints stripe-go's error, as Stripe's examples do", func(z *zooHandler) {
			z.refuse = func(d *zooDelivery, err error) { http.Error(d.w, err.Error(), http.StatusBadRequest) }
		}),
		zooWith("answers-204", "no content", func(z *zooHandler) { z.answer = zooAnswerWith(http.StatusNoContent) }),
		zooWith("answers-json", "the body is nobody's business", func(z *zooHandler) {
			z.answer = func(d *zooDelivery, err error) {
				zooAnswerWith(http.StatusOK)(d, err)
				if err == nil {
					fmt.Fprintf(d.w, `{"received":true,"id":%q}`, d.event.ID)
				}
			}
		}),
		zooWith("refuses-with-hint", "says what the secret should look like, and not which it is", func(z *zooHandler) {
			z.refuse = func(d *zooDelivery, _ error) {
				http.Error(d.w, "wrong signature: is STRIPE_WEBHOOK_SECRET the endpoint's (whsec_...)?", http.StatusBadRequest)
			}
		}),
		zooWith("documented-secret", "its own secret is one that others have left in", func(z *zooHandler) {
			z.secrets = []string{webhooktest.DefaultSecret}
		}).saying(func(s *contract.Subject) { s.Secret = webhooktest.DefaultSecret }),
		zooWith("far-future-refused", "five minutes either way, as stripe-php", func(z *zooHandler) { z.construct = z.notLaterThan(5 * time.Minute) }),
		zooWith("half-minute-future", "clocks are kept by NTP", func(z *zooHandler) { z.construct = z.notLaterThan(30 * time.Second) }),
		zooWith("replay-refused", "an attempt to the byte is no retry of Stripe's", func(z *zooHandler) { z.construct = z.noReplay() }),
		zooWith("64-KiB", "the cap of the example in stripe-go", func(z *zooHandler) { z.maxBody = 64 << 10 }),
		zooWith("100-kB", "the cap of Express: more is a should", func(z *zooHandler) { z.maxBody = 100 << 10 }),
		zooWith("second-secret", "the endpoint's is the second of two", func(z *zooHandler) { z.secrets = []string{zooOtherSecret, zooSecret} }),
		zooWith("both-secrets", "each of two by itself", func(z *zooHandler) { z.secrets = []string{zooSecret, zooOtherSecret} }).
			saying(func(s *contract.Subject) { s.Secrets = []string{zooOtherSecret} }),
		zooWith("no-other-train", "a typed SDK refuses versions of a train it does not know", func(z *zooHandler) {
			z.construct = func(d *zooDelivery) (stripe.Event, error) {
				event, err := z.verified(d)
				if err == nil && strings.Contains(event.APIVersion, ".") {
					err = errors.New("version " + event.APIVersion)
				}
				return event, err
			}
		}),
	}
}

func zooSoundWork() []zooBug {
	return []zooBug{
		zooWith("works-later", "202, and the effect 20 ms later", func(z *zooHandler) { z.handle, z.answer = z.later, zooAnswerWith(http.StatusAccepted) }),
		zooWith("works-a-second-later", "a queue that is polled each second", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error { return z.laterBy(time.Second, d) }
		}),
		zooWith("subscriptions-later", "payments at once, the rest by a worker", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				if strings.HasPrefix(string(d.event.Type), "payment_intent.") {
					return z.once(d)
				}
				return z.laterBy(700*time.Millisecond, d)
			}
		}),
		zooWith("inbox", "an inbox whose rows are pending for 50 ms", func(z *zooHandler) {
			inbox := make(map[string]string)
			z.handle = func(d *zooDelivery) error { return z.laterBy(50*time.Millisecond, d) }
			z.remember = func(keys ...string) {
				for _, key := range keys {
					z.seen[key] = true
				}
				inbox[keys[0]] = "pending"
			}
			z.show = func() any {
				for _, record := range z.records {
					inbox[record.ID] = "processed"
				}
				return zooBeside(z, "inbox", maps.Clone(inbox))
			}
		}),
		zooWith("batches", "writes every 500 ms what has come until then", func(z *zooHandler) {
			z.handle = z.batched(500 * time.Millisecond)
		}),
		zooWith("rate-limited", "429 and Retry-After from the 31st request in a second on", func(z *zooHandler) {
			z.gate = z.limited(30)
		}),
		zooWith("hiccups", "503 now and then, before anything is done", func(z *zooHandler) {
			var deliveries atomic.Int64
			z.handle = func(d *zooDelivery) error {
				if deliveries.Add(1)%70 == 0 {
					return &zooError{http.StatusServiceUnavailable, "no connection to the database"}
				}
				return z.once(d)
			}
		}),
		zooWith("unique-key", "409 for the copies that come while one is at work", func(z *zooHandler) { z.handle = z.claimed }),
		zooWith("one-at-a-time", "503 and Retry-After while another event is at work", func(z *zooHandler) {
			z.handle = z.ifFree(&zooError{http.StatusServiceUnavailable, "busy"})
		}),
		zooWith("minds-hang-ups", "gives up before the effect when nobody waits for the response", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				if err := zooStillThere(d); err != nil {
					return err
				}
				return z.once(d)
			}
		}),
		zooWith("waits-for-object", "409 for a change of what it does not know yet", func(z *zooHandler) {
			for _, change := range []string{"customer.subscription.updated", "customer.subscription.deleted"} {
				z.effects[change] = func(d *zooDelivery) error {
					if _, known := z.subscriptions[zooField(d, "id")]; !known {
						return &zooError{http.StatusConflict, "no such subscription yet"}
					}
					return z.subscribed(d)
				}
			}
		}),
		zooWith("twins-are-two", "dedupes by event alone, as all SDK examples do", func(z *zooHandler) { z.keys = z.eventAndSession }),
		zooWith("more-types", "what the others are not asked for", func(*zooHandler) {}).handling(zooMore...),
		zooWith("over-network", "what the others are not asked for", func(*zooHandler) {}).served(),
		zooWith("checks-order", "acknowledges what does not fit its order without an effect", func(z *zooHandler) {
			z.ordered(func(session stripe.CheckoutSession) bool {
				return session.AmountTotal == 4800 && session.Currency == "usd"
			})
		}).saying(zooOrders),
		zooWith("test-mode-only", "acknowledges the other mode without an effect", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return d.event.Livemode })
		}).saying(func(s *contract.Subject) { s.Mode = true }),
		zooWith("tenants-only", "acknowledges accounts that it does not know without an effect", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return d.event.Account != "" })
		}).saying(func(s *contract.Subject) { s.Connect = true }),
		zooWith("own-customers", "acknowledges payments of strangers without an effect", func(z *zooHandler) {
			z.handle = z.unless(zooStranger)
		}).saying(zooBound),
	}
}
