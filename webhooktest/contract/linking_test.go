package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A customerSync has a row for each customer, or for each event, with an id of its own.
type customerSync struct {
	lists   bool // asks Stripe for the customer's subscriptions, and keeps what that says
	every   bool // adds a row for each event
	status  any  // of who has no subscription
	amounts bool // keeps what was paid
	handles []string
	rows    []any
}

func (c *customerSync) take(d *zooDelivery, api *stripeapi.Server) error {
	who := zooField(d, "customer")
	if !slices.Contains(c.handles, string(d.event.Type)) || who == "" {
		return nil
	}
	row := map[string]any{"customer": who, "subscription": nil, "status": c.status}
	if c.lists {
		list, err := stripeObject(d.r.Context(), api, http.MethodGet, "/v1/subscriptions?limit=1&status=all&customer="+who, "")
		if err != nil {
			return err
		}
		if found, _ := list["data"].([]any); len(found) > 0 {
			row["subscription"], row["status"] = found[0].(map[string]any)["id"], found[0].(map[string]any)["status"]
		}
	}
	if c.amounts {
		row["paid"] = d.event.Data.Object["amount_total"]
	}
	at := slices.IndexFunc(c.rows, func(known any) bool { return known.(map[string]any)["customer"] == who })
	if at >= 0 && !c.every {
		row["id"] = c.rows[at].(map[string]any)["id"]
		c.rows = slices.Replace(slices.Clone(c.rows), at, at+1, any(row))
		return nil
	}
	row["id"] = fmt.Sprintf("row_%019d", 1796024367005803376+7919*int64(len(c.rows)))
	c.rows = append(slices.Clip(c.rows), row)
	return nil
}

// A row that holds only whose it is, nothing by default, and what the app makes up, fulfills
// nothing; neither does what Stripe says of the customer's subscriptions. Purchases do.
func TestCustomersAreNoPurchases(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const unpaid, late, session = "dispatch/unpaid-checkout", "dispatch/late-payment", "checkout.session.completed"
	payments := []string{session, "checkout.session.async_payment_succeeded"}
	all := append(slices.Clip(payments), "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted", "invoice.paid")
	for _, test := range []struct {
		why  string
		app  customerSync
		want contract.Verdict
	}{
		{"a row of nothing for each customer", customerSync{lists: true, handles: all}, contract.Inconclusive},
		{"that the app does not ask Stripe about", customerSync{handles: all}, contract.Inconclusive},
		{"the plan of those who have none", customerSync{lists: true, status: "free", handles: all}, contract.Inconclusive},
		{"subscriptions are asked for, and their events not handled", customerSync{lists: true, handles: payments}, contract.Inconclusive},
		{"a row for each session is a purchase", customerSync{every: true, handles: all}, contract.Fail},
		{"so is an amount", customerSync{lists: true, amounts: true, handles: all}, contract.Fail},
		{"and a customer of an app without subscriptions", customerSync{handles: payments}, contract.Fail},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app, api := test.app, &stripeapi.Server{}
				app.rows = []any{}
				s := zooApp(t, app.handles, 0, func(d *zooDelivery) error { return app.take(d, api) }, func() any { return app.rows })
				s.API, s.Break, s.Heal = api, nil, nil
				_, byID := results(t, s, unpaid, late)
				require.Equal(t, test.want, byID[unpaid].Verdict, "%s", byID[unpaid])
				if test.want == contract.Inconclusive {
					require.Equal(t, test.want, byID[late].Verdict, "%s", byID[late])
					require.Equal(t, session+"=subscription", byID[unpaid].WantedVariant)
				}
			})
		})
	}
}
