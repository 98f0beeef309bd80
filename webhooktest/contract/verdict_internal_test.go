package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Of the findings in the variants of a case, the most severe stays, whichever came first.
func TestMostSevereFindingStays(t *testing.T) {
	t.Parallel()
	must, info := &contractCase{Case: Case{Level: "must"}}, &contractCase{Case: Case{Level: "info"}}
	fail, warn := finding{actual: "fail"}, finding{actual: "warn", should: true}
	for _, test := range []struct {
		name          string
		first, second *contractCase
		one, other    finding
		want          string
	}{
		{"a fail after a warning", must, must, warn, fail, "fail"},
		{"a warning after a fail", must, must, fail, warn, "fail"},
		{"a later fail", must, must, finding{actual: "refused"}, fail, "fail"},
		{"an information after a warning", must, info, warn, finding{actual: "info"}, "warn"},
	} {
		var r Result
		r.add(test.first, []finding{test.one})
		r.add(test.second, []finding{test.other})
		require.Equal(t, test.want, r.Actual, test.name)
	}
}
