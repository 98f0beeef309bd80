package apps

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"io"
	"net/http"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// eventLog stores every event, and what follows from it beside it.
var eventLog = app{
	name: "event-log", why: "a log of all events, deduplicated by its key, and a projection",
	schema: `
		CREATE TABLE stripe_events (dedupe_key TEXT PRIMARY KEY, type TEXT NOT NULL, livemode INTEGER NOT NULL, payload JSON NOT NULL,
			received_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
		CREATE TABLE refunds (refund TEXT NOT NULL, status TEXT NOT NULL, cents INTEGER NOT NULL, changes INTEGER NOT NULL DEFAULT 1);
		CREATE UNIQUE INDEX one_refund ON refunds (refund);`,
	breaks: "refunds",
	bugs: []bug{
		{"by-body", "takes an event whose bytes differ for another one"},
		{"by-object", "takes a second event about the same object for a duplicate"},
		{"logged-first", "commits to the log before the projection"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return eventLogApp{d} },
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles = []string{"refund.created", "refund.updated"}
	},
}

type eventLogApp struct{ *deps }

func (a eventLogApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	event, ok := receive(w, r)
	if !ok {
		return
	}
	err = a.db.transact(r.Context(), func(tx *sql.Tx) error {
		_, err := tx.Exec("INSERT INTO stripe_events (dedupe_key, type, livemode, payload) VALUES (?, ?, ?, ?)", a.key(event, body), event.Type, event.Livemode, string(event.Data.Raw))
		if err != nil || a.has("logged-first") {
			return err
		}
		return project(tx.Exec, event)
	})
	if err == nil && a.has("logged-first") {
		err = project(a.db.Exec, event)
	}
	switch {
	case isDuplicate(err):
		w.Write([]byte("seen"))
	case err != nil:
		http.Error(w, "log is down", http.StatusInternalServerError)
	}
}

// key is what no two events have.
func (a eventLogApp) key(event stripe.Event, body []byte) string {
	switch object, _ := event.Data.Object["id"].(string); {
	case a.has("by-body"):
		hash := sha256.Sum256(body)
		return hex.EncodeToString(hash[:])
	case a.has("by-object") && object != "":
		return object
	}
	return event.ID
}

func project(exec func(string, ...any) (sql.Result, error), event stripe.Event) error {
	if event.Type != "refund.created" && event.Type != "refund.updated" {
		return nil
	}
	refund := event.Data.Object
	_, err := exec("INSERT INTO refunds (refund, status, cents) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET changes = changes + 1", refund["id"], refund["status"], refund["amount"])
	return err
}
