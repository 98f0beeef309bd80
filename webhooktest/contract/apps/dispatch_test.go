package apps

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// dispatch is an application built on an engine that verifies, and calls what subscribed
// to a type: as Rails applications mount one.
var dispatch = app{
	name: "dispatch", why: "subscribers by type, below an engine",
	schema: `
		CREATE TABLE payments (uuid TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), stripe_id TEXT NOT NULL UNIQUE, cents INTEGER NOT NULL,
			inserted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
		CREATE TABLE contacts (uuid TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))), stripe_id TEXT NOT NULL UNIQUE, email TEXT,
			inserted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "payments",
	bugs: []bug{
		{"prefix", "a subscription to a type is one to all types that begin so"},
		{"not-subscribed", "returns 404 for a type without subscribers"},
		{"rescued", "rescues what a subscriber raises, and returns 200"},
	},
	start: func(_ context.Context, d *deps) http.Handler {
		e := &engine{deps: d}
		e.subscribe("payment_intent.succeeded", e.paymentSucceeded)
		e.subscribe("customer.created", e.customerCreated)
		return e
	},
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles = []string{"payment_intent.succeeded", "customer.created"}
	},
}

type subscriber func(context.Context, stripe.Event) error

type engine struct {
	*deps
	types       []string
	subscribers []subscriber
}

func (e *engine) subscribe(eventType string, s subscriber) {
	e.types, e.subscribers = append(e.types, eventType), append(e.subscribers, s)
}

func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	called := 0
	for i, eventType := range e.types {
		if string(event.Type) != eventType && !(e.has("prefix") && strings.HasPrefix(string(event.Type), eventType)) {
			continue
		}
		called++
		if err := e.subscribers[i](r.Context(), event); err != nil {
			if !e.has("rescued") {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
		}
	}
	if called == 0 && e.has("not-subscribed") {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintf(w, "%d subscribers", called)
}

func (e *engine) paymentSucceeded(ctx context.Context, event stripe.Event) error {
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		return err
	}
	_, err := e.db.ExecContext(ctx, "INSERT INTO payments (stripe_id, cents) VALUES (?, ?) ON CONFLICT DO NOTHING", payment.ID, payment.AmountReceived)
	return err
}

func (e *engine) customerCreated(ctx context.Context, event stripe.Event) error {
	var customer stripe.Customer
	if err := json.Unmarshal(event.Data.Raw, &customer); err != nil {
		return err
	}
	_, err := e.db.ExecContext(ctx, "INSERT INTO contacts (stripe_id, email) VALUES (?, ?) ON CONFLICT DO NOTHING", customer.ID, customer.Email)
	return err
}
