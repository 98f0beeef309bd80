package contract_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestNobodyIsAccusedOfWhatItIsNotFor holds the cases that say nothing of a handler, given
// what the user says of it.
func TestNobodyIsAccusedOfWhatItIsNotFor(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name, why string
		say       func(*contract.Subject)
		cases     []string
	}{
		{"names nothing", "Prepare makes an object of the app by the id of Stripe's, so that no event names a foreign one",
			func(s *contract.Subject) {
				s.Prepare = func(context.Context, *webhooktest.Event) ([]webhooktest.Edit, error) { return nil, nil }
			}, []string{"dispatch/foreign-object", "dispatch/wrong-amount", "dispatch/wrong-currency"}},
		{"names the customer", "Prepare makes a customer of the app, of whom no price is due",
			func(s *contract.Subject) {
				s.Prepare = func(_ context.Context, e *webhooktest.Event) ([]webhooktest.Edit, error) {
					if e.Type() != "checkout.session.completed" {
						return nil, nil
					}
					return []webhooktest.Edit{webhooktest.Set("data.object.customer", e.Fill("{cus}"))}, nil
				}
			}, []string{"dispatch/wrong-amount", "dispatch/wrong-currency"}},
		{"links subscriptions", "a session of mode subscription is linked before anything is paid",
			func(s *contract.Subject) {
				s.Variants = map[string]string{"checkout.session.completed": "subscription"}
			}, []string{"dispatch/unpaid-checkout", "dispatch/late-payment", "idempotency/two-paid-events"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bug := zooNamed(t, "sound")
			handler, state := bug.build()
			s := bug.subject(handler, state)
			test.say(&s)
			report := check(t, contract.Suite{New: func() contract.Subject { return s }, Only: append(test.cases, "control")}, handler.(zooKeeper).Close)
			require.Subset(t, shortfalls(report, contract.Skip), test.cases, test.why)
			require.Empty(t, shortfalls(report, contract.Fail, contract.Warn, contract.Inconclusive))
		})
	}
}
