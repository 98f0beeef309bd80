package contract_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A handler that returns without a response to what has no signature does so each time: one
// wait in full is enough, and the rest of the run is judged.
func TestForgeriesWithoutResponse(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		bug := zooNamed(t, "sound")
		s := bug.subject(bug.build())
		sound := s.Handler
		s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get(webhooktest.SignatureHeader) == "" {
				<-r.Context().Done() // as a framework does that waits for a response
				return
			}
			sound.ServeHTTP(w, r)
		})
		began := time.Now()
		_, byID := results(t, s, "control", "signature", "freshness")
		require.Less(t, time.Since(began), 2*time.Minute)
		require.Equal(t, contract.Fail, byID["signature/unsigned"].Verdict)
		require.Contains(t, byID["signature/unsigned"].Hint, "a return without a response")
		require.Equal(t, contract.Pass, byID["signature/wrong-secret"].Verdict)
		require.Equal(t, contract.Pass, byID["freshness/one-day-old"].Verdict)
		sound.(zooKeeper).Close()
	})
}
