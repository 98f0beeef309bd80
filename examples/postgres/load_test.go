//go:build unix

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/dbstate"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

// TestNothingIsLostUnderLoad: of thousands of events at once, with duplicates and forgeries
// among them, each counts once in the tables.
func TestNothingIsLostUnderLoad(t *testing.T) {
	t.Parallel()
	uri := realpart.Postgres(t)
	shop := startService(t, uri)
	db, err := dbstate.Postgres(uri)
	require.NoError(t, err)
	endpoint := &webhooktest.Endpoint{URL: shop.url, Secrets: []string{secret}}
	t.Cleanup(endpoint.Close)
	l := load.Load{
		Endpoint: endpoint,
		Mix:      []load.Share{{Name: "payment_intent.succeeded", Weight: 3}, {Name: "customer.subscription.created", Weight: 1}},
		Count:    2000, Concurrency: 16,
		Chaos: load.Chaos{Duplicate: 0.1, Reorder: 0.1}, Forge: 0.02,
		State: db.State,
	}
	report, err := l.Run(t.Context())
	require.NoError(t, err)
	v := report.Verdict
	require.Empty(t, v.Inconclusive)
	require.True(t, v.Sound(), "%s %v", v, v.Counters)
	require.Contains(t, v.String(), "nothing lost, nothing doubled")
	require.Equal(t, 2000, report.Events+report.Forgeries)
	require.Zero(t, report.AcceptedForgeries)
	require.Positive(t, v.Duplicates)
}
