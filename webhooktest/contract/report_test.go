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
