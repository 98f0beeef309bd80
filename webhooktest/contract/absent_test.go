package contract_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An effect that never comes is waited for in full once for each cause, not in each of its
// cases: the cases take some seconds, not eight or more each.
func TestAbsentEffectsAreWaitedForOnce(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	at := slices.IndexFunc(zooOrderBugs(), func(b zooBug) bool { return b.name == "stale-overwrites" })
	require.GreaterOrEqual(t, at, 0)
	inZoo(t, zooOrderBugs()[at:at+1], func(t *testing.T, _ zooBug, s contract.Subject) {
		began := time.Now()
		only := []string{"ordering/stale-update", "ordering/reversed"}
		report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Only: only})
		require.NoError(t, err)
		for _, r := range report.Cases {
			require.Contains(t, []contract.Verdict{contract.Fail, contract.Warn}, r.Verdict, r.ID)
		}
		require.Less(t, time.Since(began), 12*time.Second)
	})
}
