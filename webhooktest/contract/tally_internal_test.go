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

// What go test tells case by case is one mistake, which is said at the end.
func TestCauses(t *testing.T) {
	t.Parallel()
	var all tally
	for _, r := range []Result{
		{ID: "signature/unsigned", Verdict: Fail, Cause: forgeriesAccepted},
		{ID: "signature/wrong-secret", Verdict: Fail, Cause: forgeriesAccepted},
		{ID: "freshness/one-day-old", Verdict: Warn, Cause: staleAccepted},         // a consequence
		{ID: "idempotency/redelivered", Verdict: Fail, Cause: repeatsCount},        // the only one
		{ID: "http/other-methods", Verdict: Warn},                                  // shares no cause
		{ID: "signature/v0-only", Verdict: Inconclusive, Cause: forgeriesAccepted}, // is none
	} {
		all.add(r)
	}
	require.Equal(t, []string{
		"Forged events are accepted, which is one cause of 3 cases: signature/unsigned, signature/wrong-secret, freshness/one-day-old",
	}, all.causes())
}

func TestJoinReasons(t *testing.T) {
	t.Parallel()
	require.Empty(t, joinReasons(nil))
	require.Equal(t, "no effect: a, b; c; no response: d", joinReasons([]string{"no effect: a, b", "no effect: c", "no response: d"}))

}

func TestPatternsThatMatchNoCase(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		"": false, "TestContract": false, "TestContract/signature/unsigned": false,
		"TestContract/signature/(unsigned|wrong-secret)": false,
		"(TestContract|TestOther)/signature":             false,
		"TestContract/(signature/unsigned|body/compact)": true,
		"TestContract/(?:(signature)/unsigned|body)":     true,
	} {
		require.Equal(t, want, splitsNames(pattern), pattern)
	}
}
