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

// maxBody limits what a stranger can make the service read. Stripe's events are smaller,
// but some exceed the 64 KiB of many examples.
const maxBody = 1 << 20

// patience is the time limit for an event. If the API does not answer, an early 500 is
// better than a late one: Stripe delivers the event again either way.
const patience = 3 * time.Second

// Payouts pays a seller for each payment, less a tenth. It stores nothing itself: the
// record of payments is at Stripe.
type Payouts struct {
	secret string
	seller string
	stripe transfer.Client
}

// ServeHTTP handles one delivery. It answers 2xx only once the seller is paid: without
// that, Stripe delivers again.
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
	// Finish what has begun, even if the sender hangs up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), patience)
	defer cancel()
	if err := p.process(ctx, &event); err != nil {
		log.Printf("event %s: %v", event.ID, err)
		http.Error(w, "event not processed", http.StatusInternalServerError)
	}
}

// process acknowledges irrelevant types, for Stripe adds some every month.
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

// paid reports whether the seller was paid for a payment, even weeks ago.
func (p *Payouts) paid(ctx context.Context, payment string) (bool, error) {
	params := &stripe.TransferListParams{TransferGroup: stripe.String(payment)}
	params.Context, params.Limit = ctx, stripe.Int64(1)
	transfers := p.stripe.List(params)
	return transfers.Next(), transfers.Err()
}

// pay pays the seller. The idempotency key is the payment's ID, so only one of several
// concurrent copies pays. Stripe forgets keys after a day, but paid still finds the
// transfer. (A prefix would be nice, but a key has at most 255 characters, and an ID may
// have as many.)
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
