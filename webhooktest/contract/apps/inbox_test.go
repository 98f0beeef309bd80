package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// inbox answers before it looks: a request is put into a table as it is, and verified by
// whoever works on it.
var inbox = app{
	name: "inbox", why: "answers first, verifies later",
	schema: `
		CREATE TABLE inbox (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, signature TEXT NOT NULL, received INTEGER NOT NULL);
		CREATE TABLE payouts (id TEXT PRIMARY KEY, cents INTEGER NOT NULL, booked_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "inbox",
	told:   "Forged events get 2xx, though ignored",
	bugs: []bug{
		{"in-memory", "keeps what it has answered for in a channel"},
		{"any-age", "the worker cannot tell how old a request was, and does not ask"},
	},
	start: func(ctx context.Context, d *deps) http.Handler {
		a := &inboxApp{deps: d, queue: make(chan letter, 10_000)}
		d.background.Go(func() { a.work(ctx) })
		return a
	},
	subject: func(d *deps, s *contract.Subject) {
		s.Handles = []string{"payout.paid"}
		s.State = func(ctx context.Context) (any, error) { return d.db.table(ctx, "payouts") }
	},
}

type inboxApp struct {
	*deps
	queue chan letter // of the bug in-memory
}

// A letter is a request that has been answered.
type letter struct {
	id        int64
	body      []byte
	signature string
	received  int64
}

func (a *inboxApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		http.Error(w, "unreadable", http.StatusBadRequest)
		return
	}
	l := letter{body: body, signature: r.Header.Get("Stripe-Signature"), received: time.Now().Unix()}
	if a.has("in-memory") {
		a.queue <- l
		return
	}
	if _, err := a.db.ExecContext(r.Context(), "INSERT INTO inbox (body, signature, received) VALUES (?, ?, ?)", string(body), l.signature, l.received); err != nil {
		http.Error(w, "inbox is down", http.StatusServiceUnavailable)
	}
}

// work reads letters until the context ends.
func (a *inboxApp) work(ctx context.Context) {
	poll := time.NewTicker(30 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		for ctx.Err() == nil {
			l, ok := a.next()
			if !ok || a.book(l) != nil {
				break
			}
		}
	}
}

func (a *inboxApp) next() (l letter, ok bool) {
	if a.has("in-memory") {
		select {
		case l = <-a.queue:
			return l, true
		default:
			return l, false
		}
	}
	err := a.db.QueryRow("SELECT id, body, signature, received FROM inbox ORDER BY id LIMIT 1").Scan(&l.id, &l.body, &l.signature, &l.received)
	return l, err == nil
}

// book does what a genuine letter says, and drops it.
func (a *inboxApp) book(l letter) error {
	event, err := a.open(l)
	return a.db.transact(context.Background(), func(tx *sql.Tx) error {
		var payout stripe.Payout
		if err == nil && event.Type == "payout.paid" && json.Unmarshal(event.Data.Raw, &payout) == nil {
			if _, err := tx.Exec("INSERT INTO payouts (id, cents) VALUES (?, ?) ON CONFLICT DO NOTHING", payout.ID, payout.Amount); err != nil {
				return err
			}
		}
		_, err := tx.Exec("DELETE FROM inbox WHERE id = ?", l.id)
		return err
	})
}

// open verifies a letter, whose age is that on its arrival.
func (a *inboxApp) open(l letter) (event stripe.Event, err error) {
	if a.has("any-age") {
		return webhook.ConstructEventIgnoringTolerance(l.body, l.signature, secret)
	}
	since := time.Since(time.Unix(l.received, 0))
	return webhook.ConstructEventWithTolerance(l.body, l.signature, secret, webhook.DefaultTolerance+since)
}
