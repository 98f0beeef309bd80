package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// totals is a dashboard: it shows what came in, and no payment by itself.
var totals = app{
	name: "totals", why: "shows sums and counts, nothing by name",
	schema: `
		CREATE TABLE counted (event TEXT PRIMARY KEY);
		CREATE TABLE totals (currency TEXT PRIMARY KEY, payments INTEGER NOT NULL, amount NUMERIC NOT NULL);`,
	breaks: "totals",
	bugs: []bug{
		{"every-copy", "counts an event as often as it comes"},
		{"floats", "adds dollars, as floating-point numbers"},
		{"lost-update", "reads the sum and writes it back"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return totalsApp{d} },
	subject: func(d *deps, s *contract.Subject) {
		s.Handles = []string{"charge.succeeded"}
		s.State = func(ctx context.Context) (any, error) { return d.db.table(ctx, "totals") }
	},
}

type totalsApp struct{ *deps }

func (a totalsApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "charge.succeeded" {
		return
	}
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		http.Error(w, "not a charge", http.StatusBadRequest)
		return
	}
	if err := a.count(r.Context(), event.ID, &charge); err != nil && !isDuplicate(err) {
		http.Error(w, "not counted", http.StatusInternalServerError)
	}
}

func (a totalsApp) count(ctx context.Context, event string, charge *stripe.Charge) error {
	var amount any = charge.Amount
	if a.has("floats") {
		amount = float64(charge.Amount) / 100
	}
	var before int64
	if a.has("lost-update") {
		if err := a.db.QueryRow("SELECT amount FROM totals WHERE currency = ?", charge.Currency).Scan(&before); err != nil && err != sql.ErrNoRows {
			return err
		}
	}
	return a.db.transact(ctx, func(tx *sql.Tx) error {
		if !a.has("every-copy") {
			if _, err := tx.Exec("INSERT INTO counted VALUES (?)", event); err != nil {
				return err
			}
		}
		if a.has("lost-update") {
			_, err := tx.Exec("INSERT INTO totals VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET payments = payments + 1, amount = excluded.amount", charge.Currency, before+charge.Amount)
			return err
		}
		_, err := tx.Exec("INSERT INTO totals VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET payments = payments + 1, amount = amount + excluded.amount", charge.Currency, amount)
		return err
	})
}
