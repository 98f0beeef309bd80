package contract_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v76"
)

// zooLooseBugs are right for what they were tried with: one subscription of a customer,
// round amounts, types that do not resemble each other.
func zooLooseBugs() []zooBug {
	routing := func(name, why string, same func(handled, eventType string) bool) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.route = func(eventType string) string {
				for _, handled := range zooHandles {
					if same(handled, eventType) {
						return handled
					}
				}
				return eventType
			}
		})
	}
	updated := func(name, why string, check func(*zooDelivery) error) zooBug {
		return zooWith(name, why, func(z *zooHandler) { z.handle = z.failing(check) })
	}
	return []zooBug{
		zooWith("customer-is-subscription", "a customer has one subscription: the end of any is the end of it", func(z *zooHandler) {
			z.byCustomer(zooLater)
		}),
		zooSaaS("saas-of-customers", "the same with the usual types of a SaaS", func(z *zooHandler) {
			z.byCustomer(zooLater)
		}),
		zooSaaS("saas-of-last-told", "a customer has the subscription of the newest event, and the end of another leaves it alone", func(z *zooHandler) {
			z.byCustomer(zooToldLast)
		}),
		zooWith("canceling-is-canceled", "what ends with its period has ended", func(z *zooHandler) {
			z.effects["customer.subscription.updated"] = zooCanceled(z.subscribed, false)
		}),
		zooSaaS("saas-cancels-at-once", "the same with the usual types of a SaaS", func(z *zooHandler) {
			z.effects["customer.subscription.updated"] = zooCanceled(z.subscribed, false)
		}),
		zooSaaS("saas-cancels-and-says-so", "the same, beside a flag that says what is to come", func(z *zooHandler) {
			z.effects["customer.subscription.updated"] = zooCanceled(z.subscribed, true)
		}),
		zooWith("ids-cut", "VARCHAR(24), and a database that cuts what is longer", func(z *zooHandler) {
			z.keys = func(d *zooDelivery) []string {
				keys := z.eventAndFact(d)
				keys[0] = keys[0][:min(24, len(keys[0]))]
				return keys
			}
		}),
		zooWith("objects-cut", "the same for the ids of objects", func(z *zooHandler) {
			z.keys = func(d *zooDelivery) []string {
				keys := z.eventAndFact(d)
				for i, key := range keys[1:] {
					at := strings.LastIndex(key, " ") + 1
					keys[i+1] = key[:min(at+24, len(key))]
				}
				return keys
			}
		}),
		zooWith("binary-sums", "adds up dollars as floats", func(z *zooHandler) {
			z.show = func() any { return zooBeside(z, "revenue", zooFloats(z.payments)) }
		}),
		zooWith("binary-sums-of-disputes", "the same, of another type than the first", func(z *zooHandler) {
			z.show = func() any { return zooBeside(z, "disputed", zooFloats(z.disputes)) }
		}),
		zooWith("cents-cut", "int(19.99 * 100)", func(z *zooHandler) {
			z.show = func() any {
				var cents []int
				for _, payment := range z.payments {
					dollars := float64(payment.Amount) / 100
					cents = append(cents, int(math.Trunc(dollars*100)))
				}
				return zooBeside(z, "payments", cents)
			}
		}),
		updated("previous-required", "refuses an update that does not say what was before", func(d *zooDelivery) error {
			if strings.HasSuffix(string(d.event.Type), ".updated") && len(d.event.Data.PreviousAttributes) == 0 {
				return &zooError{400, "previous_attributes: required"}
			}
			return nil
		}),
		zooWith("null-swallowed", "the error about a null description is caught, and answered with 200", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool {
				_, ok := d.event.Data.Object["description"].(string)
				return d.event.Type == "payment_intent.succeeded" && !ok
			})
		}),
		zooWith("nameless-swallowed", "the error about a null name is caught, and answered with 200", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool {
				details, _ := d.event.Data.Object["customer_details"].(map[string]any)
				return details != nil && details["name"] == nil
			})
		}),
		routing("by-part", "looks for the type among all that it handles, joined", func(handled, eventType string) bool {
			return strings.HasPrefix(handled, eventType) && strings.Contains(eventType, ".")
		}),
		routing("by-inclusion", "any type that has a handled one in it", func(handled, eventType string) bool {
			return strings.Contains(eventType, "."+handled+".")
		}),
		routing("capitals-too", "compares types without case", func(handled, eventType string) bool {
			return strings.EqualFold(handled, eventType)
		}),
		zooWith("one-currency-more", "a list of currencies that has one too many", func(z *zooHandler) {
			z.ordered(func(session stripe.CheckoutSession) bool {
				return session.AmountTotal == 4800 && slices.Contains([]stripe.Currency{"usd", "cad"}, session.Currency)
			})
		}).saying(zooOrders),
	}
}

// zooLooseSound do the same things right.
func zooLooseSound() []zooBug {
	return []zooBug{
		zooWith("customer-has-newest", "a row a customer, with the subscription that it has now", func(z *zooHandler) {
			z.byCustomer(zooNewest)
		}).handling(zooMore...),
		zooSaaS("saas-has-newest", "the same with the usual types of a SaaS", func(z *zooHandler) { z.byCustomer(zooNewest) }),
		zooWith("canceling-ignored", "hears of the end when it has come", func(z *zooHandler) {
			z.show = func() any {
				rows := make(map[string]string)
				for id, subscription := range z.subscriptions {
					rows[id] = subscription.Status
				}
				return zooBeside(z, "subscriptions", rows)
			}
		}),
		zooWith("status-changes-only", "acts on an update if the status is what changed, or may be", func(z *zooHandler) {
			z.handle = z.unless(func(d *zooDelivery) bool {
				_, changed := d.event.Data.PreviousAttributes["status"]
				known, stored := z.subscriptions[zooField(d, "id")]
				return d.event.Type == "customer.subscription.updated" && !changed && stored && known.Status == zooField(d, "status")
			})
		}),
		zooSince("saas-since", "the row says since when it is known, which only the first event about it tells", func(*zooHandler) {}),
		zooSaaS("saas-links", "notes at checkout whose customer it is, and no more, paid or not", (*zooHandler).links),
		zooSaaS("saas-links-and-invoices", "the same, and books whatever is paid", func(z *zooHandler) {
			z.links()
			z.effects["invoice.paid"] = z.invoiced
		}).handling("invoice.paid"),
		zooSaaS("saas-links-in-audit", "takes sessions of subscriptions alone, and has a row for each event that it handles", func(z *zooHandler) {
			z.links()
			link, show, audit := z.effects["checkout.session.completed"], z.show, []zooObject{}
			z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
				if zooField(d, "mode") != "subscription" {
					return nil
				}
				return link(d)
			}
			for eventType, effect := range z.effects {
				z.effects[eventType] = func(d *zooDelivery) error {
					audit = append(audit, zooObject{"event": d.event.ID, "type": d.event.Type, "at": d.event.Created})
					return effect(d)
				}
			}
			z.show = func() any {
				state := show().(zooObject)
				state["audit"] = slices.Clone(audit)
				return state
			}
		}),
		zooSaaS("saas-parked", "keeps what comes for a subscription until a checkout has linked it to a user", (*zooHandler).parked),
		zooWith("averages", "a share and an average are no sums", func(z *zooHandler) {
			z.show = func() any {
				payments := max(1, len(z.payments))
				return zooBeside(z, "stats", zooObject{"average": float64(z.total) / float64(payments) / 100, "fee": float64(z.total) * 0.029})
			}
		}),
	}
}

// links notes the customer of each account that has been at the checkout, and nothing else.
func (z *zooHandler) links() {
	accounts := make(map[string]zooObject)
	z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
		account := zooField(d, "client_reference_id")
		accounts[account] = zooObject{"id": account, "customer": zooField(d, "customer"), "paid_until": 0, "subscriptions": nil}
		return nil
	}
	z.show = func() any { return zooBeside(z, "accounts", slices.Collect(maps.Values(accounts))) }
}

// linked stores what a checkout has linked to a user. For the rest the answer is another.
func (z *zooHandler) linked(unknown error) {
	z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
		for _, field := range []string{"subscription", "setup_intent"} {
			if id := zooField(d, field); id != "" {
				z.remember("linked " + id)
				z.note("linked %s", id)
			}
		}
		return z.fulfil(d)
	}
	for _, eventType := range []string{"customer.subscription.updated", "customer.subscription.deleted"} {
		z.effects[eventType] = func(d *zooDelivery) error {
			if !z.seen["linked "+zooField(d, "id")] {
				return unknown
			}
			return z.subscribed(d)
		}
	}
}

// parked keeps what comes before the checkout, and deals with it then.
func (z *zooHandler) parked() {
	waiting := make(map[string][]*zooDelivery)
	z.linked(nil)
	link := z.effects["checkout.session.completed"]
	for _, eventType := range []string{"customer.subscription.updated", "customer.subscription.deleted"} {
		effect := z.effects[eventType]
		z.effects[eventType] = func(d *zooDelivery) error {
			if id := zooField(d, "id"); !z.seen["linked "+id] {
				waiting[id] = append(waiting[id], d)
			}
			return effect(d)
		}
	}
	z.effects["checkout.session.completed"] = func(d *zooDelivery) error {
		if err := link(d); err != nil {
			return err
		}
		for _, early := range waiting[zooField(d, "subscription")] {
			if err := z.subscribed(early); err != nil {
				return err
			}
		}
		delete(waiting, zooField(d, "subscription"))
		return nil
	}
}

// byCustomer stores one subscription of each customer.
func (z *zooHandler) byCustomer(newer func(old, now zooSubscription) bool) {
	z.newer = newer
	z.subscriptionKey = func(s *stripe.Subscription) string { return s.Customer.ID }
}

// zooLater is whether an event is not older than what is known, nor after the end of its
// subscription.
func zooLater(old, now zooSubscription) bool {
	return now.created >= old.created && !(old.ended && old.id == now.id)
}

// zooNewest is whether an event is of the subscription that a customer has now.
func zooNewest(old, now zooSubscription) bool {
	if old.id != now.id {
		return !now.ended && now.began >= old.began
	}
	return zooNewer(old, now)
}

// zooToldLast is the same of an event of the subscription that was told of last.
func zooToldLast(old, now zooSubscription) bool {
	if old.id != now.id {
		return !now.ended && now.created >= old.created
	}
	return zooNewer(old, now)
}

// zooCanceled takes a subscription that will be canceled for one that is.
func zooCanceled(effect func(*zooDelivery) error, flag bool) func(*zooDelivery) error {
	return func(d *zooDelivery) error {
		if d.event.Data.Object["cancel_at_period_end"] == true {
			object := maps.Clone(d.event.Data.Object)
			object["status"], object["cancel_at_period_end"] = "canceled", flag
			raw, err := json.Marshal(object)
			if err != nil {
				return errors.Join(errZooObject, err)
			}
			d.event.Data.Raw = raw
		}
		return effect(d)
	}
}

// zooFloats adds up dollars as binary fractions.
func zooFloats(rows []zooRow) (sum float64) {
	for _, row := range rows {
		sum += float64(row.Amount) / 100
	}
	return sum
}
