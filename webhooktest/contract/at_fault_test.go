package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// Of the events that a case sends at once, the evidence names those with an effect.
func TestEventsAtFaultAreNamed(t *testing.T) {
	t.Parallel()
	const id = "dispatch/look-alike-types"
	for _, result := range checkZoo(t, zooNamed(t, "by-prefix"), "control", id).Cases {
		if result.ID != id {
			continue
		}
		require.NotEqual(t, contract.Pass, result.Verdict, "%s", result)
		require.Contains(t, result.Sent, "longer:", "begins with the handled type")
		require.NotContains(t, result.Sent, "prefixed:", "ends with it")
		require.NotContains(t, result.Sent, "enclosed:", "has it in the middle")
	}
}
