package contract_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/stripe/stripe-go/v76"
)

// What the handler stores.

type zooRow struct {
	ID       string `json:"id,omitempty"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type zooRecord struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Created int64  `json:"created"`
}

type zooSubscription struct {
	Status   string `json:"status"`
	Quantity int64  `json:"quantity"`
	Cancels  bool   `json:"cancels"`

	id           string
	first, ended bool // by a created, a deleted event
	updated      bool // by this event, or one before
	created      int64
	began        int64 // the object's own created
	arrival      int
}

// zooDecode reads the event's object into one of stripe-go's.
func zooDecode(d *zooDelivery, object any) error {
	if err := json.Unmarshal(d.event.Data.Raw, object); err != nil {
		return errZooObject
	}
	if zooField(d, "id") == "" && zooField(d, "object") != "balance" {
		return errZooObject
	}
	return nil
}

func (z *zooHandler) paid(d *zooDelivery) error {
	var payment stripe.PaymentIntent
	if err := zooDecode(d, &payment); err != nil {
		return err
	}
	z.payments = append(z.payments, zooRow{payment.ID, payment.AmountReceived, string(payment.Currency)})
	z.total += payment.AmountReceived
	z.buyers = append(z.buyers, zooPayer{payment.Metadata["order_id"], payment.ReceiptEmail, payment.AmountReceived})
	z.note("paid %s %.2f", payment.ID, float64(payment.AmountReceived)/100)
	return nil
}

func (z *zooHandler) disputed(d *zooDelivery) error {
	var dispute stripe.Dispute
	if err := zooDecode(d, &dispute); err != nil {
		return err
	}
	z.disputes = append(z.disputes, zooRow{dispute.ID, dispute.Amount, string(dispute.Currency)})
	z.note("disputed %s %.2f", dispute.ID, float64(dispute.Amount)/100)
	return nil
}

func (z *zooHandler) available(d *zooDelivery) error {
	var balance stripe.Balance
	if err := zooDecode(d, &balance); err != nil {
		return err
	}
	for _, available := range balance.Available {
		z.balances = append(z.balances, zooRow{"", available.Amount, string(available.Currency)})
		z.note("available %.2f %s", float64(available.Amount)/100, available.Currency)
	}
	return nil
}

func (z *zooHandler) refunded(d *zooDelivery) error {
	var refund stripe.Refund
	if err := zooDecode(d, &refund); err != nil {
		return err
	}
	z.refunds = append(z.refunds, zooRow{refund.ID, refund.Amount, string(refund.Currency)})
	z.note("refunded %s %.2f", refund.ID, float64(refund.Amount)/100)
	return nil
}

// chargeRefunded notes what was refunded of a charge. The event says how much it is
// by now, not how much it was this time.
func (z *zooHandler) chargeRefunded(d *zooDelivery) error {
	var charge stripe.Charge
	if err := zooDecode(d, &charge); err != nil {
		return err
	}
	z.charges[charge.ID] = max(z.charges[charge.ID], charge.AmountRefunded)
	z.note("refunded of %s %.2f", charge.ID, float64(charge.AmountRefunded)/100)
	return nil
}

func (z *zooHandler) invoiced(d *zooDelivery) error {
	var invoice stripe.Invoice
	if err := zooDecode(d, &invoice); err != nil {
		return err
	}
	z.invoices = append(z.invoices, zooRow{invoice.ID, invoice.AmountPaid, string(invoice.Currency)})
	z.note("invoiced %s %.2f", invoice.ID, float64(invoice.AmountPaid)/100)
	return nil
}

// unfulfilled notes that a slow payment has failed.
func (z *zooHandler) unfulfilled(d *zooDelivery) error {
	z.note("unfulfilled %s", zooField(d, "id"))
	return nil
}

// fulfil ships what was paid for. A session that is completed may still be unpaid.
func (z *zooHandler) fulfil(d *zooDelivery) error {
	var session stripe.CheckoutSession
	if err := zooDecode(d, &session); err != nil {
		return err
	}
	if session.PaymentStatus == stripe.CheckoutSessionPaymentStatusUnpaid {
		return nil
	}
	z.fulfilled = append(z.fulfilled, zooRow{session.ID, session.AmountTotal, string(session.Currency)})
	z.buyers = append(z.buyers, zooPayer{session.ClientReferenceID, session.CustomerDetails.Email, session.AmountTotal})
	z.note("fulfilled %s %.2f", session.ID, float64(session.AmountTotal)/100)
	return nil
}

func (z *zooHandler) subscribed(d *zooDelivery) error {
	var subscription stripe.Subscription
	if err := zooDecode(d, &subscription); err != nil {
		return err
	}
	now := zooSubscription{
		id:     subscription.ID,
		Status: string(subscription.Status), Cancels: subscription.CancelAtPeriodEnd,
		first:   strings.HasSuffix(string(d.event.Type), ".created"),
		ended:   strings.HasSuffix(string(d.event.Type), ".deleted"),
		created: d.event.Created, began: subscription.Created, arrival: d.arrival,
	}
	if subscription.Items != nil {
		for _, item := range subscription.Items.Data {
			now.Quantity += item.Quantity
		}
	}
	key := z.subscriptionKey(&subscription)
	old, known := z.subscriptions[key]
	if known && !z.newer(old, now) {
		return nil
	}
	now.updated = old.updated || !now.first && !now.ended
	z.subscriptions[key] = now
	z.note("subscription %s %s x%d", subscription.ID, now.Status, now.Quantity)
	return nil
}

// State returns what the handler shows of its database.
func (z *zooHandler) State(context.Context) (any, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	return z.show(), nil
}

func (z *zooHandler) everything() any {
	return map[string]any{
		"payments": slices.Clone(z.payments), "total": z.total,
		"disputes": slices.Clone(z.disputes), "balances": slices.Clone(z.balances),
		"refunds": slices.Clone(z.refunds), "charges": zooDecimals(z.charges),
		"fulfilled": slices.Clone(z.fulfilled), "invoices": slices.Clone(z.invoices),
		"subscriptions": maps.Clone(z.subscriptions), "log": slices.Clone(z.log),
	}
}

// zooDecimals shows amounts as a database's decimals are shown.
func zooDecimals(amounts map[string]int64) map[string]string {
	decimals := make(map[string]string)
	for id, amount := range amounts {
		decimals[id] = fmt.Sprintf("%d.%02d", amount/100, amount%100)
	}
	return decimals
}

// Break makes the database fail until Heal.
func (z *zooHandler) Break(context.Context) error { return z.setDown(true) }

// Heal ends a Break.
func (z *zooHandler) Heal(context.Context) error { return z.setDown(false) }

func (z *zooHandler) setDown(down bool) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.down = down
	return nil
}

// Restart starts the handler anew, on the same database.
func (z *zooHandler) Restart(context.Context) error {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.restart()
	return nil
}

// Close ends the work in the background, when it is done.
func (z *zooHandler) Close() {
	_ = z.Heal(context.Background())
	z.working.Wait()
}

func (z *zooHandler) note(format string, args ...any) {
	z.log = append(z.log, fmt.Sprintf(format, args...))
}

// zooNewer is whether a subscription's event tells more than what is known:
// creation comes first, the end last, and between them the later second, then the
// later arrival.
func zooNewer(old, now zooSubscription) bool {
	if old.ended || now.first {
		return false
	}
	return now.ended || cmp.Or(cmp.Compare(now.created, old.created), cmp.Compare(now.arrival, old.arrival)) > 0
}
