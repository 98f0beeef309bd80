package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// jobs acknowledges what it has put into a table of jobs, and two workers do them later.
var jobs = app{
	name: "jobs", why: "a queue in the database, and workers",
	schema: `
		CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL UNIQUE, args JSON NOT NULL,
			state TEXT NOT NULL DEFAULT 'available' CHECK (state IN ('available', 'executing', 'completed')), attempt INTEGER NOT NULL DEFAULT 0,
			inserted_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, completed_at TEXT);
		CREATE TABLE receipts (id INTEGER PRIMARY KEY, payment TEXT NOT NULL, amount INTEGER NOT NULL, sent_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "jobs",
	bugs: []bug{
		{"not-queued", "does not look at the error of the queue"},
		{"unclaimed", "two workers take the same job"},
		{"in-memory", "jobs wait in a channel, which a restart empties"},
	},
	start: func(ctx context.Context, d *deps) http.Handler {
		a := &jobsApp{deps: d, queue: make(chan job, 1000)}
		for worker := range 2 {
			d.background.Go(func() { a.work(ctx, worker) })
		}
		return a
	},
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"payment_intent.succeeded"} },
}

type jobsApp struct {
	*deps
	queue chan job // of the bug in-memory
}

type job struct {
	id   int64
	args []byte
}

func (a *jobsApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "payment_intent.succeeded" {
		return
	}
	state := "available"
	if a.has("in-memory") {
		state = "executing"
	}
	added, err := a.db.ExecContext(r.Context(), "INSERT INTO jobs (event_id, args, state) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", event.ID, string(event.Data.Raw), state)
	if err != nil && a.has("not-queued") {
		return
	}
	if err != nil {
		http.Error(w, "queue is down", http.StatusServiceUnavailable)
		return
	}
	if n, _ := added.RowsAffected(); n > 0 && a.has("in-memory") {
		id, _ := added.LastInsertId()
		a.queue <- job{id, event.Data.Raw}
	}
	w.WriteHeader(http.StatusAccepted)
}

// work does jobs until the context ends.
func (a *jobsApp) work(ctx context.Context, number int) {
	time.Sleep(time.Duration(number) * 17 * time.Millisecond) // not all at once
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		for ctx.Err() == nil {
			j, err := a.next()
			if err != nil {
				break
			}
			if err := a.send(j); err != nil {
				a.giveBack(j)
				break
			}
		}
	}
}

const claim = "UPDATE jobs SET state = 'executing', attempt = attempt + 1 WHERE id = (SELECT min(id) FROM jobs WHERE state = 'available') RETURNING id, args"

// next takes a job that is nobody's.
func (a *jobsApp) next() (j job, err error) {
	switch {
	case a.has("in-memory"):
		select {
		case j := <-a.queue:
			return j, nil
		default:
			return j, errors.New("no job")
		}
	case a.has("unclaimed"):
		return j, a.db.QueryRow("SELECT id, args FROM jobs WHERE state = 'available' ORDER BY id LIMIT 1").Scan(&j.id, &j.args)
	}
	return j, a.db.QueryRow(claim).Scan(&j.id, &j.args)
}

func (a *jobsApp) send(j job) error {
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(j.args, &payment); err != nil {
		return err
	}
	return a.db.transact(context.Background(), func(tx *sql.Tx) error {
		if _, err := tx.Exec("INSERT INTO receipts (payment, amount) VALUES (?, ?)", payment.ID, payment.AmountReceived); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE jobs SET state = 'completed', completed_at = CURRENT_TIMESTAMP WHERE id = ?", j.id)
		return err
	})
}

func (a *jobsApp) giveBack(j job) {
	_, _ = a.db.Exec("UPDATE jobs SET state = 'available' WHERE id = ?", j.id)
}
