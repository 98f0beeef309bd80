package apps

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// subscriptions mirrors Stripe's subscriptions for a SaaS: one upsert for all three types,
// in which only a newer event counts.
var subscriptions = app{
	name: "subscriptions", why: "a mirror with upserts, in which the newer event wins",
	schema: `
		CREATE TABLE subscriptions (id INTEGER PRIMARY KEY AUTOINCREMENT, stripe_id TEXT NOT NULL UNIQUE, customer TEXT NOT NULL,
			status TEXT NOT NULL, quantity INTEGER NOT NULL, current_period_end INTEGER NOT NULL, cancel_at_period_end BOOLEAN NOT NULL,
			synced INTEGER NOT NULL, updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));`,
	breaks: "subscriptions",
	bugs: []bug{
		{"revives-canceled", "a late update makes a canceled subscription active again"},
		{"last-writer-wins", "whatever comes last is written"},
		{"same-second", "drops what is as old as what it knows"},
	},
	start:   func(_ context.Context, d *deps) http.Handler { return http.HandlerFunc(subscriptionsApp{d}.serve) },
	subject: func(_ *deps, s *contract.Subject) { s.Handles = subscriptionTypes },
}

var subscriptionTypes = []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}

type subscriptionsApp struct{ *deps }

func (a subscriptionsApp) serve(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	switch event.Type {
	case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted":
	default:
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var subscription stripe.Subscription
	if err := json.Unmarshal(event.Data.Raw, &subscription); err != nil {
		http.Error(w, "not a subscription", http.StatusBadRequest)
		return
	}
	if err := a.upsert(r.Context(), event, &subscription); err != nil {
		http.Error(w, "not stored", http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (a subscriptionsApp) upsert(ctx context.Context, event stripe.Event, s *stripe.Subscription) error {
	condition := "(synced < excluded.synced OR synced = excluded.synced AND ? <> 'customer.subscription.created') AND status <> 'canceled'"
	switch {
	case a.has("revives-canceled"):
		condition = "synced <= excluded.synced AND ? <> '' OR status = 'canceled'"
	case a.has("last-writer-wins"):
		condition = "? <> '' AND status <> 'canceled'"
	case a.has("same-second"):
		condition = "synced < excluded.synced AND ? <> '' AND status <> 'canceled'"
	}
	var customer string
	if s.Customer != nil {
		customer = s.Customer.ID
	}
	var quantity int64
	if s.Items != nil {
		for _, item := range s.Items.Data {
			quantity += item.Quantity
		}
	}
	_, err := a.db.ExecContext(ctx, `
		INSERT INTO subscriptions (stripe_id, customer, status, quantity, current_period_end, cancel_at_period_end, synced)
		VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (stripe_id) DO UPDATE SET status = excluded.status, quantity = excluded.quantity, customer = excluded.customer,
			current_period_end = excluded.current_period_end, cancel_at_period_end = excluded.cancel_at_period_end,
			synced = excluded.synced, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
		WHERE `+condition,
		s.ID, customer, s.Status, quantity, s.CurrentPeriodEnd, s.CancelAtPeriodEnd, event.Created, string(event.Type))
	return err
}
