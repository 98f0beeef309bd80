package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// connect is a platform with a tenant for each connected account.
var connect = app{
	name: "connect", why: "a tenant for each connected account",
	schema: `
		CREATE TABLE tenants (id INTEGER PRIMARY KEY, account TEXT NOT NULL UNIQUE, turnover INTEGER NOT NULL DEFAULT 0);
		CREATE TABLE charges (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL REFERENCES tenants (id), stripe_id TEXT NOT NULL, amount INTEGER NOT NULL,
			UNIQUE (tenant_id, stripe_id));
		INSERT INTO tenants (account) VALUES ('acct_1AppsTenantOne00'), ('acct_1AppsTenantTwo00');`,
	breaks: "charges",
	bugs: []bug{
		{"first-tenant", "does not look at the account, and books for the first tenant"},
		{"new-tenant", "makes a tenant of whoever sends something"},
		{"unknown-account", "returns 500 for an account that is not connected any more"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return connectApp{d} },
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles, s.Connect, s.Account = []string{"charge.succeeded"}, true, "acct_1AppsTenantTwo00"
	},
}

type connectApp struct{ *deps }

func (a connectApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "charge.succeeded" {
		return
	}
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		http.Error(w, "not a charge", http.StatusBadRequest)
		return
	}
	if err := a.db.transact(r.Context(), func(tx *sql.Tx) error { return a.book(tx, event.Account, &charge) }); err != nil {
		http.Error(w, "not booked", http.StatusInternalServerError)
	}
}

func (a connectApp) book(tx *sql.Tx, account string, charge *stripe.Charge) error {
	var tenant int64
	query := "SELECT id FROM tenants WHERE account = ?"
	if a.has("first-tenant") {
		query = "SELECT id FROM tenants WHERE account >= '' OR account = ? ORDER BY id LIMIT 1"
	}
	if a.has("new-tenant") {
		if _, err := tx.Exec("INSERT INTO tenants (account) VALUES (?) ON CONFLICT DO NOTHING", account); err != nil {
			return err
		}
	}
	err := tx.QueryRow(query, account).Scan(&tenant)
	if err == sql.ErrNoRows && !a.has("unknown-account") {
		return nil // disconnected since
	}
	if err != nil {
		return err
	}
	booked, err := tx.Exec("INSERT INTO charges (tenant_id, stripe_id, amount) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", tenant, charge.ID, charge.Amount)
	if err != nil {
		return err
	}
	if n, err := booked.RowsAffected(); n == 0 || err != nil {
		return err
	}
	_, err = tx.Exec("UPDATE tenants SET turnover = turnover + ? WHERE id = ?", charge.Amount, tenant)
	return err
}
