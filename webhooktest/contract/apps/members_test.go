package apps

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// members is a club: who pays becomes a member, known by the e-mail address of the
// checkout.
var members = app{
	name: "members", why: "people by their e-mail address, which a checkout tells",
	schema: `
		CREATE TABLE members (email TEXT PRIMARY KEY, name TEXT, joined TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
		CREATE TABLE passes (id INTEGER PRIMARY KEY, email TEXT NOT NULL REFERENCES members (email), session TEXT NOT NULL UNIQUE);`,
	breaks: "passes",
	bugs: []bug{
		{"member-first", "makes the member, and the pass in a statement of its own, which a retry leaves out"},
		{"pass-each", "gives a pass for each copy"},
		{"unpaid", "does not look at payment_status"},
	},
	start: func(_ context.Context, d *deps) http.Handler { return membersApp{d} },
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles = []string{"checkout.session.completed", "checkout.session.async_payment_succeeded"}
	},
}

type membersApp struct{ *deps }

func (a membersApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "checkout.session.completed" && event.Type != "checkout.session.async_payment_succeeded" {
		return
	}
	var session stripe.CheckoutSession
	if err := json.Unmarshal(event.Data.Raw, &session); err != nil {
		http.Error(w, "not a session", http.StatusBadRequest)
		return
	}
	if session.PaymentStatus == stripe.CheckoutSessionPaymentStatusUnpaid && !a.has("unpaid") {
		return
	}
	if session.CustomerDetails == nil || session.CustomerDetails.Email == "" {
		return // nobody to write to: the support looks at it
	}
	email := strings.ToLower(session.CustomerDetails.Email)
	key := session.ID
	if a.has("pass-each") {
		key = r.Header.Get("Stripe-Signature")
	}
	if err := a.admit(r.Context(), email, session.CustomerDetails.Name, key); err != nil {
		http.Error(w, "not admitted", http.StatusInternalServerError)
	}
}

const (
	addMember = "INSERT INTO members (email, name) VALUES (?, ?) ON CONFLICT DO NOTHING"
	addPass   = "INSERT INTO passes (email, session) VALUES (?, ?) ON CONFLICT DO NOTHING"
)

func (a membersApp) admit(ctx context.Context, email, name, key string) error {
	if a.has("member-first") {
		added, err := a.db.ExecContext(ctx, addMember, email, name)
		if err != nil {
			return err
		}
		if n, err := added.RowsAffected(); n == 0 || err != nil {
			return err // a member already
		}
		_, err = a.db.ExecContext(ctx, addPass, email, key)
		return err
	}
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(addMember, email, name); err != nil {
		return err
	}
	if _, err := tx.Exec(addPass, email, key); err != nil {
		return err
	}
	return tx.Commit()
}
