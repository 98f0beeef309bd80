package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/transfer"
	"github.com/stripe/stripe-go/v76/webhook"
)

// maxBody bounds what a stranger can make the service read. Stripe's events are
// smaller, but some are larger than the 64 KiB of many examples.
const maxBody = 1 << 20

// patience is how long an event may take. When the API does not answer, an early 500
// is better than a late one: Stripe delivers the event again either way.
const patience = 3 * time.Second

// Payouts pays a seller for each payment, less a tenth. It keeps nothing itself: what
// was paid is known at Stripe.
type Payouts struct {
	secret string
	seller string
	stripe transfer.Client
}

// ServeHTTP takes one delivery. It answers 2xx only when the seller is paid: Stripe
// delivers again what it did not see acknowledged.
func (p *Payouts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body not readable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), p.secret)
	if err != nil || event.Data == nil {
		log.Printf("refused: %v", err)
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	// What has begun is finished, also when the sender hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	if err := p.process(ctx, &event); err != nil {
		log.Printf("event %s: %v", event.ID, err)
		http.Error(w, "event not processed", http.StatusInternalServerError)
	}
}

// process acknowledges types that mean nothing to the service, for Stripe adds some
// every month.
func (p *Payouts) process(ctx context.Context, event *stripe.Event) error {
	if event.Type != stripe.EventTypePaymentIntentSucceeded {
		return nil
	}
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		return err
	}
	paid, err := p.paid(ctx, payment.ID)
	if err != nil || paid {
		return err
	}
	return p.pay(ctx, &payment)
}

// paid reports whether the seller was paid for a payment, be it weeks ago.
func (p *Payouts) paid(ctx context.Context, payment string) (bool, error) {
	params := &stripe.TransferListParams{TransferGroup: stripe.String(payment)}
	params.Context, params.Limit = ctx, stripe.Int64(1)
	transfers := p.stripe.List(params)
	return transfers.Next(), transfers.Err()
}

// pay pays the seller. The idempotency key is the payment's id, so that of copies of the
// event that arrive at once only one pays. Stripe forgets keys after a day, and by then
// paid knows. (A prefix would be nice, but a key has 255 characters at the most, and an
// id may have as many.)
func (p *Payouts) pay(ctx context.Context, payment *stripe.PaymentIntent) error {
	params := &stripe.TransferParams{
		Amount:        stripe.Int64(payment.AmountReceived - payment.AmountReceived/10),
		Currency:      stripe.String(string(payment.Currency)),
		Destination:   stripe.String(p.seller),
		TransferGroup: stripe.String(payment.ID),
	}
	params.Context = ctx
	params.SetIdempotencyKey(payment.ID)
	_, err := p.stripe.New(params)
	return err
}
