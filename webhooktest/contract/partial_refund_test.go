package contract_test

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A refundKeeper keeps a row of each payment, which refunds change.
type refundKeeper struct {
	handles []string // what tells of the payment, and of the refund
	refund  func(k *refundKeeper, row zooObject, d *zooDelivery)
	later   time.Duration // after the answer

	rows  map[string]zooObject
	lists map[string][]any
	total float64
	seen  map[string]bool
	api   *stripeapi.Server
}

// paymentOf is the payment that an event is about, as each of them names it.
func paymentOf(d *zooDelivery) string {
	if zooField(d, "object") == "payment_intent" {
		return zooField(d, "id")
	}
	return zooField(d, "payment_intent")
}

func (k *refundKeeper) take(d *zooDelivery) error {
	known := k.rows[paymentOf(d)]
	switch eventType := string(d.event.Type); {
	case !slices.Contains(k.handles, eventType) || k.seen[d.event.ID]:
		return nil
	case !strings.Contains(eventType, "refund"):
		if known == nil {
			k.rows[paymentOf(d)] = zooObject{
				"status": "paid", "access": true, "active": 1, "revoked": 0, "locked": false, "refunded": false, "returned": 0, "last": eventType, "note": "New order", "back": nil,
				"amount": cmp.Or(zooCents(d, "amount"), zooCents(d, "amount_total")),
			}
		}
	case known == nil:
		return &zooError{404, "no such payment"}
	default:
		k.refund(k, known, d)
	}
	k.seen[d.event.ID] = true
	return nil
}

func (k *refundKeeper) subject(t *testing.T) contract.Subject {
	k.rows, k.lists, k.seen, k.api = make(map[string]zooObject), make(map[string][]any), make(map[string]bool), new(stripeapi.Server)
	s := zooApp(t, k.handles, k.later, k.take, func() any {
		return zooObject{"payments": k.rows, "lists": k.lists, "total": k.total}
	})
	s.API = k.api
	return s
}

// backOf is what an event says was given back: of the charge in all, or by this refund.
func backOf(d *zooDelivery) float64 {
	if zooField(d, "object") == "charge" {
		return zooCents(d, "amount_refunded")
	}
	return zooCents(d, "amount")
}

// fetchesCharge decides by the charge as Stripe has it.
func fetchesCharge(k *refundKeeper, row zooObject, d *zooDelivery) {
	charge, _ := k.api.Object("charge", cmp.Or(zooField(d, "charge"), zooField(d, "id")))
	var now struct{ Refunded bool }
	_ = json.Unmarshal(charge, &now)
	row["access"] = !now.Refunded
}

// TestPartialRefunds holds that a partial refund that is booked as a full one is found, and
// that no app is accused that can tell them apart, or does not call them anything.
func TestPartialRefunds(t *testing.T) {
	t.Parallel()
	set := func(field string, value any) func(*refundKeeper, zooObject, *zooDelivery) {
		return func(_ *refundKeeper, row zooObject, _ *zooDelivery) { row[field] = value }
	}
	called := set("status", "refunded")
	and := func(more func(*refundKeeper, zooObject, *zooDelivery)) func(*refundKeeper, zooObject, *zooDelivery) {
		return func(k *refundKeeper, row zooObject, d *zooDelivery) {
			called(k, row, d)
			more(k, row, d)
		}
	}
	designs := []struct {
		name, why string
		refund    func(k *refundKeeper, row zooObject, d *zooDelivery)
		later     time.Duration
		want      contract.Verdict
	}{
		{"status", "any refund is a full one", called, 0, contract.Warn},
		{"status, later", "the same by a queue", called, time.Second, contract.Warn},
		{"access", "the customer has paid for the rest", set("access", false), 0, contract.Warn},
		{"access as a number", "a database without booleans", set("active", 0), 0, contract.Warn},
		{"revoked", "a flag that takes access", set("locked", true), 0, contract.Warn},
		{"revoked as a number", "the same in SQLite", set("revoked", 1), 0, contract.Warn},
		{"stock", "counts what came back, beside the status", and(set("returned", 1)), 0, contract.Warn},

		{"three states", "a part has a name of its own", func(_ *refundKeeper, row zooObject, d *zooDelivery) {
			row["status"] = map[bool]string{true: "refunded", false: "part"}[backOf(d) >= row["amount"].(float64)]
		}, 0, contract.Pass},
		{"access until all is refunded", "nothing happens at a part", func(_ *refundKeeper, row zooObject, d *zooDelivery) {
			row["access"] = backOf(d) < row["amount"].(float64)
		}, 0, contract.Pass},
		{"amount", "how much says whether it is all", and(func(_ *refundKeeper, row zooObject, d *zooDelivery) { row["returned"] = backOf(d) }), 0, contract.Pass},
		{"list", "so does a list of refunds", and(func(k *refundKeeper, _ zooObject, d *zooDelivery) {
			k.lists["refunds"] = append(k.lists["refunds"], zooObject{"payment": paymentOf(d), "cents": backOf(d)})
		}), 0, contract.Pass},
		{"total", "so does a sum", and(func(k *refundKeeper, _ zooObject, d *zooDelivery) { k.total += backOf(d) }), 0, contract.Pass},
		{"fetches", "what Stripe says of the charge", fetchesCharge, 0, contract.Pass},

		{"log", "says only that something came", func(k *refundKeeper, _ zooObject, d *zooDelivery) {
			k.lists["log"] = append(k.lists["log"], zooObject{"payment": paymentOf(d), "did": "refunded"})
		}, 0, contract.Skip},
		{"own row", "a row of the refund, with its status", func(k *refundKeeper, _ zooObject, d *zooDelivery) {
			k.lists[zooField(d, "id")] = []any{"succeeded"}
		}, 0, contract.Skip},
		{"flag", "says that something was refunded", set("refunded", true), 0, contract.Skip},
		{"time", "says when something was refunded", set("back", "2026-11-21T10:00:00Z"), 0, contract.Skip},
		{"note", "is no status", set("note", "The customer got money back"), 0, contract.Skip},
		{"first note", "was empty before", set("back", "refunded"), 0, contract.Skip},
		{"count", "is no status", set("returned", 1), 0, contract.Skip},
		{"last event", "names the event, not the payment", func(_ *refundKeeper, row zooObject, d *zooDelivery) { row["last"] = d.event.Type }, 0, contract.Skip},
		{"last event in capitals", "names the event, too", func(_ *refundKeeper, row zooObject, d *zooDelivery) {
			row["last"] = strings.ToUpper(strings.ReplaceAll(string(d.event.Type), ".", "_"))
		}, 0, contract.Skip},
		{"mail", "leaves nothing in the payment", func(k *refundKeeper, _ zooObject, _ *zooDelivery) { k.total++ }, 0, contract.Skip},
	}
	for _, handles := range [][]string{
		{"payment_intent.succeeded", chargeRefunded},
		{"checkout.session.completed", chargeRefunded},
		{"charge.succeeded", "refund.created"},
		{"payment_intent.succeeded", "refund.updated"},
		{"charge.succeeded", "payment_intent.succeeded", "charge.refund.updated", "refund.created"},
	} {
		for _, design := range designs {
			t.Run(strings.Join(handles, " ")+"/"+design.name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					const id = "dispatch/partial-refund"
					k := refundKeeper{handles: handles, refund: design.refund, later: design.later}
					_, byID := results(t, k.subject(t), id)
					require.Equal(t, design.want, byID[id].Verdict, "%s: %+v", design.why, byID[id])
				})
			})
		}
	}
}

// Who corrects at the charge's event what the refund's own event said first is right in the
// end.
func TestPartialRefundIsJudgedInTheEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const id = "dispatch/partial-refund"
		k := refundKeeper{handles: []string{"payment_intent.succeeded", "refund.created", chargeRefunded}, refund: func(_ *refundKeeper, row zooObject, d *zooDelivery) {
			row["status"] = "refunding"
			if all, told := d.event.Data.Object["refunded"]; told {
				row["status"] = map[bool]string{true: "refunded", false: "paid"}[all == true]
			}
		}}
		_, byID := results(t, k.subject(t), id)
		require.Equal(t, contract.Pass, byID[id].Verdict, "%+v", byID[id])
	})
}
