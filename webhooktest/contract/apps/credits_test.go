package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// credits sells credits: a ledger with a row for each movement, and the balance of each
// user beside it.
var credits = app{
	name: "credits", why: "a ledger and a balance, kept alike in one transaction",
	schema: `
		CREATE TABLE balances (customer TEXT PRIMARY KEY, credits INTEGER NOT NULL);
		CREATE TABLE ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, customer TEXT NOT NULL, delta INTEGER NOT NULL,
			created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
		CREATE UNIQUE INDEX ledger_event ON ledger (event_id);`,
	breaks: "balances",
	bugs: []bug{
		{"read-modify-write", "reads the balance, adds, and writes what it came to"},
		{"not-transactional", "a ledger row whose balance could not be written keeps the retry out"},
		{"every-copy", "credits first and asks the ledger afterwards"},
	},
	start: func(_ context.Context, d *deps) http.Handler {
		return http.HandlerFunc((&creditsApp{d}).webhook)
	},
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"payment_intent.succeeded"} },
}

type creditsApp struct{ *deps }

func (a *creditsApp) webhook(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != stripe.EventTypePaymentIntentSucceeded {
		return
	}
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if payment.Customer == nil {
		return // a guest has no account
	}
	err := a.credit(r.Context(), event.ID, payment.Customer.ID, payment.AmountReceived/100)
	if err != nil && !isDuplicate(err) {
		http.Error(w, "could not credit", http.StatusServiceUnavailable)
	}
}

const (
	addRow     = "INSERT INTO ledger (event_id, customer, delta) VALUES (?, ?, ?)"
	addBalance = "INSERT INTO balances VALUES (?, ?) ON CONFLICT DO UPDATE SET credits = credits + excluded.credits"
	setBalance = "INSERT INTO balances VALUES (?, ?) ON CONFLICT DO UPDATE SET credits = excluded.credits"
)

func (a *creditsApp) credit(ctx context.Context, event, customer string, delta int64) error {
	switch {
	case a.has("read-modify-write"):
		var credits int64
		if err := a.db.QueryRow("SELECT credits FROM balances WHERE customer = ?", customer).Scan(&credits); err != nil && err != sql.ErrNoRows {
			return err
		}
		return a.db.transact(ctx, func(tx *sql.Tx) error {
			if _, err := tx.Exec(addRow, event, customer, delta); err != nil {
				return err
			}
			_, err := tx.Exec(setBalance, customer, credits+delta)
			return err
		})
	case a.has("not-transactional"):
		if _, err := a.db.Exec(addRow, event, customer, delta); err != nil {
			return err
		}
		_, err := a.db.Exec(addBalance, customer, delta)
		return err
	case a.has("every-copy"):
		if _, err := a.db.Exec(addBalance, customer, delta); err != nil {
			return err
		}
		_, err := a.db.Exec(addRow, event, customer, delta)
		return err
	}
	return a.db.transact(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(addRow, event, customer, delta); err != nil {
			return err
		}
		_, err := tx.Exec(addBalance, customer, delta)
		return err
	})
}
