package webhooktest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Deliveries raced if any two were under way at the same time.
func TestUnderWay(t *testing.T) {
	t.Parallel()
	now := time.Now()
	at := func(ms, took int) *Response {
		return &Response{Sent: now.Add(time.Duration(ms) * time.Millisecond), Duration: time.Duration(took) * time.Millisecond}
	}
	for name, test := range map[string]struct {
		responses []*Response
		raced     bool
	}{
		"one after the other": {[]*Response{at(0, 5), at(6, 5), at(12, 5)}, false},
		"the other order":     {[]*Response{at(12, 5), at(6, 5), at(0, 5)}, false},
		"the last two":        {[]*Response{at(0, 5), at(6, 5), at(10, 5)}, true},
		"one within another":  {[]*Response{at(0, 50), at(6, 5)}, true},
		"in the same instant": {[]*Response{at(0, 0), at(0, 0)}, true},
		"one":                 {[]*Response{at(0, 5)}, true},
	} {
		require.Equal(t, test.raced, underWay(test.responses), name)
	}
}
