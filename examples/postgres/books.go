package main

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"
	"github.com/stripe/stripe-go/v76"
)

// Books are the shop's records.
type Books struct {
	Payments      []Payment      `json:"payments"`
	Subscriptions []Subscription `json:"subscriptions"`
}

// A Payment is the money received and refunded, in the currency's smallest unit.
type Payment struct {
	ID       string `json:"id"`
	Currency string `json:"currency"`
	Received int64  `json:"received"`
	Refunded int64  `json:"refunded"`
}

// A Subscription is the state in the newest event.
type Subscription struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Ending bool   `json:"ending"`
	AsOf   int64  `json:"as_of"` // seconds since 1970
}

// Books returns the records so far.
func (s *Shop) Books(ctx context.Context) (books Books, err error) {
	payments, _ := s.db.Query(ctx, `SELECT id, currency, received, refunded FROM payments ORDER BY id`) // its error is in the rows
	if books.Payments, err = pgx.CollectRows(payments, pgx.RowToStructByPos[Payment]); err != nil {
		return Books{}, err
	}
	subscriptions, _ := s.db.Query(ctx, `SELECT id, status, ending, as_of FROM subscriptions ORDER BY id`)
	books.Subscriptions, err = pgx.CollectRows(subscriptions, pgx.RowToStructByPos[Subscription])
	return books, err
}

// apply records an event, by its object, so the order of arrival makes no difference. It
// acknowledges irrelevant types, for Stripe adds some every month.
func apply(ctx context.Context, tx pgx.Tx, event *stripe.Event) error {
	switch event.Type {
	case stripe.EventTypePaymentIntentSucceeded:
		return pay(ctx, tx, event)
	case stripe.EventTypeChargeRefunded:
		return refund(ctx, tx, event)
	case stripe.EventTypeCustomerSubscriptionCreated:
		return subscribe(ctx, tx, event, 0)
	case stripe.EventTypeCustomerSubscriptionUpdated, stripe.EventTypeCustomerSubscriptionDeleted:
		return subscribe(ctx, tx, event, 1)
	}
	return nil
}

// pay records money received. The refund may have made the row before.
func pay(ctx context.Context, tx pgx.Tx, event *stripe.Event) error {
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO payments (id, currency, received) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET received = EXCLUDED.received`,
		payment.ID, payment.Currency, payment.AmountReceived)
	return err
}

// refund records the total refunded so far: an older event is no news.
func refund(ctx context.Context, tx pgx.Tx, event *stripe.Event) error {
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		return err
	}
	id := charge.ID // charges of old integrations have no payment, so they count as one
	if charge.PaymentIntent != nil {
		id = charge.PaymentIntent.ID
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO payments (id, currency, refunded) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET refunded = GREATEST(payments.refunded, EXCLUDED.refunded)`,
		id, charge.Currency, charge.AmountRefunded)
	return err
}

// subscribe records the state of a subscription unless a later one is known. Its version
// is whether it has ended, which is final; then the time of the event; then the rank of
// its type, which puts the creation before a change in the same second. Stripe's times
// have no more than seconds: of two changes in one, the last to arrive wins. A shop that
// needs certainty fetches the subscription from Stripe's API.
func subscribe(ctx context.Context, tx pgx.Tx, event *stripe.Event, rank int) error {
	var subscription stripe.Subscription
	if err := json.Unmarshal(event.Data.Raw, &subscription); err != nil {
		return err
	}
	ended := event.Type == stripe.EventTypeCustomerSubscriptionDeleted
	_, err := tx.Exec(ctx, `
		INSERT INTO subscriptions (id, status, ending, ended, as_of, rank) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET (status, ending, ended, as_of, rank)
			= (EXCLUDED.status, EXCLUDED.ending, EXCLUDED.ended, EXCLUDED.as_of, EXCLUDED.rank)
		WHERE (subscriptions.ended, subscriptions.as_of, subscriptions.rank) <= (EXCLUDED.ended, EXCLUDED.as_of, EXCLUDED.rank)`,
		subscription.ID, subscription.Status, subscription.CancelAtPeriodEnd, ended, event.Created, rank)
	return err
}
