package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSetVariants holds that what to write in Go names each type, and with the first that is
// refused those which come in the same shape.
func TestSetVariants(t *testing.T) {
	t.Parallel()
	const paid, failed, session = "invoice.paid", "invoice.payment_failed", "checkout.session.completed"
	s := &Subject{Handles: []string{paid, session, failed}}
	require.Equal(t, []string{paid + "=one-line", failed + "=one-line"}, withCommon(s, paid+"=one-line"))
	require.Equal(t, []string{session + "=subscription"}, withCommon(s, session+"=subscription"))
	found := wantedVariants([]Result{
		{WantedVariant: session + "=subscription"},
		{WantedVariant: paid + "=one-line", WantedVariants: []string{paid + "=one-line", session + "=setup"}}, {},
	})
	require.Equal(t, `set Variants: map[string]string{"checkout.session.completed": "subscription", "invoice.paid": "one-line"} in the Subject`, setVariants(found))
	require.Empty(t, setVariants(nil))
}
