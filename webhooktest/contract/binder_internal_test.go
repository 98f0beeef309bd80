package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What is sold, and how much of it, names no object of the app; its keys do.
func TestWhatAndHowMuchNamesNoObject(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"data.object.metadata.gift_months":                             true,
		"data.object.metadata.seatCount":                               true,
		"data.object.metadata.type":                                    true,
		"data.object.metadata.plan":                                    true,
		"data.object.items.data.0.price.metadata.claim":                true,
		"data.object.metadata.order_id":                                false,
		"data.object.metadata.order":                                   false,
		"data.object.metadata.user":                                    false,
		"data.object.client_reference_id":                              false,
		"data.object.subscription_details.metadata.organization":       false,
		"data.object.parent.subscription_details.metadata.wallet_uuid": false,
	} {
		require.Equal(t, want, tellsWhat(path), path)
	}
}
