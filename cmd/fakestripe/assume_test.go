package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// The shape that a handler acts on is found out by the run itself, unless that leaves out
// the case which tells.
func TestRunJudgesEffect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		why   string
		suite contract.Suite
		want  bool
	}{
		{"the whole contract", contract.Suite{}, true},
		{"musts alone", contract.Suite{Level: "must"}, true},
		{"without the case", contract.Suite{Skip: []string{"control"}}, false},
		{"of another level", contract.Suite{Level: "info"}, false},
		{"no such case at all", contract.Suite{Skip: []string{"nothing/here"}}, false},
	} {
		c := checking{suite: test.suite}
		require.Equal(t, test.want, judgesEffect(&c.suite), test.why)
	}
}
