package contract_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A zooStand is how an object stands, and since when.
type zooStand struct {
	status string
	since  int64
}

// before reports whether another event of the object says how it stands now. Of one second,
// the later to arrive does, but nothing follows the end.
func (s zooStand) before(now zooStand) bool {
	return s.since < now.since || s.since == now.since && s.status != "canceled"
}

// zooStands is a handler that keeps how objects stand: each type of event says it in a
// word. What an event is about is in the first of these fields that it has. A row is
// written unless it is newer, so far as the handler minds that.
func zooStands(name, why string, says map[string]string, minds func(eventType string) bool, fields ...string) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(map[string]zooStand)
		z.only("payment_intent.succeeded", slices.Collect(maps.Keys(says))...)
		for eventType := range says {
			effect := z.effects[eventType]
			z.effects[eventType] = func(d *zooDelivery) error {
				id := zooAbout(d, fields)
				now := zooStand{says[eventType], d.event.Created}
				if id != "" && (!minds(eventType) || rows[id].before(now)) {
					rows[id] = now
				}
				if effect == nil {
					return nil
				}
				return effect(d)
			}
		}
		z.show = func() any {
			shown := []zooObject{}
			for _, id := range slices.Sorted(maps.Keys(rows)) {
				shown = append(shown, zooObject{"object": id, "status": rows[id].status})
			}
			return shown
		}
	}).saying(func(s *contract.Subject) { s.Handles = slices.Sorted(maps.Keys(says)) })
}

// zooFirsts is such a handler in which the first that is said of an object stands.
func zooFirsts(name, why string, says map[string]string) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(zooObject)
		z.only("payment_intent.succeeded", slices.Collect(maps.Keys(says))...)
		for eventType := range says {
			z.effects[eventType] = func(d *zooDelivery) error {
				if id := zooField(d, "id"); rows[id] == nil {
					rows[id] = says[eventType]
				}
				return nil
			}
		}
		z.show = func() any { return maps.Clone(rows) }
	}).saying(func(s *contract.Subject) { s.Handles = slices.Sorted(maps.Keys(says)) })
}

// zooCheckouts is a handler of checkouts, of which some wait for their money. One that is paid
// waits again, if the handler forgets, when its completion comes late.
func zooCheckouts(name, why string, forgets bool) zooBug {
	const paidLater = "checkout.session.async_payment_succeeded"
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(zooObject)
		z.only("payment_intent.succeeded", "checkout.session.completed", paidLater)
		effect := func(d *zooDelivery) error {
			id := zooField(d, "id")
			switch {
			case d.event.Type == paidLater || zooField(d, "payment_status") != "unpaid":
				rows[id] = "paid"
			case forgets || rows[id] == nil:
				rows[id] = "pending"
			}
			return nil
		}
		z.effects["checkout.session.completed"], z.effects[paidLater] = effect, effect
		z.show = func() any { return maps.Clone(rows) }
	}).saying(func(s *contract.Subject) { s.Handles = []string{"checkout.session.completed", paidLater} })
}

// zooEnds is a handler whose rows begin and end, and remember no event.
func zooEnds(name, why string) zooBug {
	const begins, ends = "customer.subscription.created", "customer.subscription.deleted"
	return zooWith(name, why, func(z *zooHandler) {
		rows := make(zooObject)
		z.only("payment_intent.succeeded", begins, ends)
		z.keys = func(d *zooDelivery) []string {
			if zooField(d, "object") == "subscription" {
				return nil
			}
			return z.eventAndFact(d)
		}
		z.effects[begins] = func(d *zooDelivery) error {
			rows[zooField(d, "id")] = "active"
			return nil
		}
		z.effects[ends] = func(d *zooDelivery) error {
			if rows[zooField(d, "id")] == nil {
				return &zooError{http.StatusNotFound, "no such subscription"}
			}
			rows[zooField(d, "id")] = "canceled"
			return nil
		}
		z.show = func() any { return maps.Clone(rows) }
	}).saying(func(s *contract.Subject) { s.Handles = []string{begins, ends} })
}

// only leaves the handler effects of a few types.
func (z *zooHandler) only(first string, others ...string) {
	maps.DeleteFunc(z.effects, func(eventType string, _ func(*zooDelivery) error) bool {
		return eventType != first && !slices.Contains(others, eventType)
	})
}

// zooAbout is the first of some fields that an event's object has.
func zooAbout(d *zooDelivery, fields []string) string {
	for _, field := range fields {
		if id := zooField(d, field); id != "" {
			return id
		}
	}
	return ""
}

func zooAlways(string) bool { return true }

func zooNever(string) bool { return false }

var (
	zooPayouts  = map[string]string{"payout.paid": "paid", "payout.failed": "failed"}
	zooPayments = map[string]string{"payment_intent.payment_failed": "failed", "payment_intent.succeeded": "paid"}
	zooInvoices = map[string]string{"invoice.payment_failed": "unpaid", "invoice.paid": "paid"}
	zooDebits   = map[string]string{"payment_intent.processing": "pending", "payment_intent.payment_failed": "failed", "payment_intent.succeeded": "paid"}
	zooDunned   = map[string]string{"invoice.created": "draft", "invoice.finalized": "open", "invoice.paid": "paid"}
	zooDisputes = map[string]string{"charge.dispute.created": "open", "charge.dispute.closed": "closed"}
	zooTrials   = map[string]string{
		"customer.subscription.created": "active", "customer.subscription.deleted": "canceled", "customer.subscription.trial_will_end": "trialing",
	}
	zooSigned = map[string]string{
		"checkout.session.completed": "active", "customer.subscription.created": "active", "customer.subscription.deleted": "canceled",
	}
	zooRenewals = map[string]string{
		"customer.subscription.created": "active", "customer.subscription.updated": "active", "customer.subscription.deleted": "canceled",
		"invoice.paid": "active", "invoice.payment_failed": "past_due",
	}
)

// zooLateBugs take what comes late for news.
func zooLateBugs() []zooBug {
	minding := func(part string) func(string) bool { // all but types with a part
		return func(eventType string) bool { return !strings.Contains(eventType, part) }
	}
	return []zooBug{
		zooStands("payout-paid-again", "a payout that the bank returned is paid, if that is what comes last", zooPayouts, zooNever, "id"),
		zooStands("payment-failed-again", "an order is unpaid when a card is declined, whatever came before", zooPayments, zooNever, "id"),
		zooStands("invoice-unpaid-again", "the same of invoices", zooInvoices, zooNever, "id"),
		zooStands("payment-pending-again", "a debit is pending when its first event comes, whatever came before", zooDebits, minding("processing"), "id"),
		zooStands("invoice-open-again", "an invoice is open when it is finalized, whatever came before", zooDunned, zooNever, "id"),
		zooStands("dispute-open-again", "a dispute is open when it begins, whatever came before", zooDisputes, zooNever, "id"),
		zooCheckouts("checkout-pending-again", "a completed checkout waits for its money, whatever came before", true),
		zooWith("second-takes-row", "an update of an unknown subscription is written into the row of its customer's active one", func(z *zooHandler) {
			update := z.effects["customer.subscription.updated"]
			customers := make(map[string]string)
			z.effects["customer.subscription.updated"] = func(d *zooDelivery) error {
				id := zooField(d, "id")
				for other, customer := range customers {
					if _, known := z.subscriptions[id]; !known && customer == zooField(d, "customer") && z.subscriptions[other].Status == "active" {
						delete(z.subscriptions, other)
					}
				}
				customers[id] = zooField(d, "customer")
				return update(d)
			}
		}),
		zooStands("trial-revives", "the end of a trial is of a subscription that is on trial", zooTrials, minding("trial"), "id"),
		zooStands("session-revives", "whoever completes a session is active", zooSigned, minding("session"), "subscription", "id").
			shaping("checkout.session.completed", "subscription"),
		zooPlansBegun("plan-begun-anew", "the creation writes its plan, whenever it comes"),
		zooFirsts("failed-for-good", "an order is canceled when a card is declined, and stays so", zooPayments),
		zooFirsts("invoice-known-as-failed", "an invoice that has a row is known", zooInvoices),
		zooWith("created-anew", "the creation says that nothing is paid, whenever it comes, unless it was the last to come", func(z *zooHandler) {
			rows, last := make(zooObject), ""
			z.handle = func(d *zooDelivery) error {
				z.mu.Lock()
				defer z.mu.Unlock()
				switch id := zooField(d, "id"); {
				case d.event.ID == last:
				case d.event.Type == "customer.subscription.created":
					rows[id] = "unpaid"
				case d.event.Type == "checkout.session.completed" && zooField(d, "subscription") != "":
					rows[zooField(d, "subscription")] = "paid"
				}
				last = d.event.ID
				return nil
			}
			z.show = func() any { return maps.Clone(rows) }
		}).saying(func(s *contract.Subject) {
			s.Handles = []string{"checkout.session.completed", "customer.subscription.created"}
		}).shaping("checkout.session.completed", "subscription"),
		zooPlans("downgrades", "an update of an active subscription writes its plan, whenever it comes", false),
		zooEnds("begun-anew", "remembers no event, refuses the end of what it does not know, and its creation writes the row whenever it comes"),
		zooStands("invoice-revives", "who has paid is active, whenever that was", zooRenewals, minding("invoice."), "subscription", "id"),
	}
}

// zooLateSound go by when a thing happened.
func zooLateSound() []zooBug {
	return []zooBug{
		zooStands("payouts-in-order", "the newer event says how a payout stands", zooPayouts, zooAlways, "id"),
		zooStands("payments-in-order", "the same of payments", zooPayments, zooAlways, "id"),
		zooStands("invoices-in-order", "the same of invoices", zooInvoices, zooAlways, "id"),
		zooStands("debits-in-order", "the same of debits", zooDebits, zooAlways, "id"),
		zooStands("dunning-in-order", "the same of invoices with their steps", zooDunned, zooAlways, "id"),
		zooStands("disputes-in-order", "the same of disputes", zooDisputes, zooAlways, "id"),
		zooCheckouts("checkouts-paid-for-good", "a checkout that is paid stays so", false),
		zooStands("trials-in-order", "the same of subscriptions on trial", zooTrials, zooAlways, "id"),
		zooPlans("plans-in-order", "the same of plans", true),
		zooStands("sessions-in-order", "the same of subscriptions and their sessions", zooSigned, zooAlways, "subscription", "id").
			shaping("checkout.session.completed", "subscription"),
		zooStands("renewals-in-order", "the same of subscriptions and their invoices", zooRenewals, zooAlways, "subscription", "id"),
	}
}

// zooCoarseBugs take two events for one that have something in common.
func zooCoarseBugs() []zooBug {
	keyed := func(name, why string, key func(*zooDelivery) string) zooBug {
		return zooWith(name, why, func(z *zooHandler) {
			z.keys = func(d *zooDelivery) []string { return append(z.eventAndFact(d), key(d)) }
		})
	}
	return []zooBug{
		keyed("by-type-and-second", "one event of a type in a second", func(d *zooDelivery) string { return fmt.Sprint(d.event.Type, d.event.Created) }),
		keyed("by-type-and-status", "a status once for each subscription", func(d *zooDelivery) string {
			if d.event.Type != "customer.subscription.updated" {
				return d.event.ID
			}
			return fmt.Sprint(zooField(d, "id"), zooField(d, "status"))
		}),
	}
}
