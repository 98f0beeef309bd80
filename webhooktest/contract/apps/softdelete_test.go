package apps

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// softDelete keeps the rows of deleted customers, as the law wants of an accountant.
var softDelete = app{
	name: "soft-delete", why: "deleted rows stay, with the time of their end",
	schema: `
		CREATE TABLE accounts (id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, email TEXT, name TEXT, version INTEGER NOT NULL DEFAULT 0,
			deleted_at TEXT, created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
		CREATE UNIQUE INDEX one_account ON accounts (customer);`,
	breaks: "accounts",
	bugs: []bug{
		{"undeletes", "an upsert clears deleted_at"},
		{"live-unique", "is unique among live rows only: a late event adds a second row"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return softDeleteApp{d} },
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles = []string{"customer.created", "customer.updated", "customer.deleted"}
	},
}

type softDeleteApp struct{ *deps }

func (a softDeleteApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	var customer stripe.Customer
	if err := json.Unmarshal(event.Data.Raw, &customer); err != nil {
		return // of another kind
	}
	var err error
	switch event.Type {
	case "customer.created":
		err = a.save(r.Context(), &customer, event.Created, "version < excluded.version")
	case "customer.updated":
		err = a.save(r.Context(), &customer, event.Created, "version <= excluded.version")
	case "customer.deleted":
		err = a.delete(r.Context(), &customer, event.Created)
	}
	if err != nil {
		http.Error(w, "not saved", http.StatusInternalServerError)
	}
}

func (a softDeleteApp) save(ctx context.Context, c *stripe.Customer, version int64, newer string) error {
	query := "INSERT INTO accounts (customer, email, name, version) VALUES (?, ?, ?, ?) ON CONFLICT (customer) DO UPDATE SET email = excluded.email, name = excluded.name, version = excluded.version WHERE deleted_at IS NULL AND " + newer
	switch {
	case a.has("undeletes"):
		query = "INSERT INTO accounts (customer, email, name, version) VALUES (?, ?, ?, ?) ON CONFLICT (customer) DO UPDATE SET email = excluded.email, name = excluded.name, version = excluded.version, deleted_at = NULL WHERE deleted_at IS NOT NULL OR " + newer
	case a.has("live-unique"):
		query = "INSERT INTO accounts (customer, email, name, version) VALUES (?, ?, ?, ?) ON CONFLICT (customer) WHERE deleted_at IS NULL DO UPDATE SET email = excluded.email, name = excluded.name, version = excluded.version WHERE " + newer
		if _, err := a.db.ExecContext(ctx, "DROP INDEX IF EXISTS one_account; CREATE UNIQUE INDEX IF NOT EXISTS one_live ON accounts (customer) WHERE deleted_at IS NULL"); err != nil {
			return err
		}
	}
	_, err := a.db.ExecContext(ctx, query, c.ID, c.Email, c.Name, version)
	return err
}

// delete ends an account, or notes the end of one that is yet to come.
func (a softDeleteApp) delete(ctx context.Context, c *stripe.Customer, version int64) error {
	if a.has("live-unique") {
		_, err := a.db.ExecContext(ctx, "UPDATE accounts SET deleted_at = CURRENT_TIMESTAMP WHERE customer = ? AND deleted_at IS NULL", c.ID)
		return err
	}
	_, err := a.db.ExecContext(ctx, "INSERT INTO accounts (customer, email, name, version, deleted_at) VALUES (?, ?, ?, ?, CURRENT_TIMESTAMP) ON CONFLICT DO UPDATE SET deleted_at = coalesce(deleted_at, CURRENT_TIMESTAMP)", c.ID, c.Email, c.Name, version)
	return err
}
