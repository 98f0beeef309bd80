package main

import (
	"encoding/json"
	"io"
	"log"
	"maps"
	"net/http"
	"sync"

	"github.com/stripe/stripe-go/v86"
	"github.com/stripe/stripe-go/v86/webhook"
)

// maxBody limits what a stranger can make the shop read. Stripe's events are smaller, but
// some exceed the 64 KiB of many examples.
const maxBody = 1 << 20

// A Shop handles Stripe's webhooks of test mode. Its books live in memory: a real shop
// writes the event's ID and its effect in one database transaction, like
// examples/postgres.
type Shop struct {
	secret string

	mu        sync.Mutex
	processed map[string]bool // by event id
	books     Books
}

// Books are the shop's records, by the IDs of Stripe's objects.
type Books struct {
	Payments      map[string]int64        `json:"payments"` // received
	Refunds       map[string]int64        `json:"refunds"`  // by charge, total so far
	Subscriptions map[string]Subscription `json:"subscriptions"`
}

// A Subscription is the state in the newest event.
type Subscription struct {
	Status stripe.SubscriptionStatus `json:"status"`
	Ending bool                      `json:"ending"`
	AsOf   int64                     `json:"as_of"`
}

// NewShop returns a shop that accepts events signed with the endpoint's secret.
func NewShop(secret string) *Shop {
	return &Shop{
		secret: secret, processed: make(map[string]bool),
		books: Books{make(map[string]int64), make(map[string]int64), make(map[string]Subscription)},
	}
}

// Books returns the records so far.
func (s *Shop) Books() Books {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Books{maps.Clone(s.books.Payments), maps.Clone(s.books.Refunds), maps.Clone(s.books.Subscriptions)}
}

// ServeHTTP handles one delivery. stripe-go refuses events of other release trains:
// create the endpoint with stripe.APIVersion.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body not readable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), s.secret)
	if err != nil || event.Data == nil {
		log.Printf("refused: %v", err)
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	if err := s.process(&event); err != nil {
		log.Printf("event %s: %v", event.ID, err)
		http.Error(w, "event not processed", http.StatusInternalServerError)
	}
}

// process applies an event unless it was applied before. The lock covers both the check
// and the effect, so concurrent copies count once.
func (s *Shop) process(event *stripe.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if event.Livemode || s.processed[event.ID] {
		return nil
	}
	if err := s.apply(event); err != nil {
		return err
	}
	s.processed[event.ID] = true
	return nil
}

// apply records an event, by its object: two Event objects for one payment are one
// payment. It acknowledges irrelevant types, for Stripe adds some every month.
func (s *Shop) apply(event *stripe.Event) error {
	switch event.Type {
	case stripe.EventTypePaymentIntentSucceeded:
		var payment stripe.PaymentIntent
		if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
			return err
		}
		s.books.Payments[payment.ID] = payment.AmountReceived
	case stripe.EventTypeChargeRefunded:
		var charge stripe.Charge
		if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
			return err
		}
		s.books.Refunds[charge.ID] = max(s.books.Refunds[charge.ID], charge.AmountRefunded)
	case stripe.EventTypeCustomerSubscriptionCreated, stripe.EventTypeCustomerSubscriptionUpdated,
		stripe.EventTypeCustomerSubscriptionDeleted:
		var subscription stripe.Subscription
		if err := json.Unmarshal(event.Data.Raw, &subscription); err != nil {
			return err
		}
		s.subscribe(event, &subscription)
	}
	return nil
}

// subscribe records the state of a subscription unless a later one is known: events
// arrive in any order. An end is final, the creation overwrites nothing. Of two changes
// in one second, the resolution of an event's time, the last to arrive wins; a shop that
// needs certainty fetches the subscription.
func (s *Shop) subscribe(event *stripe.Event, subscription *stripe.Subscription) {
	last, known := s.books.Subscriptions[subscription.ID]
	ends := event.Type == stripe.EventTypeCustomerSubscriptionDeleted
	first := event.Type == stripe.EventTypeCustomerSubscriptionCreated
	if known && !ends && (first || last.Status == stripe.SubscriptionStatusCanceled || event.Created < last.AsOf) {
		return
	}
	s.books.Subscriptions[subscription.ID] = Subscription{subscription.Status, subscription.CancelAtPeriodEnd, event.Created}
}
