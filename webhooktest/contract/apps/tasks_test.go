package apps

import (
	"context"
	"database/sql"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// tasks queues an order's fulfillment, and tries again what fails, a little later each
// time.
var tasks = app{
	name: "tasks", why: "a queue whose tasks are tried again, with a backoff",
	schema: `
		CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, quote TEXT NOT NULL, failures INTEGER NOT NULL DEFAULT 0,
			run_at REAL NOT NULL DEFAULT 0);
		CREATE TABLE deliveries (id INTEGER PRIMARY KEY, quote TEXT NOT NULL, key TEXT NOT NULL UNIQUE, at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "tasks",
	bugs: []bug{
		{"delivers-each", "a task and a delivery for each copy"},
		{"not-queued", "does not look at the error of the queue"},
	},
	start: func(ctx context.Context, d *deps) http.Handler {
		a := tasksApp{d}
		d.background.Go(func() { a.work(ctx) })
		return a
	},
	subject: func(d *deps, s *contract.Subject) {
		s.Handles = []string{"quote.accepted"}
		s.State = func(ctx context.Context) (any, error) { return d.db.table(ctx, "deliveries") }
	},
}

type tasksApp struct{ *deps }

func (a tasksApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "quote.accepted" {
		return
	}
	key := event.ID
	if a.has("delivers-each") {
		key = r.Header.Get("Stripe-Signature") // of its attempt
	}
	if _, err := a.db.ExecContext(r.Context(), "INSERT INTO tasks (key, quote) VALUES (?, ?) ON CONFLICT DO NOTHING", key, event.Data.Object["id"]); err != nil && !a.has("not-queued") {
		http.Error(w, "queue is down", http.StatusServiceUnavailable)
	}
}

// work does tasks until the context ends.
func (a tasksApp) work(ctx context.Context) {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		for ctx.Err() == nil && a.one(float64(time.Now().UnixMilli())/1000) {
		}
	}
}

// one does a task that is due, and reports whether there was one.
func (a tasksApp) one(now float64) bool {
	var id, failures int64
	var key, quote string
	err := a.db.QueryRow("SELECT id, key, quote, failures FROM tasks WHERE run_at <= ? ORDER BY id LIMIT 1", now).Scan(&id, &key, &quote, &failures)
	if err != nil {
		return false
	}
	err = a.db.transact(context.Background(), func(tx *sql.Tx) error {
		if _, err := tx.Exec("INSERT INTO deliveries (key, quote) VALUES (?, ?) ON CONFLICT DO NOTHING", key, quote); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM tasks WHERE id = ?", id)
		return err
	})
	if err != nil {
		_, _ = a.db.Exec("UPDATE tasks SET failures = failures + 1, run_at = ? WHERE id = ?", now+0.1*float64(int64(1)<<min(failures, 4)), id)
	}
	return true
}
