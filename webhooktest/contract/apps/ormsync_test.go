package apps

import (
	"context"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// ormSync keeps a copy of every object that Stripe tells of, whatever it is, as JSON.
var ormSync = app{
	name: "orm-sync", why: "every object in one table, as JSON",
	schema: `
		CREATE TABLE stripe_objects (pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, object TEXT NOT NULL, livemode BOOLEAN NOT NULL,
			data JSON NOT NULL, as_of INTEGER NOT NULL, deleted BOOLEAN NOT NULL DEFAULT FALSE,
			djstripe_created TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, djstripe_updated TEXT);`,
	breaks: "stripe_objects",
	bugs: []bug{
		{"row-deleted", "deletes the row, which a late update makes anew"},
		{"integrity-error", "a created event whose object is there already gets 500"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return ormSyncApp{d} },
	subject: func(_ *deps, s *contract.Subject) {
		for _, resource := range []string{"customer", "coupon"} {
			s.Handles = append(s.Handles, resource+".created", resource+".updated", resource+".deleted")
		}
	},
}

type ormSyncApp struct{ *deps }

func (a ormSyncApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok {
		return
	}
	resource, verb, _ := strings.Cut(string(event.Type), ".")
	id, _ := event.Data.Object["id"].(string)
	switch resource {
	case "customer", "coupon":
	default:
		return
	}
	if id == "" || verb != "created" && verb != "updated" && verb != "deleted" {
		return
	}
	if err := a.save(r.Context(), resource, verb, id, event.Livemode, event.Data.Raw, event.Created); err != nil {
		http.Error(w, "not saved", http.StatusInternalServerError)
	}
}

func (a ormSyncApp) save(ctx context.Context, object, verb, id string, livemode bool, data []byte, created int64) error {
	if a.has("row-deleted") && verb == "deleted" {
		_, err := a.db.ExecContext(ctx, "DELETE FROM stripe_objects WHERE id = ?", id)
		return err
	}
	conflict := `ON CONFLICT (id) DO UPDATE SET data = excluded.data, as_of = excluded.as_of, deleted = excluded.deleted, djstripe_updated = CURRENT_TIMESTAMP
		WHERE NOT deleted`
	switch {
	case a.has("integrity-error") && verb == "created":
		conflict = ""
	case verb == "created":
		conflict += " AND as_of < excluded.as_of"
	case verb != "deleted":
		conflict += " AND as_of <= excluded.as_of"
	}
	_, err := a.db.ExecContext(ctx, "INSERT INTO stripe_objects (id, object, livemode, data, as_of, deleted) VALUES (?, ?, ?, ?, ?, ?)"+conflict,
		id, object, livemode, string(data), created, verb == "deleted")
	return err
}
