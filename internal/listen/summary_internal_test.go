package listen

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What became of a forgery is counted by the last answer: a server error is no refusal.
func TestForgeriesInTheSummary(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		state    string
		attempts []Attempt
		want     Summary
	}{
		{"refused", GivenUp, []Attempt{{Status: 400}}, Summary{Repelled: 1}},
		{"failed", GivenUp, []Attempt{{Status: 500}}, Summary{Crashed: 1}},
		{"refused at last", GivenUp, []Attempt{{Status: 500}, {Status: 400}}, Summary{Repelled: 1}},
		{"no response", GivenUp, []Attempt{{Error: "reset"}}, Summary{Unaccepted: 1}},
		{"accepted", Delivered, []Attempt{{Status: 200}}, Summary{Taken: 1}},
	} {
		var s Summary
		s.count(&Delivery{State: test.state, Attempts: test.attempts, Mutations: []string{"unsigned"}})
		require.Equal(t, test.want, s, test.name)
	}
}
