package statediff

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIsGenerated(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key, reason string
		want        bool
	}{
		{"42", "a serial number", true},
		{"9f86d081884c7d65", "hexadecimal", true},
		{"3f2504e0-4f89-11d3-9a0c-0305e82c3301", "a UUID", true},
		{"01ARZ3NDEKTSV4RRFFQ69G5FAV", "a ULID", true},
		{"LEHRIVMHYXCOZRGNTVPDJHXDMY", "base 32 without a digit, as Go's rand.Text may return", true},
		{"V1StGXR8_Z5jdHi6B-myT", "nanoid", true},
		{"uakgb_J5m-gHzVmsPqRtW", "nanoid with a digit near the beginning", true},
		{"xKcdTrQwYbnMLpoRsvZu", "random without a digit", true},
		{"acct_1Nv0FGQ9RKHgCVdK", "a prefix", true},
		{"si_AbcdefghijKlmn", "Stripe's, without a digit", true},
		{"cus_abcdefghijklmn", "and without a capital", true},
		{"si_short", "a word that begins like that", false},
		{"paymentIntentSucceeded", "a field", false},
		{"subscription_status_counts_v2", "a column", false},
		{"total_amount", "words", false},
		{"MAX_RETRY_COUNT_REACHED", "a constant", false},
		{"plan_pro_2024", "a plan", false},
		{"2026-11-29", "a day", false},
		{"nora@example.com", "an address", false},
		{"", "nothing", false},
	} {
		require.Equal(t, test.want, isGenerated(test.key), "%s: %s", test.key, test.reason)
	}
}
