package contract

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Deliveries raced if any two were under way at the same time.
func TestOverlap(t *testing.T) {
	t.Parallel()
	now := time.Now()
	at := func(ms, took int) *webhooktest.Response {
		return &webhooktest.Response{Sent: now.Add(time.Duration(ms) * time.Millisecond), Duration: time.Duration(took) * time.Millisecond}
	}
	for name, test := range map[string]struct {
		responses []*webhooktest.Response
		raced     bool
	}{
		"one after the other": {[]*webhooktest.Response{at(0, 5), at(6, 5), at(12, 5)}, false},
		"the other order":     {[]*webhooktest.Response{at(12, 5), at(6, 5), at(0, 5)}, false},
		"the last two":        {[]*webhooktest.Response{at(0, 5), at(6, 5), at(10, 5)}, true},
		"one within another":  {[]*webhooktest.Response{at(0, 50), at(6, 5)}, true},
		"in the same instant": {[]*webhooktest.Response{at(0, 0), at(0, 0)}, true},
		"one":                 {[]*webhooktest.Response{at(0, 5)}, true},
	} {
		require.Equal(t, test.raced, overlap(test.responses), name)
	}
}
