package contract

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Work goes on after the answer if a call does for which a handler would have waited.
func TestWorkOutlivesTheAnswer(t *testing.T) {
	t.Parallel()
	answered := time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)
	for _, test := range []struct {
		name     string
		silent   bool
		at, took time.Duration // before the answer, if negative
		want     bool
	}{
		{"before the response", false, -20 * time.Millisecond, 10 * time.Millisecond, false},
		{"until the response", false, -20 * time.Millisecond, 20 * time.Millisecond, false},
		{"begun before the response", false, -20 * time.Millisecond, 30 * time.Millisecond, true},
		{"begun after the response", false, time.Millisecond, 0, true},
		{"given up before the response", true, -100 * time.Millisecond, 500 * time.Millisecond, false},
		{"begun after the response, and given none", true, time.Millisecond, 500 * time.Millisecond, true},
	} {
		o := apiOutage{silent: test.silent, answered: answered}
		require.Equal(t, test.want, o.outlives(stripeapi.Call{At: answered.Add(test.at), Duration: test.took}), test.name)
	}
	nobody := apiOutage{}
	require.False(t, nobody.outlives(stripeapi.Call{At: answered}), "no event was accepted")
}
