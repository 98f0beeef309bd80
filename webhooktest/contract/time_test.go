package contract_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A case that the end of the time cut short has not passed: the rest of it was not tried.
func TestACaseThatWasCutShortIsNoPass(t *testing.T) {
	realpart.Long(t)
	t.Parallel()
	for cut, limit := false, 1*time.Second; limit < 30*time.Second; limit += time.Second {
		bubble(t, func(t *testing.T) {
			var zeros int // deliveries of the case
			slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				time.Sleep(time.Second)
				if header := r.Header.Get("Stripe-Signature"); strings.HasPrefix(header, "t=0,") || strings.HasPrefix(header, "t=-5,") {
					zeros++
					w.WriteHeader(http.StatusBadRequest)
				}
			})
			report, err := contract.Check(t.Context(), contract.Suite{
				New: func() contract.Subject {
					return contract.Subject{Handler: slow, Secret: webhooktest.DefaultSecret}
				},
				Only: []string{"freshness/zero-timestamp"}, MaxTime: limit,
			})
			require.NoError(t, err)
			if report.Cases[0].Verdict == contract.Pass {
				require.Equal(t, 2, zeros, "within %s", limit)
			}
			cut = cut || zeros == 1
		})
		if limit == 29*time.Second {
			require.True(t, cut, "no time was in the middle of the case")
		}
	}
}
