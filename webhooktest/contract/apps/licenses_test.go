package apps

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/invoice"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// licenses sells seats for a billing period: each paid invoice is a license until the end
// of what it pays for.
var licenses = app{
	name: "licenses", why: "a license for each billing period, with its seats",
	schema: `
		CREATE TABLE licenses (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, invoice TEXT NOT NULL UNIQUE, seats INTEGER NOT NULL, valid_until INTEGER NOT NULL);
		CREATE TABLE customers (id TEXT PRIMARY KEY, licenses INTEGER NOT NULL);`,
	breaks: "customers",
	bugs: []bug{
		{"both-types", "gives a license for each of the two events that tell of a payment"},
		{"first-page", "counts the seats of the lines that the event holds, of which there may be more"},
		{"first-attempt-only", "keeps the license of a failed attempt, which its retry then finds"},
	},
	start: func(_ context.Context, d *deps) http.Handler {
		backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
			HTTPClient: d.api, URL: stripe.String(d.apiURL), MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{},
		})
		return licensesApp{d, invoice.Client{B: backend, Key: "sk_test_apps"}}
	},
	subject: func(_ *deps, s *contract.Subject) {
		s.Handles = []string{"invoice.paid", "invoice.payment_succeeded"}
	},
}

type licensesApp struct {
	*deps
	invoices invoice.Client
}

func (a licensesApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "invoice.paid" && event.Type != "invoice.payment_succeeded" {
		return
	}
	var paid stripe.Invoice
	if err := json.Unmarshal(event.Data.Raw, &paid); err != nil {
		http.Error(w, "not an invoice", http.StatusBadRequest)
		return
	}
	key := paid.ID
	if a.has("both-types") {
		key = event.ID
	}
	if err := a.extend(r.Context(), key, &paid); err != nil {
		http.Error(w, "no license", http.StatusInternalServerError)
	}
}

func (a licensesApp) extend(ctx context.Context, key string, paid *stripe.Invoice) error {
	lines, err := a.lines(ctx, paid)
	if err != nil {
		return err
	}
	var seats, until int64
	for _, line := range lines {
		seats += line.Quantity
		if line.Period != nil {
			until = max(until, line.Period.End)
		}
	}
	var customer string
	if paid.Customer != nil {
		customer = paid.Customer.ID
	}
	tx, err := a.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	added, err := tx.Exec("INSERT INTO licenses (customer, invoice, seats, valid_until) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", customer, key, seats, until)
	if err != nil {
		return err
	}
	if n, err := added.RowsAffected(); n == 0 || err != nil {
		return err
	}
	if a.has("first-attempt-only") {
		if err := tx.Commit(); err != nil {
			return err
		}
		_, err := a.db.ExecContext(ctx, countLicense, customer)
		return err
	}
	if _, err := tx.Exec(countLicense, customer); err != nil {
		return err
	}
	return tx.Commit()
}

// lines are all of an invoice: those that the event holds, or Stripe's if there are more.
func (a licensesApp) lines(ctx context.Context, paid *stripe.Invoice) ([]*stripe.InvoiceLineItem, error) {
	switch {
	case paid.Lines == nil:
		return nil, nil
	case !paid.Lines.HasMore || a.has("first-page"):
		return paid.Lines.Data, nil
	}
	var all []*stripe.InvoiceLineItem
	params := &stripe.InvoiceListLinesParams{Invoice: stripe.String(paid.ID)}
	params.Context = ctx
	listed := a.invoices.ListLines(params)
	for listed.Next() {
		all = append(all, listed.InvoiceLineItem())
	}
	return all, listed.Err()
}

const countLicense = "INSERT INTO customers VALUES (?, 1) ON CONFLICT DO UPDATE SET licenses = licenses + 1"
