package apps

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/stripe/stripe-go/v76"
	stripeevent "github.com/stripe/stripe-go/v76/event"
	"github.com/stripe/stripe-go/v76/invoice"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// refetch believes nothing that it is sent but the event's id: it asks Stripe for the
// event, and for the invoice as it is by now.
var refetch = app{
	name: "refetch", why: "no signature: the event and its object are fetched",
	schema: `
		CREATE TABLE invoices (id TEXT PRIMARY KEY, body JSON NOT NULL);
		CREATE TABLE seen (event TEXT PRIMARY KEY);`,
	bugs: []bug{
		{"trusts-body", "believes the body when Stripe does not know the event"},
		{"marks-first", "remembers the event before the invoice has been fetched"},
		{"unknown-is-502", "returns 502 for an event that Stripe does not know"},
	},
	start: func(_ context.Context, d *deps) http.Handler {
		backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
			HTTPClient: d.api, URL: stripe.String(d.apiURL), MaxNetworkRetries: stripe.Int64(0), LeveledLogger: &stripe.LeveledLogger{},
		})
		return &refetchApp{d, stripeevent.Client{B: backend, Key: "sk_test_apps"}, invoice.Client{B: backend, Key: "sk_test_apps"}}
	},
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"invoice.paid", "invoice.voided"} },
}

type refetchApp struct {
	*deps
	events   stripeevent.Client
	invoices invoice.Client
}

func (a *refetchApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	var sent stripe.Event
	if err != nil || json.Unmarshal(body, &sent) != nil || sent.ID == "" {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	event := &sent
	if a.has("marks-first") && !a.mark(w, sent.ID) {
		return
	}
	event, err = a.events.Get(sent.ID, &stripe.EventParams{Params: stripe.Params{Context: r.Context()}})
	if a.has("trusts-body") && isUnknown(err) {
		event, err = &sent, nil
	}
	if err != nil {
		a.refuse(w, err)
		return
	}
	switch event.Type {
	case "invoice.paid", "invoice.voided":
		if err := a.sync(r.Context(), event); err != nil {
			a.refuse(w, err)
		}
	}
}

// refuse tells what Stripe does not know from what it could not say.
func (a *refetchApp) refuse(w http.ResponseWriter, err error) {
	if isUnknown(err) && !a.has("unknown-is-502") {
		http.Error(w, "unknown to Stripe", http.StatusBadRequest)
		return
	}
	http.Error(w, "later", http.StatusBadGateway)
}

func isUnknown(err error) bool {
	var failed *stripe.Error
	return errors.As(err, &failed) && failed.HTTPStatusCode == http.StatusNotFound
}

// mark remembers an event, and answers if it has been seen.
func (a *refetchApp) mark(w http.ResponseWriter, id string) bool {
	_, err := a.db.Exec("INSERT INTO seen VALUES (?)", id)
	if err != nil && !isDuplicate(err) {
		http.Error(w, "later", http.StatusBadGateway)
	}
	return err == nil
}

func (a *refetchApp) sync(ctx context.Context, event *stripe.Event) error {
	id, _ := event.Data.Object["id"].(string)
	current, err := a.invoices.Get(id, &stripe.InvoiceParams{Params: stripe.Params{Context: ctx}})
	if a.has("trusts-body") && isUnknown(err) {
		current = new(stripe.Invoice)
		err = json.Unmarshal(event.Data.Raw, current)
	}
	if err != nil {
		return err
	}
	row, err := json.Marshal(map[string]any{"id": current.ID, "status": current.Status, "total": current.Total, "paid": current.Paid})
	if err != nil {
		return err
	}
	_, err = a.db.Exec("INSERT INTO invoices VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body", current.ID, row)
	return err
}
