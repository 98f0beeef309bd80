package contract_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestCasesReadAlike: reports and docs/contract.md put the texts of all cases side by
// side, so all are written alike.
func TestCasesReadAlike(t *testing.T) {
	t.Parallel()
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	sentences := regexp.MustCompile(`^[A-Z].*\.$`)
	title := regexp.MustCompile(`^([A-Z]|invoice\.paid ).*[^.?!]$`)
	for _, c := range cases {
		require.Regexp(t, title, c.Title, c.ID)
		require.Regexp(t, title, c.Finding, c.ID)
		require.Regexp(t, sentences, c.Requirement, c.ID)
		require.Regexp(t, sentences, c.Hint, c.ID)
		require.Regexp(t, sentences, c.Why, c.ID)
		require.Regexp(t, regexp.MustCompile(`\.$`), c.Mistake, c.ID)
	}
}
