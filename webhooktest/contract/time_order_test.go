package contract_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A handler that is too slow for the time of the run has its musts judged first, whether
// it is the answer that takes long or the work after it.
func TestMustsComeFirst(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, test := range []struct {
		name, why string
		takes     time.Duration
		first     bool // the musts
	}{
		{"quick", "all cases fit: they come in the order of the groups", 0, false},
		{"slow-answers", "cases of several seconds each do not", time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			bubble(t, func(t *testing.T) {
				sound := zooNamed(t, "sound")
				handler, state := sound.build()
				s := sound.subject(handler, state)
				defer handler.(zooKeeper).Close()
				s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					time.Sleep(test.takes)
					handler.ServeHTTP(w, r)
				})
				var levels []string
				report, err := contract.Check(t.Context(), contract.Suite{
					New:      func() contract.Subject { return s },
					Only:     []string{"control", "signature", "freshness", "body"},
					MaxTime:  time.Minute,
					Progress: func(r contract.Result) { levels = append(levels, r.Level) },
				})
				require.NoError(t, err)
				inOrder := true
				for i, level := range levels {
					if i > 0 && level == "must" && levels[i-1] != "must" && i < len(levels)-2 { // the last cannot come from Stripe
						inOrder = false
					}
				}
				require.Equal(t, test.first, inOrder, "%s: %v", test.why, levels)
				for _, r := range report.Cases {
					if test.first && r.Need == contract.NeedTime {
						require.Contains(t, r.Reason, "1m")
					}
				}
			})
		})
	}
}
