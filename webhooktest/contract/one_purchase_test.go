package contract_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A wallet credits buyers, and knows events that it has seen.
type wallet struct {
	handles []string
	seen    map[string]bool // events
	paid    map[string]bool // purchases
	cents   zooObject       // by customer
	total   float64
	lines   []any
}

func (w *wallet) take(d *zooDelivery, book func(*wallet, *zooDelivery) error) error {
	if w.seen[d.event.ID] || !slices.Contains(w.handles, string(d.event.Type)) {
		return nil
	}
	err := book(w, d)
	w.seen[d.event.ID] = err == nil
	return err
}

// told is the amount that an event tells.
func told(d *zooDelivery) (cents float64) {
	for _, field := range []string{"amount_received", "amount_total", "amount_paid", "amount"} {
		if cents, _ = d.event.Data.Object[field].(float64); cents != 0 {
			break
		}
	}
	return cents
}

func (w *wallet) credit(d *zooDelivery) error {
	was, _ := w.cents[zooField(d, "customer")].(float64)
	w.cents[zooField(d, "customer")] = was + told(d)
	return nil
}

func (w *wallet) sum(d *zooDelivery) error {
	w.total += told(d)
	return nil
}

func (w *wallet) count(*zooDelivery) error {
	w.total++
	return nil
}

func (w *wallet) log(d *zooDelivery) error {
	w.lines = append(w.lines, zooObject{"event": d.event.ID, "type": string(d.event.Type), "cents": told(d)})
	return nil
}

// renew leaves the first invoice to the session, which has credited it.
func (w *wallet) renew(d *zooDelivery) error {
	if d.event.Data.Object["billing_reason"] == "subscription_create" {
		return nil
	}
	return w.credit(d)
}

// insert has a row for each purchase, and cannot have a second.
func (w *wallet) insert(d *zooDelivery) error {
	id := zooAbout(d, []string{"subscription", "payment_intent", "id"})
	if w.paid[id] {
		return errDuplicate
	}
	w.paid[id], w.lines = true, append(w.lines, id)
	return nil
}

// once books what it has not booked yet, by the purchase.
func once(book func(*wallet, *zooDelivery) error) func(*wallet, *zooDelivery) error {
	return func(w *wallet, d *zooDelivery) error {
		id := zooAbout(d, []string{"payment_intent", "invoice", "id"})
		if w.paid[id] {
			return nil
		}
		w.paid[id] = true
		return book(w, d)
	}
}

// Two types that tell of one purchase count it once, whether an app credits an account or adds
// to a total. What each type has for itself is nobody's fault.
func TestOnePurchase(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const charge, intent, session = "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"
	const invoice, created = "invoice.paid", "customer.subscription.created"
	const counted, refused = "Counted one purchase twice: told by two types", "Refused a genuine event at every attempt"
	for name, test := range map[string]struct {
		book    func(*wallet, *zooDelivery) error
		handles []string
		want    contract.Verdict
		says    string
	}{
		"an intent and its session credit an account": {(*wallet).credit, []string{intent, session}, contract.Warn, counted},
		"by the payment":                         {once((*wallet).credit), []string{intent, session}, contract.Pass, ""},
		"a charge and its intent add to a total": {(*wallet).sum, []string{charge, intent}, contract.Warn, counted},
		"by the payment, to a total":             {once((*wallet).sum), []string{charge, intent}, contract.Pass, ""},
		"a log with a line for each event":       {(*wallet).log, []string{charge, intent, session}, contract.Pass, ""},
		"a count of events":                      {(*wallet).count, []string{charge, intent, session}, contract.Pass, ""},
		"a first invoice and its session":        {(*wallet).credit, []string{invoice, session}, contract.Warn, counted},
		"renewals alone, beside the session":     {(*wallet).renew, []string{invoice, session}, contract.Pass, ""},
		"a row for each payment, inserted twice": {(*wallet).insert, []string{charge, intent}, contract.Warn, refused},
		"a row for each subscription":            {(*wallet).insert, []string{created, session}, contract.Warn, refused},
		"one type alone":                         {(*wallet).credit, []string{intent}, contract.Skip, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wallet{handles: test.handles, seen: make(map[string]bool), paid: make(map[string]bool), cents: zooObject{}}
			subject := zooApp(t, test.handles, 0, func(d *zooDelivery) error { return w.take(d, test.book) }, func() any {
				return zooObject{"accounts": w.cents, "total": w.total, "lines": w.lines}
			})
			_, byID := results(t, subject, "control", "idempotency/one-purchase")
			got := byID["idempotency/one-purchase"]
			require.Equal(t, test.want, got.Verdict, "%s: %s", got.Reason, got.Actual)
			require.Equal(t, test.says, got.Headline)
		})
	}
}
