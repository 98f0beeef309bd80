package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFlagsAreNoCounts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, value string
		isNumber    bool
		want        bool
		why         string
	}{
		{".active", "1", true, true, "a column of SQLite"},
		{".is_active", "0", true, true, "with a prefix"},
		{".isActive", "0", true, true, "in camel case"},
		{".has_access", "1", true, true, "another prefix"},
		{".account.pastDue", "1", true, true, "within another object"},
		{".cancel_at_period_end", "0", true, true, "Stripe's name"},
		{".active", "2", true, false, "how many are active"},
		{".active", "true", false, false, "a boolean is no number"},
		{".issues", "1", true, false, "a word that begins alike"},
		{".paid", "1", true, false, "how often something was paid"},
		{".updates", "1", true, false, "a count"},
		{"", "1", true, false, "a number by itself"},
	} {
		require.Equal(t, test.want, field{path: test.path, value: test.value, isNumber: test.isNumber}.isFlag(), "%s: %s", test.path, test.why)
	}
}

// A flag takes something if it said yes and says no, or if its name says that access was taken:
// as a number, too, but not if that may be a count.
func TestFlagsThatTake(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, before, now string
		want              bool
		why               string
	}{
		{".access", "true", "false", true, "access ends"},
		{".active", "1", "0", true, "the same in SQLite"},
		{".revoked", "false", "true", true, "access is taken"},
		{".isLocked", "0", "1", true, "the same in SQLite, in camel case"},
		{".refunded", "false", "true", false, "only notes what happened"},
		{".canceled", "0", "1", false, "may be the end of a period"},
		{".seats", "1", "0", false, "a count"},
		{".blocks", "0", "1", false, "a count, too"},
		{".active", "0", "1", false, "access begins"},
		{".revoked", "", "true", false, "nothing was there before"},
	} {
		require.Equal(t, test.want, takes(test.path, test.before, test.now), "%s: %s", test.path, test.why)
	}
}
