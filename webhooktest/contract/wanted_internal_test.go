package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReferences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text, why string
		want      bool
	}{
		{"order_587VA7A8U0", "the number of an order", true},
		{"order_QWVAXALKUZ", "random, but without a digit", true},
		{"cus_abcdefGhijklmn", "an id of Stripe without a digit", true},
		{"jenny.rosen.42@example.com", "an address", true},
		{"complete", "a status", false},
		{"requires_payment_method", "a status of several words", false},
		{"Jenny Rosen", "a name, which an answer may greet", false},
		{"US", "a country", false},
		{"1234", "too short: an answer has many numbers", false},
	} {
		require.Equal(t, test.want, isReference(test.text), "%s: %s", test.text, test.why)
	}
}
