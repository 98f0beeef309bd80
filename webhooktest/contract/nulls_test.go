package contract_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// The field is named that a handler stumbles over, whether it answers or panics.
func TestNullsAreNamed(t *testing.T) {
	t.Parallel()
	for name, path := range map[string]string{"null-is-500": "description", "null-panics": "customer"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, result := range checkZoo(t, zooNamed(t, name), "dispatch/null-fields").Cases {
				if result.ID == "dispatch/null-fields" {
					require.Equal(t, contract.Fail, result.Verdict)
					require.Contains(t, result.Actual, "so does an event in which data.object."+path+" alone is null")
				}
			}
		})
	}
}
