package report

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Where one cause has several cases, the evidence and the first hint are of a case that shows it
// each time, not of a race.
func TestRacesComeLast(t *testing.T) {
	t.Parallel()
	const race, order, best = "idempotency/race-of-creation", "ordering/deleted-first", "ordering/stale-update"
	for _, test := range []struct {
		id, other string
		want      bool
	}{
		{order, race, true},
		{race, order, false},
		{best, order, true},
		{race, best, false},
		{race, "idempotency/race-of-updates", false},
	} {
		require.Equal(t, test.want, plainer(contract.Result{ID: test.id}, contract.Result{ID: test.other}), "%s before %s", test.id, test.other)
	}
}
