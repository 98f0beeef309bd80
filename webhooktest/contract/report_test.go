package contract_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What was judged before a hook failed is not lost.
func TestReportComesWithTheError(t *testing.T) {
	t.Parallel()
	s := new(till)
	down := errors.New("no such service")
	var report *contract.Report
	bubble(t, func(t *testing.T) {
		var err error
		report, err = contract.Check(t.Context(), contract.Suite{
			Only: []string{"control/accepted", "resilience/restart-keeps-ledger", "version/declared"},
			New: func() contract.Subject {
				subject := s.subject()
				subject.Restart = func(context.Context) error { return down }
				return subject
			},
		})
		require.ErrorIs(t, err, down)
	})
	verdicts := make(map[string]contract.Verdict)
	for _, result := range report.Cases {
		verdicts[result.ID] = result.Verdict
	}
	require.Equal(t, map[string]contract.Verdict{
		"control/accepted": contract.Pass, "resilience/restart-keeps-ledger": contract.Inconclusive, "version/declared": contract.Skip,
	}, verdicts)
}

// Lines of go test are as long as those of the command, and none stands at the margin.
func TestResultIsWrapped(t *testing.T) {
	t.Parallel()
	r := contract.Result{
		ID: "ordering/stale-update", Headline: "An older update overwrote a newer one", Verdict: contract.Fail,
		Requirement: "When an older update of an object arrives after a newer one, the object keeps the newer state.",
		Sent:        "v2: customer.subscription.updated [evt_1]\nv1: customer.subscription.updated [evt_2]",
		Expected:    "the same state as after clean delivery",
		Actual:      "state.subs.{created.data.object.id}: Status: \"active\" instead of \"past_due\", of a row of the table subscriptions",
		Reproduce:   "fakestripe check ordering/stale-update",
		Source:      "bug: the handler writes whatever comes last, as if the last to arrive were the last to happen",
	}
	require.Equal(t, `An older update overwrote a newer one
  When an older update of an object arrives after a newer one, the object keeps
  the newer state.
  sent:     v2: customer.subscription.updated [evt_1]
            v1: customer.subscription.updated [evt_2]
  expected: the same state as after clean delivery
  actual:   state.subs.{created.data.object.id}: Status: "active" instead of
            "past_due", of a row of the table subscriptions
  explain:  fakestripe explain ordering/stale-update
  source:   bug: the handler writes whatever comes last, as if the last to
            arrive were the last to happen`, r.String())
}
