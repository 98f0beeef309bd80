package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTotals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		verdicts []Verdict
		want     string
	}{
		"nothing chosen": {nil, "no case ran"},
		"all well":       {[]Verdict{Pass, Pass}, "2 passed"},
		"one of each":    {[]Verdict{Skip, Inconclusive, Info, Warn, Fail, Pass}, "1 passed, 1 failed, 1 warned, 1 info, 1 inconclusive, 1 skipped"},
	} {
		t.Run(name, func(t *testing.T) {
			var all tally
			for _, verdict := range test.verdicts {
				all.add(Result{Verdict: verdict})
			}
			require.Equal(t, test.want, all.totals())
		})
	}
}

func TestJoinReasons(t *testing.T) {
	t.Parallel()
	require.Empty(t, joinReasons(nil))
	require.Equal(t, "no effect: a, b; c; no answer: d", joinReasons([]string{"no effect: a, b", "no effect: c", "no answer: d"}))

}
