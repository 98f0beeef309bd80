package contract

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
)

// An earlier step is about the same kind of object, and is no creation: those come first in
// any case.
func TestEarlierStepsAreOfOneObject(t *testing.T) {
	t.Parallel()
	for later, all := range earlierSteps {
		of, err := fixtures.DescribeEvent(later)
		require.NoError(t, err)
		for _, earlier := range all {
			before, err := fixtures.DescribeEvent(earlier)
			require.NoError(t, err)
			require.Equal(t, of.Object, before.Object, "%s before %s", earlier, later)
			require.NotContains(t, earlier, ".created")
		}
	}
}
