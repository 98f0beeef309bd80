package apps

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// orders is a shop whose checkout makes an order first: the webhook looks it up by its
// metadata, and fulfills it once.
var orders = app{
	name: "orders", why: "an order of its own, fulfilled once",
	schema: `
		CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'paid')),
			total INTEGER NOT NULL, currency TEXT NOT NULL, paid_at TEXT, payment_intent TEXT);
		CREATE TABLE shipments (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders (id), created_at TEXT NOT NULL);`,
	breaks: "shipments",
	bugs: []bug{
		{"unpaid", "fulfills a session that is not paid yet"},
		{"check-then-ship", "reads the status, ships, and writes the status, each by itself"},
		{"no-such-order", "returns 500 for the sessions of other products of the same account"},
		{"any-amount", "does not compare what was paid with what the order costs"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return ordersApp{d} },
	subject: func(d *deps, s *contract.Subject) {
		s.Handles = []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"}
		s.Prepare = func(ctx context.Context, event *webhooktest.Event) ([]webhooktest.Edit, error) {
			order, err := d.db.ExecContext(ctx, "INSERT INTO orders (total, currency) VALUES (4800, 'usd')")
			if err != nil {
				return nil, err
			}
			id, err := order.LastInsertId()
			return []webhooktest.Edit{webhooktest.Add("data.object.metadata.order_id", fmt.Sprint(id))}, err
		}
	},
}

type ordersApp struct{ *deps }

func (a ordersApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	switch event.Type {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		var session stripe.CheckoutSession
		if err := json.Unmarshal(event.Data.Raw, &session); err != nil {
			http.Error(w, "not a session", http.StatusBadRequest)
			return
		}
		if session.PaymentStatus == stripe.CheckoutSessionPaymentStatusUnpaid && !a.has("unpaid") {
			break // async_payment_succeeded will come
		}
		if err := a.fulfill(r.Context(), &session); err != nil {
			http.Error(w, "try again", http.StatusInternalServerError)
			return
		}
	}
	w.WriteHeader(http.StatusOK)
}

func (a ordersApp) fulfill(ctx context.Context, session *stripe.CheckoutSession) error {
	id := session.Metadata["order_id"]
	if a.has("no-such-order") {
		var status string
		if err := a.db.QueryRow("SELECT status FROM orders WHERE id = ?", id).Scan(&status); err != nil {
			return err // sql.ErrNoRows
		}
	}
	if fits, err := a.db.exists("SELECT 1 FROM orders WHERE id = ? AND total = ? AND currency = ?", id, session.AmountTotal, session.Currency); err != nil {
		return err
	} else if !fits && !a.has("any-amount") {
		return nil // somebody else's, or for the support to look at
	}
	now := time.Now().UTC().Format(time.DateTime)
	if a.has("check-then-ship") {
		return a.checkThenShip(id, now)
	}
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	paid, err := tx.Exec("UPDATE orders SET status = 'paid', paid_at = ? WHERE id = ? AND status = 'pending'", now, id)
	if err != nil {
		return err
	}
	if changed, err := paid.RowsAffected(); err != nil || changed == 0 {
		return err // paid before, or none of ours
	}
	if _, err := tx.Exec("INSERT INTO shipments (order_id, created_at) VALUES (?, ?)", id, now); err != nil {
		return err
	}
	return tx.Commit()
}

func (a ordersApp) checkThenShip(id, now string) error {
	pending, err := a.db.exists("SELECT 1 FROM orders WHERE id = ? AND status = 'pending'", id)
	if err != nil || !pending {
		return err
	}
	if _, err := a.db.Exec("INSERT INTO shipments (order_id, created_at) VALUES (?, ?)", id, now); err != nil {
		return err
	}
	_, err = a.db.Exec("UPDATE orders SET status = 'paid', paid_at = ? WHERE id = ?", now, id)
	return err
}
