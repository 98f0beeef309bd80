// Package shop is a typical webhook handler of a shop in Go: it verifies with stripe-go,
// dispatches by event type and counts every event once.
package shop

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"
)

// maxBody limits what a stranger can make the shop read. Stripe's events are smaller, but
// some exceed the 64 KiB of many examples.
const maxBody = 1 << 20

// A Shop handles Stripe's webhooks. Its ledger lives in memory: a real shop writes the
// event's ID and its effect in one database transaction.
type Shop struct {
	Log func(format string, args ...any) // why an event was refused; nil logs nothing

	secret string

	mu        sync.Mutex
	processed map[string]bool // by event id
	ledger    []Entry
}

// An Entry is the effect of one event on the shop.
type Entry struct {
	What     string `json:"what"`
	Object   string `json:"object,omitempty"`
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// New returns a shop that accepts events signed with the endpoint's secret.
func New(secret string) *Shop {
	return &Shop{secret: secret, processed: make(map[string]bool)}
}

// Ledger returns the entries so far.
func (s *Shop) Ledger() []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ledger)
}

// ServeHTTP handles one delivery. It verifies the raw bytes, and answers 2xx only once
// the event is processed: without that, Stripe delivers again.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body not readable", http.StatusBadRequest)
		return
	}
	event, err := webhook.ConstructEvent(body, r.Header.Get("Stripe-Signature"), s.secret)
	if err != nil || event.Data == nil {
		s.log("refused: %v", err)
		http.Error(w, "event refused", http.StatusBadRequest)
		return
	}
	if err := s.process(event); err != nil {
		s.log("event %s: %v", event.ID, err)
		http.Error(w, "event not processed", http.StatusInternalServerError)
	}
}

func (s *Shop) log(format string, args ...any) {
	if s.Log != nil {
		s.Log(format, args...)
	}
}

// process applies an event unless it was applied before. The lock covers both the check
// and the effect, so concurrent copies count once.
func (s *Shop) process(event stripe.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.processed[event.ID] {
		return nil
	}
	entry, err := effect(event)
	if err != nil {
		return err
	}
	if entry != nil {
		s.ledger = append(s.ledger, *entry)
	}
	s.processed[event.ID] = true
	return nil
}

// effect returns the event's effect on the shop, nil for none: Stripe adds event types,
// and endpoints should acknowledge unknown ones.
func effect(event stripe.Event) (*Entry, error) {
	switch event.Type {
	case stripe.EventTypePaymentIntentSucceeded:
		var payment stripe.PaymentIntent
		err := json.Unmarshal(event.Data.Raw, &payment)
		return &Entry{"payment received", payment.ID, payment.AmountReceived, string(payment.Currency)}, err
	case stripe.EventTypeChargeDisputeCreated:
		var dispute stripe.Dispute
		err := json.Unmarshal(event.Data.Raw, &dispute)
		return &Entry{"payment disputed", dispute.ID, dispute.Amount, string(dispute.Currency)}, err
	case stripe.EventTypeBalanceAvailable:
		var balance stripe.Balance
		if err := json.Unmarshal(event.Data.Raw, &balance); err != nil {
			return nil, err
		}
		if len(balance.Available) == 0 {
			return nil, fmt.Errorf("balance without an available amount")
		}
		available := balance.Available[0]
		return &Entry{"balance available", "", available.Amount, string(available.Currency)}, nil
	}
	return nil, nil
}
