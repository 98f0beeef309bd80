package apps

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// refunds knows how much of each charge was given back: Stripe tells the sum each time.
var refunds = app{
	name: "refunds", why: "a sum that Stripe tells anew with each refund",
	schema: `CREATE TABLE refunded (charge TEXT PRIMARY KEY, cents INTEGER NOT NULL, updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);`,
	breaks: "refunded",
	bugs: []bug{
		{"adds-sums", "adds the sum of all refunds at each of them"},
		{"prefix", "takes what begins with charge.refund, of which charge.refund.updated tells of no charge"},
	},
	start:   func(_ context.Context, d *deps) http.Handler { return refundsApp{d} },
	subject: func(_ *deps, s *contract.Subject) { s.Handles = []string{"charge.refunded"} },
}

type refundsApp struct{ *deps }

func (a refundsApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	event, ok := receive(w, r)
	if !ok || event.Type != "charge.refunded" && !(a.has("prefix") && strings.HasPrefix(string(event.Type), "charge.refund")) {
		return
	}
	var charge stripe.Charge
	if err := json.Unmarshal(event.Data.Raw, &charge); err != nil {
		http.Error(w, "not a charge", http.StatusBadRequest)
		return
	}
	set := "cents = max(cents, excluded.cents)" // sums only grow
	if a.has("adds-sums") {
		set = "cents = cents + excluded.cents"
	}
	if _, err := a.db.ExecContext(r.Context(), "INSERT INTO refunded (charge, cents) VALUES (?, ?) ON CONFLICT DO UPDATE SET "+set, charge.ID, charge.AmountRefunded); err != nil {
		http.Error(w, "not refunded", http.StatusInternalServerError)
	}
}
