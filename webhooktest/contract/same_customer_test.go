package contract_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A team is an account of an app, of which one customer pays.
type team struct {
	customer string
	credits  int
}

// teams finds an account by the session's reference, and later by its customer.
type teams struct {
	known map[string]*team
	seats bool // refuses a second session of a customer
}

func (a *teams) take(d *zooDelivery) error {
	customer := zooField(d, "customer")
	if string(d.event.Type) == "invoice.paid" {
		for _, one := range a.known {
			if one.customer == customer {
				one.credits++
			}
		}
		return nil
	}
	one := a.known[zooField(d, "client_reference_id")]
	if one == nil {
		return nil
	}
	for _, other := range a.known {
		if other.customer == customer && (other != one || a.seats) {
			return errors.New("UNIQUE constraint failed: teams.customer")
		}
	}
	one.customer = customer
	return nil
}

// show is the accounts with a customer.
func (a *teams) show() any {
	paying := make(map[string]any)
	for name, one := range a.known {
		if one.customer != "" {
			paying[name] = map[string]any{"customer": one.customer, "credits": one.credits}
		}
	}
	return paying
}

func (a *teams) subject(t *testing.T) contract.Subject {
	a.known = make(map[string]*team)
	s := zooApp(t, []string{"checkout.session.completed", "invoice.paid"}, 0, a.take, a.show)
	s.Variants = map[string]string{"checkout.session.completed": "subscription"}
	s.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) {
		name := fmt.Sprintf("team-%d", len(a.known)+1)
		a.known[name] = new(team)
		return []webhooktest.Edit{webhooktest.Set("data.object.client_reference_id", name).For("checkout.session.completed")}, nil
	}
	return s
}

// Ten invoices of one customer follow sessions that name one account of the app, as at
// Stripe, although each new object has an account of its own. Where the app fails at such
// sessions all the same, that is said.
func TestSessionsOfOneCustomer(t *testing.T) {
	t.Parallel()
	const id = "resilience/same-customer"
	for name, test := range map[string]struct {
		seats bool
		notes string
	}{
		"one account for all":         {false, ""},
		"a second session is refused": {true, "an event that had to come before others failed twice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				app := &teams{seats: test.seats}
				report, byID := results(t, app.subject(t), id)
				notes := strings.Join(report.Notes, "\n")
				if test.notes != "" {
					require.Contains(t, notes, test.notes)
					return
				}
				require.Equal(t, contract.Pass, byID[id].Verdict, "%+v", byID[id])
				require.NotContains(t, notes, "failed twice")
				most := 0
				for one := range maps.Values(app.known) {
					most = max(most, one.credits)
				}
				require.Equal(t, 10, most, "the customer's account got all ten")
			})
		})
	}
}
