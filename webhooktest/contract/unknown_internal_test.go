package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What an app does not know is of the kind that it knows.
func TestUnknownNamesAreLikeKnownOnes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name           string
		known, strange any
		want           string // an expression
	}{
		{"a user, by a prefix of the app's", "user-7", "order_6I6199MBDP", `^order_6I6199MBDP$`},
		{"a serial number", "42", nil, `^[5-9]\d{8}$`},
		{"a UUID", "5f9e6a3c-2b1d-4c8e-9f70-000000000001", "order_6I6199MBDP", `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`},
		{"a customer of Stripe", "cus_Nffrfeufnv2hib", "cus_ASp0IfLgs5sYLu", `^cus_ASp0IfLgs5sYLu$`},
		{"a name without digits", "gold", "order_6I6199MBDP", `^order_6I6199MBDP$`},
		{"nothing to go by", nil, nil, `^order_seed$`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := unknownAs(test.known, test.strange, "order_seed")
			require.Regexp(t, test.want, got)
			require.NotEqual(t, test.known, got)
		})
	}
	require.Greater(t, unknownAs(7.0, nil, "order_seed"), 1e8)
}
