package contract_test

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// zooTotal is a handler that shows one number: what was refunded in all. How much an event
// adds to it is up to the handler.
func zooTotal(name, why string, adds func(z *zooHandler, charge, was map[string]any) float64) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		total := 0.0
		z.effects["charge.refunded"] = func(d *zooDelivery) error {
			total += adds(z, d.event.Data.Object, d.event.Data.PreviousAttributes)
			return nil
		}
		z.show = func() any { return zooBeside(z, "refunded", total) }
	}).handling("charge.refunded")
}

// zooLedger is a handler that books an entry at each refund, which takes an amount off. How
// much is up to the handler.
func zooLedger(name, why string, takes func(charge, was map[string]any) float64) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		entries := []zooObject{}
		z.effects["charge.refunded"] = func(d *zooDelivery) error {
			entries = append(entries, zooObject{"charge": zooField(d, "id"), "cents": -takes(d.event.Data.Object, d.event.Data.PreviousAttributes)})
			return nil
		}
		z.show = func() any { return zooBeside(z, "entries", slices.Clone(entries)) }
	}).handling("charge.refunded")
}

func zooRefunded(attributes map[string]any) float64 {
	amount, _ := attributes["amount_refunded"].(float64)
	return amount
}

// zooCalled is what a payment is called when a charge of it was refunded.
func zooCalled(charge map[string]any) string {
	if charge["refunded"] == true {
		return "refunded"
	}
	return "partly refunded"
}

// zooRefundBugs take a sum so far for the amount of a refund.
func zooRefundBugs() []zooBug {
	return []zooBug{
		zooWith("lost-disputes-give-back", "opens the access again when a dispute is over", func(z *zooHandler) {
			access := make(map[string]any)
			disputed := z.effects["charge.dispute.created"]
			z.effects["charge.dispute.created"] = func(d *zooDelivery) error {
				if access[zooField(d, "id")] == nil { // else it is over already
					access[zooField(d, "id")] = zooObject{"access": false}
				}
				return disputed(d)
			}
			z.effects["charge.dispute.closed"] = func(d *zooDelivery) error {
				access[zooField(d, "id")] = zooObject{"access": true}
				return nil
			}
			z.show = func() any { return zooBeside(z, "members", access) }
		}).handling("charge.dispute.closed"),
		zooTotal("sums-added-up", "adds the sum of all refunds at each of them", func(_ *zooHandler, charge, _ map[string]any) float64 {
			return zooRefunded(charge)
		}),
		zooTotal("dollars-added-up", "the same in dollars, as a loss", func(_ *zooHandler, charge, _ map[string]any) float64 {
			return -zooRefunded(charge) / 100
		}),
		zooLedger("sums-booked", "books the sum of all refunds at each of them", func(charge, _ map[string]any) float64 {
			return zooRefunded(charge)
		}),
		zooStatuses("part-is-all", "any refund is a full one", nil, func(map[string]any) string { return "refunded" }),
		zooStatuses("early-refund-dropped", "no payment, no refund", func() error { return nil }, zooCalled),
	}
}

// zooStatuses is a handler that shows what it calls each payment, once a charge of it was
// refunded. What it does with a refund of no payment that it knows is up to the handler.
func zooStatuses(name, why string, unknown func() error, status func(charge map[string]any) string) zooBug {
	return zooWith(name, why, func(z *zooHandler) {
		called := make(map[string]string)
		paid := z.effects["payment_intent.succeeded"]
		z.effects["payment_intent.succeeded"] = func(d *zooDelivery) error {
			called[zooField(d, "id")] = cmp.Or(called[zooField(d, "id")], "paid")
			return paid(d)
		}
		z.effects["charge.refunded"] = func(d *zooDelivery) error {
			if called[zooField(d, "payment_intent")] == "" && unknown != nil {
				return unknown()
			}
			called[zooField(d, "payment_intent")] = status(d.event.Data.Object)
			return nil
		}
		z.only("payment_intent.succeeded", "charge.refunded")
		z.show = func() any { return zooBeside(z, "called", maps.Clone(called)) }
	}).saying(func(s *contract.Subject) { s.Handles = []string{"payment_intent.succeeded", "charge.refunded"} })
}

// zooRefundSound know what was refunded before.
func zooRefundSound() []zooBug {
	return []zooBug{
		zooStatuses("part-has-a-name", "a part of the money is not all of it", nil, zooCalled),
		zooStatuses("early-refund-refused", "Stripe sends it again", func() error { return &zooError{409, "payment not known yet"} }, zooCalled),
		zooTotal("differences-added-up", "adds what the sum is more than it was", func(_ *zooHandler, charge, was map[string]any) float64 {
			return zooRefunded(charge) - zooRefunded(was)
		}),
		zooLedger("differences-booked", "books what the sum is more than it was", func(charge, was map[string]any) float64 {
			return zooRefunded(charge) - zooRefunded(was)
		}),
		zooTotal("sums-by-charge", "a total over the sum of each charge", func(z *zooHandler, charge, _ map[string]any) float64 {
			id, now := charge["id"].(string), int64(zooRefunded(charge))
			before := z.charges[id]
			z.charges[id] = now
			return float64(now - before)
		}),
		zooWith("refunds-of-charges", "adds to a row of the charge what the sum is more than it was", func(z *zooHandler) {
			z.effects["charge.refunded"] = func(d *zooDelivery) error {
				z.charges[zooField(d, "id")] += int64(zooRefunded(d.event.Data.Object) - zooRefunded(d.event.Data.PreviousAttributes))
				return nil
			}
		}).handling("charge.refunded"),
	}
}
