package webhooktest_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// zooOtherSecret is that of an endpoint's roll, or of its twin in the other mode.
const zooOtherSecret = "whsec_ZooTwin4Gk8VnQ2YwR6JtB1MxD9ZpHe3Cs"

// zooCustomer is whom a handler knows that knows its customers.
const zooCustomer = "cus_ZooVisitor4711"

// zooSound are handlers that fall short of no must: each is the sound one with
// another way of doing one thing right.
func zooSound() []zooBug {
	return slices.Concat(zooSoundAnswers(), zooSoundWork(), zooSoundStates())
}

func zooSoundAnswers() []zooBug {
	return []zooBug{
		zooWith("sound", "what the others differ from", func(*zooHandler) {}),
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
		zooWith("far-future-refused", "five minutes either way, as stripe-php", func(z *zooHandler) { z.construct = z.notLaterThan(5 * time.Minute) }),
		zooWith("half-minute-future", "clocks are kept by NTP", func(z *zooHandler) { z.construct = z.notLaterThan(30 * time.Second) }),
		zooWith("replay-refused", "an attempt to the byte is no retry of Stripe's", func(z *zooHandler) { z.construct = z.noReplay() }),
		zooWith("64-KiB", "the cap of the example in stripe-go", func(z *zooHandler) { z.maxBody = 64 << 10 }),
		zooWith("100-kB", "the cap of Express: more is a should", func(z *zooHandler) { z.maxBody = 100 << 10 }),
		zooWith("second-secret", "the endpoint's is the second of two", func(z *zooHandler) { z.secrets = []string{zooOtherSecret, zooSecret} }),
		zooWith("both-secrets", "each of two by itself", func(z *zooHandler) { z.secrets = []string{zooSecret, zooOtherSecret} }).
			saying(func(s *webhooktest.Subject) { s.Secrets = []string{zooOtherSecret} }),
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
		}).slowly(),
		zooWith("subscriptions-later", "payments at once, the rest by a worker", func(z *zooHandler) {
			z.handle = func(d *zooDelivery) error {
				if strings.HasPrefix(string(d.event.Type), "payment_intent.") {
					return z.once(d)
				}
				return z.laterBy(700*time.Millisecond, d)
			}
		}).slowly(),
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
		zooWith("minds-hang-ups", "gives up before the effect when nobody waits for the answer", func(z *zooHandler) {
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
		zooWith("test-mode-only", "acknowledges the other mode without an effect", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return d.event.Livemode })
		}).saying(func(s *webhooktest.Subject) { s.Mode = true }),
		zooWith("tenants-only", "acknowledges accounts that it does not know without an effect", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool { return d.event.Account != "" })
		}).saying(func(s *webhooktest.Subject) { s.Connect = true }),
		zooWith("own-customers", "acknowledges payments of strangers without an effect", func(z *zooHandler) {
			z.handle = z.unless(zooStranger)
		}).saying(zooBound),
	}
}

func zooSoundStates() []zooBug {
	shows := func(name, why string, show func(z *zooHandler) any) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.show = func() any { return show(z) } })
	}
	type object = map[string]any
	return []zooBug{
		shows("ledger", "a row for every event, of unknown types too", func(z *zooHandler) any { return slices.Clone(z.records) }),
		shows("map-by-event", "a map keyed by event id", func(z *zooHandler) any {
			rows := make(map[string]zooRecord)
			for _, record := range z.records {
				rows[record.ID] = record
			}
			return rows
		}),
		shows("map-by-object", "a map keyed by payment", func(z *zooHandler) any {
			rows := make(object)
			for _, payment := range z.payments {
				rows[payment.ID] = object{"status": "paid", "amount": payment.Amount}
			}
			return object{"payments": rows, "subscriptions": z.everything().(object)["subscriptions"]}
		}),
		shows("counts-by-type", "how many of each type, of unknown types too", func(z *zooHandler) any {
			counts := make(map[string]int)
			for _, record := range z.records {
				counts[record.Type]++
			}
			return counts
		}),
		shows("counters", "numbers only", func(z *zooHandler) any {
			return object{"payments": len(z.payments), "total": z.total, "disputes": len(z.disputes), "refunds": len(z.refunds),
				"balances": len(z.balances), "fulfilled": len(z.fulfilled), "subscriptions": len(z.subscriptions)}
		}),
		shows("number", "one number", func(z *zooHandler) any { return z.total }),
		shows("floats", "amounts in dollars", func(z *zooHandler) any { return object{"revenue": float64(z.total) / 100} }),
		shows("log-lines", "a list of lines", func(z *zooHandler) any { return slices.Clone(z.log) }),
		shows("text", "lines in one text", func(z *zooHandler) any { return strings.Join(z.log, "\n") }),
		zooWith("serial-rows", "rows with a serial number and the time", func(z *zooHandler) {
			var rows []object
			z.show = func() any {
				for len(rows) < len(z.log) {
					rows = append(rows, object{"id": len(rows) + 1, "line": z.log[len(rows)], "at": time.Now().Format(time.RFC3339Nano)})
				}
				return object{"rows": slices.Clone(rows)}
			}
		}),
		shows("last-three", "a window of three lines", func(z *zooHandler) any { return slices.Clone(z.log[max(0, len(z.log)-3):]) }),
		shows("hash", "a hash of everything", func(z *zooHandler) any {
			return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(z.log, "\n"))))
		}),
		shows("null-at-first", "nothing until there is something", func(z *zooHandler) any {
			if len(z.log) == 0 {
				return nil
			}
			return z.everything()
		}),
		shows("copies-counted", "a metric of the copies that it dropped", func(z *zooHandler) any {
			state := z.everything().(object)
			state["duplicates"] = len(z.deliveries) - len(z.records)
			return state
		}),
		shows("deliveries-listed", "a row for every genuine delivery, of copies too", func(z *zooHandler) any {
			state := z.everything().(object)
			state["deliveries"] = slices.Clone(z.deliveries)
			return state
		}),
		shows("access-log", "a line for every request, of forgeries too", func(z *zooHandler) any {
			state := z.everything().(object)
			state["requests"], state["access"] = len(z.requests), slices.Clone(z.requests)
			return state
		}),
		zooWith("heartbeat", "numbers that move by themselves", func(z *zooHandler) {
			started, reads := time.Now(), 0
			z.show = func() any {
				reads++
				state := z.everything().(object)
				state["uptime_ms"], state["reads"] = time.Since(started).Milliseconds(), reads
				return state
			}
		}),
	}
}
