package contract_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// TestPlanFirst holds that a creation which comes late does not undo a change of plan or
// card, and that who stores neither is not judged.
func TestPlanFirst(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const first = "ordering/plan-first"
	handles := []string{"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted"}
	whole := []string{"product", "price", "amount", "quantity", "card", "status"}
	for _, test := range []struct {
		name, why string
		app       planner
		want      contract.Verdict
	}{
		{"inserts", "the row is there", planner{fields: whole}, contract.Pass},
		{"inserts, later", "the row is there", planner{fields: whole, later: time.Second}, contract.Pass},
		{"newest", "the creation is older", planner{fields: whole, newest: true, anew: true}, contract.Pass},
		{"newest plan", "the creation is older", planner{fields: []string{"product"}, newest: true, anew: true}, contract.Pass},
		{"fetched", "Stripe says what is so now", planner{fields: whole, anew: true, api: new(stripeapi.Server)}, contract.Pass},
		{"with a history", "the history has what came", planner{fields: whole, history: true}, contract.Pass},
		{"refuses what is unknown", "Stripe sends it again", planner{fields: whole, waits: http.StatusNotFound}, contract.Pass},

		{"status alone", "no plan is stored, nor a card", planner{fields: []string{"status"}, anew: true}, contract.Skip},
		{"seats alone", "they are the same in both", planner{fields: []string{"quantity"}, anew: true}, contract.Skip},

		{"product", "the first product again", planner{fields: []string{"product"}, anew: true}, contract.Fail},
		{"product, later", "the first product again", planner{fields: []string{"product"}, anew: true, later: time.Second}, contract.Fail},
		{"drops what is unknown", "the change is lost", planner{fields: whole, waits: http.StatusOK}, contract.Fail},
		{"card", "the first card again", planner{fields: []string{"card"}, anew: true}, contract.Fail},
		{"whole row, with a history", "all of the first again", planner{fields: whole, anew: true, history: true}, contract.Fail},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := test.app
				app.rows, app.since, app.ended = make(map[string]zooObject), make(map[string]int64), make(map[string]int64)
				s := zooApp(t, handles, app.later, app.take, app.show)
				s.API = app.api
				_, byID := results(t, s, first)
				require.Equal(t, test.want, byID[first].Verdict, "%s: %+v", test.why, byID[first])
			})
		})
	}
}
