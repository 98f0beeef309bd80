package contract_test

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// An app of one currency refuses the others on purpose. One that takes another currency, but
// none without cents, does not.
func TestOneCurrency(t *testing.T) {
	t.Parallel()
	const shapes = "dispatch/shapes"
	for _, test := range []struct {
		why    string
		takes  []string
		status int
		want   contract.Verdict
	}{
		{"dollars only", []string{"usd"}, http.StatusInternalServerError, contract.Pass},
		{"dollars only, refused as a bad request", []string{"usd"}, http.StatusBadRequest, contract.Pass},
		{"only currencies of cents", []string{"usd", "eur"}, http.StatusInternalServerError, contract.Warn},
		{"any", []string{"usd", "eur", "jpy"}, http.StatusInternalServerError, contract.Pass},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			rows := make(map[string]string)
			subject := zooApp(t, []string{"payment_intent.succeeded", "checkout.session.completed", "invoice.paid"}, 0, func(d *zooDelivery) error {
				if currency := zooField(d, "currency"); currency != "" && !slices.Contains(test.takes, currency) {
					return &zooError{test.status, "wrong currency"}
				}
				rows[d.event.ID] = zooField(d, "id")
				return nil
			}, func() any { return maps.Clone(rows) })
			_, byID := results(t, subject, shapes)
			require.Equal(t, test.want, byID[shapes].Verdict, "%+v", byID)
		})
	}
}
