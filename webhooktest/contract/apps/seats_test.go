package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// seats mirrors subscriptions with their items: a row for each price.
var seats = app{
	name: "seats", why: "a row for each price of a subscription, replaced as a whole",
	schema: `
		CREATE TABLE plans (subscription TEXT PRIMARY KEY, status TEXT NOT NULL, as_of INTEGER NOT NULL, first INTEGER NOT NULL);
		CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, subscription TEXT NOT NULL REFERENCES plans (subscription), item TEXT NOT NULL, price TEXT NOT NULL, seats INTEGER NOT NULL);`,
	breaks: "items",
	bugs: []bug{
		{"appends", "adds the items of an update to those that are there"},
		{"ignores-errors", "logs what could not be written, and returns 200"},
	},
	start:   func(_ context.Context, d *deps) http.Handler { return seatsApp{d} },
	subject: func(_ *deps, s *contract.Subject) { s.Handles = subscriptionTypes },
}

type seatsApp struct{ *deps }

func (a seatsApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	first := 0 // whether it is the first event of its subscription
	switch event.Type {
	case "customer.subscription.created":
		first = 1
	case "customer.subscription.updated", "customer.subscription.deleted":
	default:
		return
	}
	var subscription stripe.Subscription
	if err := json.Unmarshal(event.Data.Raw, &subscription); err != nil {
		http.Error(w, "not a subscription", http.StatusBadRequest)
		return
	}
	if err := a.sync(r.Context(), &subscription, event.Created, first); err != nil && !a.has("ignores-errors") {
		http.Error(w, "not synced", http.StatusInternalServerError)
	}
}

const newerPlan = "status <> 'canceled' AND (as_of < excluded.as_of OR as_of = excluded.as_of AND first >= excluded.first)"

func (a seatsApp) sync(ctx context.Context, s *stripe.Subscription, created int64, first int) error {
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	written, err := tx.Exec("INSERT INTO plans VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, as_of = excluded.as_of, first = excluded.first WHERE "+newerPlan,
		s.ID, s.Status, created, first)
	if err != nil {
		return err
	}
	if n, err := written.RowsAffected(); n == 0 || err != nil {
		return err // older than what is known
	}
	if err := a.replace(tx, s); err != nil {
		return err
	}
	return tx.Commit()
}

// replace makes the items those of the subscription.
func (a seatsApp) replace(tx *sql.Tx, s *stripe.Subscription) error {
	if !a.has("appends") {
		if _, err := tx.Exec("DELETE FROM items WHERE subscription = ?", s.ID); err != nil {
			return err
		}
	}
	if s.Items == nil {
		return nil
	}
	for _, item := range s.Items.Data {
		var price string
		if item.Price != nil {
			price = item.Price.ID
		}
		if _, err := tx.Exec("INSERT INTO items (subscription, item, price, seats) VALUES (?, ?, ?, ?)", s.ID, item.ID, price, item.Quantity); err != nil {
			return err
		}
	}
	return nil
}
