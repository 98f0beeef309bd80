package contract_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An earlyKeeper keeps payments and what takes them back.
type earlyKeeper struct {
	handles []string // what tells of the payment, and what takes it back
	back    func(k *earlyKeeper, payment zooObject, d *zooDelivery) error
	paid    func(k *earlyKeeper, payment zooObject, d *zooDelivery) // nil: a row, unless there is one
	later   time.Duration                                           // after the answer
	notes   bool                                                    // whatever comes, in a log

	payments map[string]zooObject
	waiting  map[string]*zooDelivery // shown by nobody
	shown    map[string]any
	log      []any
	total    float64
}

// ofPayment names the payment that an event is about: what the app looks for.
func (k *earlyKeeper) ofPayment(d *zooDelivery) string {
	switch {
	case k.handles[0] != "charge.succeeded":
		return paymentOf(d)
	case zooField(d, "object") == "charge":
		return zooField(d, "id")
	}
	return zooField(d, "charge")
}

func (k *earlyKeeper) take(d *zooDelivery) error {
	if !slices.Contains(k.handles, string(d.event.Type)) {
		return nil
	}
	id := k.ofPayment(d)
	if k.notes {
		k.log = append(k.log, zooObject{"payment": id, "came": word(d)})
	}
	switch {
	case string(d.event.Type) == k.handles[1]:
		return k.back(k, k.payments[id], d)
	case k.paid != nil:
		k.paid(k, k.payments[id], d)
	case k.payments[id] == nil:
		k.payments[id] = zooObject{"status": "paid"}
	}
	if early := k.waiting[id]; early != nil {
		return k.back(k, k.payments[id], early)
	}
	return nil
}

func (k *earlyKeeper) subject(t *testing.T) contract.Subject {
	k.payments, k.waiting, k.shown = make(map[string]zooObject), make(map[string]*zooDelivery), make(map[string]any)
	return zooApp(t, k.handles, k.later, k.take, func() any {
		return zooObject{"payments": k.payments, "shown": k.shown, "log": k.log, "total": k.total}
	})
}

// whenPaid takes back what is paid, and has an answer to what is not.
func whenPaid(unknown error) func(*earlyKeeper, zooObject, *zooDelivery) error {
	return func(_ *earlyKeeper, payment zooObject, _ *zooDelivery) error {
		if payment == nil {
			return unknown
		}
		payment["status"] = "back"
		return nil
	}
}

// waits keeps what comes early until its payment comes.
func (k *earlyKeeper) waits(payment zooObject, d *zooDelivery) error {
	if payment == nil {
		k.waiting[k.ofPayment(d)] = d
		return nil
	}
	return whenPaid(nil)(k, payment, d)
}

// showsWaiting shows what waits.
func (k *earlyKeeper) showsWaiting(payment zooObject, d *zooDelivery) error {
	if k.shown[k.ofPayment(d)] = "waits"; payment != nil {
		delete(k.shown, k.ofPayment(d))
	}
	return k.waits(payment, d)
}

// inserts makes the row of the payment, which its own event then fills or overwrites.
func (k *earlyKeeper) inserts(payment zooObject, d *zooDelivery) error {
	if payment == nil {
		k.payments[k.ofPayment(d)] = zooObject{"status": "back"}
	}
	return whenPaid(nil)(k, payment, d)
}

func (k *earlyKeeper) overwrites(_ zooObject, d *zooDelivery) {
	k.payments[k.ofPayment(d)] = zooObject{"status": "paid", "at": d.event.Created}
}

func (k *earlyKeeper) fills(payment zooObject, d *zooDelivery) {
	if payment == nil {
		k.overwrites(payment, d)
		return
	}
	payment["at"] = d.event.Created
}

// lists has a row of its own for each refund or dispute.
func (k *earlyKeeper) lists(_ zooObject, d *zooDelivery) error {
	k.shown[zooField(d, "id")] = zooObject{"status": "back"}
	return nil
}

// takes books what is taken back, at the rate of the payment or, if there is none, at the usual
// one, and with what was left then.
func (k *earlyKeeper) takes(payment zooObject, d *zooDelivery) error {
	rate, id := 0.025, zooField(d, "id")
	if payment != nil {
		rate = 0.08
	}
	amount, _ := d.event.Data.Object["amount"].(float64)
	k.shown[id] = zooObject{"cents": -amount * rate, "unmatched": payment == nil}
	return nil
}

// takesAgain books the same, and anew when the payment comes.
func (k *earlyKeeper) takesAgain(payment zooObject, d *zooDelivery) error {
	if payment == nil {
		k.waiting[k.ofPayment(d)] = d
	}
	return k.takes(payment, d)
}

// takesUnmatched books the amount, and says that its payment was unknown then, and what was
// left of it.
func (k *earlyKeeper) takesUnmatched(payment zooObject, d *zooDelivery) error {
	left := -4800
	if payment != nil {
		left = -1200
	}
	k.shown[zooField(d, "id")] = zooObject{"cents": d.event.Data.Object["amount"], "unmatched": payment == nil, "balance": left}
	return nil
}

func (k *earlyKeeper) counts(zooObject, *zooDelivery) error { k.total++; return nil }

// TestEarlyRefunds holds that a refund or a dispute is not lost where its payment comes later,
// and that nobody is accused who refuses it or keeps it until then.
func TestEarlyRefunds(t *testing.T) {
	t.Parallel()
	const id = "ordering/early-refund"
	missing := &zooError{404, "no such payment"}
	designs := []struct {
		name, why string
		app       earlyKeeper
		want      contract.Verdict
	}{
		{"dropped", "and never asked for again", earlyKeeper{back: whenPaid(nil)}, contract.Warn},
		{"dropped and noted", "a log of what came is no state", earlyKeeper{back: whenPaid(nil), notes: true}, contract.Warn},
		{"dropped later", "by a queue", earlyKeeper{back: whenPaid(nil), later: time.Second}, contract.Warn},
		{"overwritten", "the payment's event takes it for paid", earlyKeeper{back: (*earlyKeeper).inserts, paid: (*earlyKeeper).overwrites}, contract.Warn},
		{"at another rate", "which the payment would have told", earlyKeeper{back: (*earlyKeeper).takes}, contract.Warn},

		{"rate known later", "the payment's event books it anew", earlyKeeper{back: (*earlyKeeper).takesAgain}, contract.Pass},
		{"unmatched", "a flag and a running balance may say that it came early", earlyKeeper{back: (*earlyKeeper).takesUnmatched}, contract.Pass},
		{"refused", "Stripe sends it again", earlyKeeper{back: whenPaid(missing)}, contract.Pass},
		{"refused and noted", "the same with a log", earlyKeeper{back: whenPaid(missing), notes: true}, contract.Pass},
		{"waits", "until the payment comes", earlyKeeper{back: (*earlyKeeper).waits}, contract.Pass},
		{"waits later", "by a queue", earlyKeeper{back: (*earlyKeeper).waits, later: time.Second}, contract.Pass},
		{"inserted", "the payment's event fills the row", earlyKeeper{back: (*earlyKeeper).inserts, paid: (*earlyKeeper).fills}, contract.Pass},
		{"shown while it waits", "the rows cannot be compared", earlyKeeper{back: (*earlyKeeper).showsWaiting}, contract.Skip},
		{"own row", "needs no payment", earlyKeeper{back: (*earlyKeeper).lists}, contract.Pass},
		{"count", "says nothing of the payment", earlyKeeper{back: (*earlyKeeper).counts}, contract.Pass},
	}
	for _, handles := range [][]string{
		{"payment_intent.succeeded", chargeRefunded},
		{"checkout.session.completed", "refund.created"},
		{"charge.succeeded", "refund.created"},
		{"charge.succeeded", "charge.dispute.created"},
		{"payment_intent.succeeded", "charge.dispute.created"},
	} {
		for _, design := range designs {
			t.Run(strings.Join(handles, " ")+"/"+design.name, func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) {
					k := design.app
					k.handles = handles
					_, byID := results(t, k.subject(t), id)
					require.Equal(t, design.want, byID[id].Verdict, "%s: %+v", design.why, byID[id])
				})
			})
		}
	}
}

// A session in mode subscription has no payment of its own that a refund could take back.
func TestEarlyRefundIsOfOnePayment(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		const id, session = "ordering/early-refund", "checkout.session.completed"
		k := earlyKeeper{handles: []string{session, chargeRefunded}, back: whenPaid(nil)}
		s := k.subject(t)
		s.Variants = map[string]string{session: "subscription"}
		_, byID := results(t, s, id)
		require.Equal(t, contract.Skip, byID[id].Verdict, "%+v", byID[id])
		require.Contains(t, byID[id].Unhandled, "payment_intent.succeeded")
	})
}
