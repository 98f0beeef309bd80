package contract_test

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const chargeRefunded = "charge.refunded"

// refundApp keeps a row for each charge, as a handler of refunds leaves it.
func refundApp(t *testing.T, take func(row zooObject, d *zooDelivery)) contract.Subject {
	rows, seen := make(map[string]any), make(map[string]bool)
	return zooApp(t, []string{chargeRefunded}, 0, func(d *zooDelivery) error {
		id := zooField(d, "id")
		if string(d.event.Type) != chargeRefunded {
			return nil
		}
		if rows[id] == nil {
			rows[id] = zooObject{}
		}
		if !seen[d.event.ID] {
			take(rows[id].(zooObject), d)
		}
		seen[d.event.ID] = true
		return nil
	}, func() any { return zooObject{"charges": rows} })
}

// gaveBack is what one refund gave back.
func gaveBack(d *zooDelivery) float64 {
	return zooRefunded(d.event.Data.Object) - zooRefunded(d.event.Data.PreviousAttributes)
}

// Two refunds leave two notes, and one refund of all leaves one. What counts is the total.
func TestRefundsAreNoted(t *testing.T) {
	t.Parallel()
	const id = "idempotency/two-refunds"
	for name, test := range map[string]struct {
		take func(row zooObject, d *zooDelivery)
		want contract.Verdict
	}{
		"a line for each": {func(row zooObject, d *zooDelivery) {
			row["notes"] = fmt.Sprintf("%v\nPartially refunded at the gateway.", row["notes"])
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"a sentence for each, with what it gave back": {func(row zooObject, d *zooDelivery) {
			notes, _ := row["notes"].(string)
			row["notes"] = fmt.Sprintf("%sRefunded %.2f dollars. ", notes, gaveBack(d)/100)
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"an element of a list for each": {func(row zooObject, d *zooDelivery) {
			notes, _ := row["notes"].([]any)
			row["notes"] = append(notes, zooObject{"cents": gaveBack(d)})
			row["refunded"] = zooRefunded(d.event.Data.Object)
		}, contract.Pass},
		"a line for each, and the first alone counts": {func(row zooObject, d *zooDelivery) {
			if row["notes"] = fmt.Sprintf("%v\nPartially refunded.", row["notes"]); row["refunded"] == nil {
				row["refunded"] = zooRefunded(d.event.Data.Object)
			}
		}, contract.Fail},
		"a sentence about the first alone": {func(row zooObject, d *zooDelivery) {
			if row["note"] == nil {
				row["note"] = fmt.Sprintf("Refunded %.2f dollars.", zooRefunded(d.event.Data.Object)/100)
			}
		}, contract.Fail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, refundApp(t, test.take), id)
				require.Equal(t, test.want, byID[id].Verdict, "%+v", byID[id])
			})
		})
	}
}

// paymentApp keeps the payments of one type, and a balance of each customer that refunds and
// disputes take from. Where it does not know the payment, it fails, as Stripe tries again.
type paymentApp struct {
	paid, back       string // the types
	payment          func(*zooDelivery) (id string, cents float64)
	of               func(*zooDelivery) string
	gives            func(d *zooDelivery, cents float64) float64
	unknown          error
	payments, ledger map[string]any
	balance          float64
	seen             map[string]bool
}

func (a *paymentApp) take(d *zooDelivery) error {
	if a.seen[d.event.ID] {
		return nil
	}
	switch string(d.event.Type) {
	case a.paid:
		id, cents := a.payment(d)
		a.payments[id] = cents
		a.balance += cents
	case a.back:
		cents, known := a.payments[a.of(d)].(float64)
		if !known {
			return a.unknown
		}
		a.balance -= a.gives(d, cents)
		before, _ := a.ledger[zooField(d, "id")].(float64)
		a.ledger[zooField(d, "id")] = before + a.gives(d, cents)
	}
	a.seen[d.event.ID] = true
	return nil
}

func (a *paymentApp) subject(t *testing.T) contract.Subject {
	a.payments, a.ledger, a.seen = make(map[string]any), make(map[string]any), make(map[string]bool)
	return zooApp(t, []string{a.back, a.paid}, 0, a.take, func() any {
		return zooObject{"payments": a.payments, "ledger": a.ledger, "balance": a.balance}
	})
}

func zooCents(d *zooDelivery, field string) float64 {
	cents, _ := d.event.Data.Object[field].(float64)
	return cents
}

// A refund or a dispute comes after the payment that it takes back, where both are handled:
// by each type that tells of a payment, over the same amount.
func TestPaymentComesBeforeItsRefund(t *testing.T) {
	t.Parallel()
	intent := func(d *zooDelivery) (string, float64) { return zooField(d, "id"), zooCents(d, "amount") }
	session := func(d *zooDelivery) (string, float64) {
		return zooField(d, "payment_intent"), zooCents(d, "amount_total")
	}
	ofIntent := func(d *zooDelivery) string { return zooField(d, "payment_intent") }
	ofCharge := func(d *zooDelivery) string { return cmp.Or(zooField(d, "charge"), zooField(d, "id")) }
	part := func(d *zooDelivery, _ float64) float64 { return gaveBack(d) }
	amount := func(d *zooDelivery, _ float64) float64 { return zooCents(d, "amount") }
	whole := func(_ *zooDelivery, cents float64) float64 { return cents }
	missing := errors.New("payment not found")
	for name, test := range map[string]struct {
		app  paymentApp
		more map[string]contract.Verdict
	}{
		"charges of an intent":          {paymentApp{paid: "payment_intent.succeeded", back: chargeRefunded, payment: intent, of: ofIntent, gives: part, unknown: missing}, nil},
		"charges of a session":          {paymentApp{paid: "checkout.session.completed", back: chargeRefunded, payment: session, of: ofIntent, gives: part, unknown: missing}, nil},
		"refunds of a charge":           {paymentApp{paid: "charge.succeeded", back: "refund.created", payment: intent, of: ofCharge, gives: amount, unknown: missing}, nil},
		"disputes of an intent":         {paymentApp{paid: "payment_intent.succeeded", back: "charge.dispute.created", payment: intent, of: ofIntent, gives: amount, unknown: missing}, nil},
		"ignores what it does not know": {paymentApp{paid: "payment_intent.succeeded", back: chargeRefunded, payment: intent, of: ofIntent, gives: part}, nil},
		"takes back the whole": {
			paymentApp{paid: "payment_intent.succeeded", back: chargeRefunded, payment: intent, of: ofIntent, gives: whole, unknown: missing},
			map[string]contract.Verdict{"idempotency/two-refunds": contract.Fail},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				_, byID := results(t, test.app.subject(t), "control/accepted", "control/effect", "control/second-event", "dispatch/handled-type", "dispatch/handled-type-works",
					"dispatch/null-fields",
					"idempotency/two-refunds", "idempotency/refund-total", "idempotency/redelivered", "idempotency/interleaved")
				for id, result := range byID {
					want := cmp.Or(test.more[id], contract.Pass)
					if result.Verdict == contract.Skip && (test.app.back != chargeRefunded || id == "idempotency/refund-total") {
						continue // nothing tells a sum so far
					}
					require.Equal(t, want, result.Verdict, "%+v", result)
				}
			})
		})
	}
}

// What a refund gives back is what was paid, or the same part of it, also where the user sets
// what is paid.
func TestRefundIsOfWhatWasPaid(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		var charges []string
		s := zooApp(t, []string{"payment_intent.succeeded", chargeRefunded}, 0, func(d *zooDelivery) error {
			if string(d.event.Type) == chargeRefunded {
				charges = append(charges, fmt.Sprint(zooCents(d, "amount"), " ", zooRefunded(d.event.Data.Object), " ", zooField(d, "currency")))
			}
			return nil
		}, func() any { return charges })
		s.Edit = func(eventType string) []webhooktest.Edit {
			if eventType != "payment_intent.succeeded" {
				return nil
			}
			return []webhooktest.Edit{
				webhooktest.Set("data.object.amount", 960), webhooktest.Set("data.object.amount_received", 960),
				webhooktest.Set("data.object.currency", "eur"),
			}
		}
		results(t, s, "idempotency/two-refunds")
		slices.Sort(charges)
		require.Equal(t, []string{"960 100 eur", "960 240 eur", "960 960 eur"}, slices.Compact(charges))
	})
}
