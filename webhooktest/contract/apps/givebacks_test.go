package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// givebacks books each refund by itself: Stripe tells the sum of all, the ledger has an
// entry for what is new in it.
var givebacks = app{
	name: "givebacks", why: "an entry for each refund, where Stripe tells the sum of all",
	schema: `
		CREATE TABLE givebacks (id INTEGER PRIMARY KEY AUTOINCREMENT, charge TEXT NOT NULL, cents INTEGER NOT NULL, note TEXT NOT NULL UNIQUE,
			at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "givebacks",
	bugs: []bug{
		{"once-per-charge", "takes the second refund of a charge for a repetition"},
	},
	start:   func(_ context.Context, d *deps) http.Handler { return givebacksApp{d} },
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"charge.refunded"} },
}

type givebacksApp struct{ *deps }

func (a givebacksApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "charge.refunded" {
		return
	}
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		http.Error(w, "not a charge", http.StatusBadRequest)
		return
	}
	if err := a.db.transact(r.Context(), func(tx *sql.Tx) error { return a.book(tx, &charge) }); err != nil {
		http.Error(w, "not booked", http.StatusInternalServerError)
	}
}

// book adds an entry of what is not yet in the ledger.
func (a givebacksApp) book(tx *sql.Tx, charge *stripe.Charge) error {
	var known int64
	if err := tx.QueryRow("SELECT coalesce(sum(cents), 0) FROM givebacks WHERE charge = ?", charge.ID).Scan(&known); err != nil {
		return err
	}
	if known >= charge.AmountRefunded || known > 0 && a.has("once-per-charge") {
		return nil
	}
	note := fmt.Sprintf("%s/%d", charge.ID, charge.AmountRefunded)
	_, err := tx.Exec("INSERT INTO givebacks (charge, cents, note) VALUES (?, ?, ?)", charge.ID, charge.AmountRefunded-known, note)
	return err
}
