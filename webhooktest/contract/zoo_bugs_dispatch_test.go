package contract_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooDispatchBugs do something for the wrong types, or nothing for the right ones.
func zooDispatchBugs() []zooBug {
	routing := func(name, why string, route func(z *zooHandler, eventType string) string) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.route = func(eventType string) string { return route(z, eventType) }
		})
	}
	return []zooBug{
		zooWith("unknown-is-400", "B30: refuses types that it does not handle", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if z.effects[string(d.event.Type)] == nil {
					return &zooError{http.StatusBadRequest, "unexpected type"}
				}
				return nil
			})
		}),
		zooWith("unknown-is-500", "B30: has a default branch that throws", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if z.effects[string(d.event.Type)] == nil {
					return errors.New("unexpected type")
				}
				return nil
			})
		}),
		zooWith("future-is-400", "B30: a closed enumeration of today's types", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if _, err := fixtures.DescribeEvent(string(d.event.Type)); err != nil {
					return &zooError{http.StatusBadRequest, "no such type"}
				}
				return nil
			})
		}),
		routing("by-prefix", "B34: dispatches by the beginning of the type", func(_ *zooHandler, eventType string) string {
			switch {
			case strings.HasPrefix(eventType, "payment_intent.succ"):
				return "payment_intent.succeeded"
			case strings.HasPrefix(eventType, "charge.dispute"):
				return "charge.dispute.created"
			}
			return eventType
		}),
		routing("by-suffix", "B34: dispatches by the end of the type", func(_ *zooHandler, eventType string) string {
			if strings.HasSuffix(eventType, "payment_intent.succeeded") {
				return "payment_intent.succeeded"
			}
			return eventType
		}),
		routing("by-kind", "B34: every event of a payment intent is a payment", func(_ *zooHandler, eventType string) string {
			if strings.HasPrefix(eventType, "payment_intent.") {
				return "payment_intent.succeeded"
			}
			return eventType
		}),
		zooWith("refunds-fail", "one of the types that it handles is a server error", func(z *zooHandler) {
			z.effects["refund.created"] = func(*zooDelivery) error { return errors.New("no such column") }
		}),
		routing("all-invoices", "takes the preview of an invoice for one", func(_ *zooHandler, eventType string) string {
			if strings.HasPrefix(eventType, "invoice.") {
				return "invoice.paid"
			}
			return eventType
		}).handling("invoice.paid"),
		zooWith("unpaid-fulfilled", "B37: ships when the page is completed", func(z *zooHandler) {
			z.effects["checkout.session.completed"] = z.fulfilUnpaid
		}),
		zooWith("async-forgotten", "B37: does not hear that a slow payment has arrived", func(z *zooHandler) {
			delete(z.effects, "checkout.session.async_payment_succeeded")
		}),
		zooWith("failed-fulfilled", "B37: ships what a slow payment did not pay for", func(z *zooHandler) {
			z.effects["checkout.session.async_payment_failed"] = z.fulfilUnpaid
		}).handling("checkout.session.async_payment_failed"),
		zooWith("canceled-for-good", "a declined card cancels the booking, and the next one pays for it", func(z *zooHandler) {
			bookings := make(map[string]zooObject)
			z.effects["payment_intent.payment_failed"] = func(d *zooDelivery) error {
				if bookings[zooField(d, "id")] == nil {
					bookings[zooField(d, "id")] = zooObject{"status": "canceled", "payment": "none"}
				}
				return nil
			}
			paid := z.effects["payment_intent.succeeded"]
			z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
				if bookings[zooField(d, "id")] == nil {
					bookings[zooField(d, "id")] = zooObject{"status": "confirmed"}
				}
				bookings[zooField(d, "id")]["payment"] = "paid"
				return paid(d)
			}
			z.show = func() any { return zooBeside(z, "bookings", bookings) }
		}).handling("payment_intent.payment_failed"),
		zooWith("any-amount", "B38: ships what is paid for in part", func(z *zooHandler) {
			z.ordered(func(session stripe.CheckoutSession) bool { return session.Currency == "usd" })
		}).saying(zooOrders),
		zooWith("any-currency", "B38: ships for as many yen as it should be dollars", func(z *zooHandler) {
			z.ordered(func(session stripe.CheckoutSession) bool { return session.AmountTotal == 4800 })
		}).saying(zooOrders),
		zooWith("refunds-forgotten", "one of the handled types has no effect", func(z *zooHandler) { delete(z.effects, "refund.created") }),
		zooWith("no-effect", "acknowledges, and does nothing", func(z *zooHandler) { clear(z.effects) }),
		zooWith("first-only", "has an effect once in its life", func(z *zooHandler) {
			z.handle = z.unless(func(*zooDelivery) bool { z.mu.Lock(); defer z.mu.Unlock(); return len(z.log) > 0 })
		}),
		zooWith("restless", "shows another state each time", func(z *zooHandler) {
			reads := 0
			z.show = func() any {
				reads++
				state, _ := z.everything().(map[string]any)
				state[fmt.Sprintf("read-%d", reads)] = true
				return state
			}
		}),
		zooWith("other-mode-booked", "B80: takes live and test events alike", func(*zooHandler) {}).
			saying(func(s *contract.Subject) { s.Mode = true }),
		zooWith("other-mode-is-400", "B80: refuses the other mode, which Stripe then retries", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if d.event.Livemode {
					return &zooError{http.StatusBadRequest, "live mode"}
				}
				return nil
			})
		}).saying(func(s *contract.Subject) { s.Mode = true }),
		zooWith("accounts-ignored", "B81: books an account's events as its own", func(*zooHandler) {}).
			saying(func(s *contract.Subject) { s.Connect = true }),
		zooWith("unknown-account-is-500", "B81: an account that it does not know is an internal error", func(z *zooHandler) {
			z.handle = z.failing(func(d *zooDelivery) error {
				if d.event.Account != "" {
					return errors.New("no such account")
				}
				return nil
			})
		}).saying(func(s *contract.Subject) { s.Connect = true }),
	}
}

// zooPayloadBugs stumble over what an event may contain.
func zooPayloadBugs() []zooBug {
	failing := func(name, why string, check func(*zooDelivery) error) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.handle = z.failing(check) })
	}
	return []zooBug{
		failing("no-order-is-500", "B31: an event without the app's metadata is an internal error", func(d *zooDelivery) error {
			metadata, _ := d.event.Data.Object["metadata"].(map[string]any)
			if _, ok := metadata["order_id"]; d.event.Type == "payment_intent.succeeded" && !ok {
				return errors.New("no such order")
			}
			return nil
		}),
		failing("stranger-is-500", "B31: a customer of another app is an internal error", func(d *zooDelivery) error {
			if zooStranger(d) {
				return errors.New("no such customer")
			}
			return nil
		}).saying(zooBound),
		zooWith("stranger-booked", "B31: books the payment of another app's customer", func(*zooHandler) {}).saying(zooBound),
		failing("null-panics", "B32: a payment has a customer", func(d *zooDelivery) error {
			var payment stripe.PaymentIntent
			if d.event.Type == "payment_intent.succeeded" && json.Unmarshal(d.event.Data.Raw, &payment) == nil {
				_ = payment.Customer.ID[:4]
			}
			return nil
		}),
		failing("null-is-500", "B32: a description is a text", func(d *zooDelivery) error {
			if _, ok := d.event.Data.Object["description"].(string); d.event.Type == "payment_intent.succeeded" && !ok {
				return errors.New("description: not a string")
			}
			return nil
		}),
		failing("expanded-is-500", "B33: a customer is an id, never an object", func(d *zooDelivery) error {
			var ids struct{ Customer string }
			return json.Unmarshal(d.event.Data.Raw, &ids)
		}),
		failing("long-ids-are-500", "VARCHAR(100)", func(d *zooDelivery) error {
			if len(d.event.ID) > 100 || len(zooField(d, "id")) > 100 {
				return errors.New("value too long for type character varying(100)")
			}
			return nil
		}),
		zooWith("new-properties-refused", "DisallowUnknownFields on the envelope", func(z *zooHandler) {
			z.construct = z.refusing(func(d *zooDelivery) bool {
				decoder := json.NewDecoder(bytes.NewReader(d.body))
				decoder.DisallowUnknownFields()
				err := decoder.Decode(new(stripe.Event))
				return err != nil && strings.Contains(err.Error(), "unknown field")
			})
		}),
		failing("request-null-panics", "every event comes from a request", func(d *zooDelivery) error {
			_ = d.event.Request.IdempotencyKey
			return nil
		}),
		failing("previous-panics", "every update says what was before", func(d *zooDelivery) error {
			if strings.HasSuffix(string(d.event.Type), ".updated") {
				_ = slices.Collect(maps.Keys(d.event.Data.PreviousAttributes))[0]
			}
			return nil
		}),
		failing("previous-missing-panics", "every update has previous_attributes", func(d *zooDelivery) error {
			if strings.HasSuffix(string(d.event.Type), ".updated") && d.event.Data.PreviousAttributes == nil {
				return errors.New("KeyError: previous_attributes")
			}
			return nil
		}),
		failing("version-compared", "B36: refuses every version but one, as stripe-go v76 does by itself", func(d *zooDelivery) error {
			if d.event.APIVersion != stripe.APIVersion && d.event.APIVersion != "" {
				return &zooError{http.StatusBadRequest, "version"}
			}
			return nil
		}),
		failing("month-refused", "B36: refuses another month of its train", func(d *zooDelivery) error {
			if d.event.APIVersion != "2025-03-31.basil" {
				return &zooError{http.StatusBadRequest, "version"}
			}
			return nil
		}).saying(func(s *contract.Subject) { s.APIVersion = "2025-03-31.basil" }),
		failing("version-null-panics", "an event has a version", func(d *zooDelivery) error {
			_ = d.event.APIVersion[:4]
			return nil
		}),
	}
}

// failing has the effect unless a check fails before.
func (z *zooHandler) failing(check func(*zooDelivery) error) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		if err := check(d); err != nil {
			return err
		}
		return z.once(d)
	}
}

// fulfilUnpaid ships once for a session, whatever the session says of its payment.
func (z *zooHandler) fulfilUnpaid(d *zooDelivery) error {
	if z.seen["fulfilled "+zooField(d, "id")] {
		return nil
	}
	object := maps.Clone(d.event.Data.Object)
	object["payment_status"] = "paid"
	var err error
	if d.event.Data.Raw, err = json.Marshal(object); err != nil {
		return err
	}
	z.remember("fulfilled " + zooField(d, "id"))
	return z.fulfil(d)
}
