package webhooktest

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestForgery(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mutation string
		forged   bool
	}{
		{"unsigned", true}, {"wrong-secret", true}, {"body-tampered", true}, {"stale", true}, {"digest=truncated", true},
		{"age=4m", false}, {"age=5m1s", true}, {"age=-1h", false},
		{"timestamp=0", true}, {"timestamp=milliseconds", true}, {fmt.Sprint("timestamp=", time.Now().Unix()), false},
		{"signature=t={t},v1={v1}", false}, {"signature=t={t},v1=abc", true},
		{"rolled-secret=second", false}, {"junk-v1", false}, {"replay", false}, {"event-age=72h", false}, {"body=null", false},
		{"unicode", false}, {"header=X: y", false},
	} {
		m, err := ParseMutation(c.mutation)
		require.NoError(t, err)
		require.Equal(t, c.forged, m.Forgery(), c.mutation)
	}
}

// Without a value, a mutation is what its example is: a test may try all of Mutations.
func TestExamplesAreForgeries(t *testing.T) {
	t.Parallel()
	for _, m := range Mutations() {
		as, err := ParseMutation(m.String())
		require.NoError(t, err)
		require.Equal(t, as.Forgery(), m.Forgery(), m.String())
	}
}

// What Body says is what Deliver sends.
func TestBodyIsWhatIsDelivered(t *testing.T) {
	t.Parallel()
	endpoint := &Endpoint{Handler: http.NotFoundHandler(), Now: func() time.Time { return time.Unix(1790000000, 0) }}
	source := &Source{Seed: 7, APIVersion: "latest"}
	for _, m := range Mutations() {
		if m.stage != inBody {
			continue
		}
		event, err := source.Event("customer.subscription.updated")
		require.NoError(t, err)
		body, err := endpoint.Body(event, m.String())
		require.NoError(t, err, m)
		response, err := endpoint.Deliver(t.Context(), event, m.String())
		require.NoError(t, err, m)
		require.Equal(t, string(response.SentBody), string(body), m)
	}
}
