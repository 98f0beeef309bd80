package contract_test

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestCasesReadAlike: reports and docs/contract.md put the texts of all cases side by
// side, so all are written alike.
func TestCasesReadAlike(t *testing.T) {
	t.Parallel()
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	sentences := regexp.MustCompile(`^[A-Z].*\.$`)
	title := regexp.MustCompile(`^([A-Z]|invoice\.paid ).*[^.?!]$`)
	for _, c := range cases {
		require.Regexp(t, title, c.Title, c.ID)
		require.Regexp(t, title, c.Finding, c.ID)
		require.Regexp(t, sentences, c.Requirement, c.ID)
		require.Regexp(t, sentences, c.Hint, c.ID)
		require.Regexp(t, sentences, c.Why, c.ID)
		require.Regexp(t, regexp.MustCompile(`\.$`), c.Mistake, c.ID)
	}
}

// TestHintsLeadNowhereElse: who does what a hint says must not get another finding for it.
func TestHintsLeadNowhereElse(t *testing.T) {
	t.Parallel()
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	for _, bad := range []struct{ advice, finding, reason string }{
		{"refuse the event", "ordering/early-update", "a refused event waits for a retry"},
		{"Check payment_status", "dispatch/shapes-work", "an order that costs nothing is not paid either"},
		{"record the id, then", "resilience/retry-after-failure", "the work may fail after it"},
		{"^(Move|Fetch) .*after the answer", "resilience/restart-keeps-work", "unless the event is stored before it"},
		{"finds no order\\.$", "dispatch/foreign-object", "404 is no better than 500"},
		{"remember its type", "idempotency/two-changes", "an object is updated more than once"},
		{"do the work, or", "dispatch/handled-type-works", "the other type is still said to be handled"},
		{"unique constraint decide", "idempotency/acknowledged", "the violation ends in 500"},
		{"Raise the limit", "body/over-64-kilobytes", "to what?"},
	} {
		require.True(t, slices.ContainsFunc(cases, func(c contract.Case) bool { return c.ID == bad.finding }), bad.finding)
		for _, c := range cases {
			require.NotRegexp(t, bad.advice, c.Hint, "%s: leads to %s: %s", c.ID, bad.finding, bad.reason)
		}
	}
}
