//go:build unix

package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/dbstate"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestContractByTables judges the shop by all its tables, as fakestripe check
// --state-postgres reads them: nothing in the shop shows them.
func TestContractByTables(t *testing.T) {
	t.Parallel()
	uri := realpart.Postgres(t)
	shop := startService(t, uri)
	db, err := dbstate.Postgres(uri)
	require.NoError(t, err)
	report, err := contract.Check(t.Context(), contract.Suite{
		Only: []string{"control", "signature", "idempotency", "ordering"},
		New: func() contract.Subject {
			return contract.Subject{
				URL: shop.url, Secret: secret, State: db.State, OncePerObject: true,
				Handles: []string{
					"payment_intent.succeeded", "charge.refunded",
					"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
				},
			}
		},
	})
	require.NoError(t, err)
	for _, result := range report.Cases {
		if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
			t.Errorf("%s %s: %s", result.Verdict, result.ID, result)
		}
	}
	require.Greater(t, report.Summary[contract.Pass], 30, "%v", report.Summary)
}
