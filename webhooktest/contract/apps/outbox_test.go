package apps

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// outbox writes what it has to tell beside what it stores, in one transaction, and a relay
// sends it later.
var outbox = app{
	name: "outbox", why: "messages in the transaction that stores, and a relay that sends them",
	schema: `
		CREATE TABLE donations (payment TEXT PRIMARY KEY, cents INTEGER NOT NULL);
		CREATE TABLE outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, payment TEXT NOT NULL, sent_at TEXT);
		CREATE TABLE mails (id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(8)))), payment TEXT NOT NULL, sent_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "donations",
	bugs: []bug{
		{"stored-anyway", "puts another message into the outbox when the donation is there already"},
		{"ignores-errors", "does not look at the error of the transaction"},
	},
	start: func(ctx context.Context, d *deps) http.Handler {
		a := outboxApp{d}
		d.background.Go(func() { a.relay(ctx) })
		return a
	},
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"payment_intent.succeeded"} },
}

type outboxApp struct{ *deps }

func (a outboxApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != stripe.EventTypePaymentIntentSucceeded {
		return
	}
	var payment stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &payment); err != nil {
		http.Error(w, "not a payment", http.StatusBadRequest)
		return
	}
	err := a.db.transact(r.Context(), func(tx *sql.Tx) error { return a.store(tx, &payment) })
	if err != nil && !a.has("ignores-errors") {
		http.Error(w, "not stored", http.StatusInternalServerError)
	}
}

func (a outboxApp) store(tx *sql.Tx, payment *stripe.PaymentIntent) error {
	stored, err := tx.Exec("INSERT INTO donations VALUES (?, ?) ON CONFLICT DO NOTHING", payment.ID, payment.AmountReceived)
	if err != nil {
		return err
	}
	if n, err := stored.RowsAffected(); err != nil || n == 0 && !a.has("stored-anyway") {
		return err
	}
	_, err = tx.Exec("INSERT INTO outbox (payment) VALUES (?)", payment.ID)
	return err
}

// relay sends what is in the outbox until the context ends.
func (a outboxApp) relay(ctx context.Context) {
	poll := time.NewTicker(40 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
		_ = a.db.transact(ctx, func(tx *sql.Tx) error { // what fails is sent the next time
			if _, err := tx.Exec("INSERT INTO mails (payment) SELECT payment FROM outbox WHERE sent_at IS NULL ORDER BY seq"); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE outbox SET sent_at = CURRENT_TIMESTAMP WHERE sent_at IS NULL")
			return err
		})
	}
}
