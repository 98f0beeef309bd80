package contract

import (
	"net/http"
	"path"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The consequences name cases and causes that there are.
func TestConsequencesAreOfTheContract(t *testing.T) {
	t.Parallel()
	cases, err := Suite{}.Cases()
	require.NoError(t, err)
	for _, rule := range consequences {
		at := slices.IndexFunc(cases, func(c Case) bool { return c.ID == rule.of })
		require.GreaterOrEqual(t, at, 0, rule.of)
		var shown []string
		for _, f := range []finding{{}, {status: 200}, {status: 400}, {status: 500}, {silent: true}, {dropped: true}} {
			shown = append(shown, f.cause(&contractCase{Case: cases[at]}))
		}
		require.Contains(t, shown, rule.cause, rule.of)
		for _, pattern := range rule.on {
			require.True(t, slices.ContainsFunc(cases, func(c Case) bool {
				ok, err := path.Match(pattern, c.ID)
				return ok && err == nil
			}), pattern)
		}
	}
}

// What fails is a consequence only where its cause shows; a handler that has ended is
// nothing of the kind.
func TestAttribute(t *testing.T) {
	t.Parallel()
	results := func(wrongSecret Verdict) []Result {
		return []Result{
			{ID: "signature/wrong-secret", Verdict: wrongSecret, Cause: forgeriesAccepted},
			{ID: "freshness/one-day-old", Verdict: Fail, Cause: staleAccepted},
			{ID: "freshness/ten-minutes-old", Verdict: Pass},
			{ID: "resilience/bad-input", Verdict: Fail, Headline: stoppedAnswering},
		}
	}
	guilty := results(Fail)
	attribute(guilty)
	require.Equal(t, forgeriesAccepted, guilty[1].Cause)
	require.Empty(t, guilty[2].Cause)
	require.Empty(t, guilty[3].Cause)
	other := results(Pass)
	attribute(other)
	require.Equal(t, staleAccepted, other[1].Cause)
}

// A copy that counts again does not explain work that is lost: those are opposites. A second
// refund may be either, unless the sum so far is added up as well.
func TestLossIsNoRepetition(t *testing.T) {
	t.Parallel()
	const retry, refunds = "resilience/retry-after-failure", "idempotency/two-refunds"
	results := []Result{
		{ID: "idempotency/redelivered", Verdict: Fail, Cause: repeatsCount},
		{ID: retry, Verdict: Fail, Cause: failedLost, lost: true},
		{ID: refunds, Verdict: Fail, Cause: "Partial refunds are miscounted"},
		{ID: "idempotency/two-paid-events", Verdict: Fail},
	}
	attribute(results)
	require.Equal(t, failedLost, results[1].Cause)
	require.Equal(t, "Partial refunds are miscounted", results[2].Cause)
	require.Equal(t, repeatsCount, results[3].Cause)

	results = append(results, Result{ID: "idempotency/refund-total", Verdict: Fail})
	attribute(results)
	require.Equal(t, repeatsCount, results[2].Cause)

	var lost Result
	lost.add(&contractCase{Case: Case{ID: retry, Level: "must", Cause: failedLost}}, []finding{{unretried: true, ofState: true}})
	require.True(t, lost.lost)
}

// A forgery or a replay that gets no response is one mistake: a return without a response.
func TestSilenceHasOneCause(t *testing.T) {
	t.Parallel()
	for _, cause := range []string{forgeriesAccepted, staleAccepted} {
		f, c := finding{silent: true}, &contractCase{Case: Case{Cause: cause}}
		require.Equal(t, forgeriesSilent, f.cause(c))
		require.Contains(t, f.hint(c), "a return without a response")
	}
}

// Who refuses the event of an unknown account has looked at the account.
func TestRefusedAccountIsNotIgnored(t *testing.T) {
	t.Parallel()
	c := &contractCase{Case: Case{Cause: accountsIgnored}}
	require.Equal(t, accountsIgnored, finding{status: http.StatusOK}.cause(c))
	require.Empty(t, finding{status: http.StatusUnprocessableEntity}.cause(c))
	require.Equal(t, strangersCrash, finding{status: http.StatusInternalServerError}.cause(c))
}

// A refusal on purpose is no crash, and nothing is missing.
func TestRefusedShapeIsNoCrash(t *testing.T) {
	t.Parallel()
	c := &contractCase{Case: Case{Cause: fieldsMissing}}
	require.Equal(t, shapesRefused, finding{status: http.StatusBadRequest}.cause(c))
	require.Equal(t, fieldsMissing, finding{status: http.StatusInternalServerError}.cause(c))
	require.Equal(t, fieldsMissing, finding{silent: true}.cause(c))
}
