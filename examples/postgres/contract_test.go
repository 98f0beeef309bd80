package main

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const secret = "whsec_test"

// TestContract runs all applicable parts of the contract: with the state, with a database
// that stops answering, with restarts. Warnings count.
func TestContract(t *testing.T) {
	t.Parallel()
	db := startDatabase(t)
	shop := startService(t, db.url)
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject {
		return contract.Subject{
			URL: shop.url, Secret: secret,
			Handles: []string{
				"payment_intent.succeeded", "charge.refunded",
				"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
			},
			State:         func(ctx context.Context) (any, error) { return shop.Load().Books(ctx) },
			Break:         db.pause,
			Heal:          db.resume,
			Restart:       shop.restart,
			OncePerObject: true, // two events about one payment are one payment
		}
	}})
	require.NoError(t, err)
	verdicts := make(map[string]contract.Verdict)
	for _, result := range report.Cases {
		verdicts[result.ID] = result.Verdict
		if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
			t.Errorf("%s %s: %s", result.Verdict, result.ID, result)
		}
	}
	for _, id := range []string{ // the point of this example must have been judged
		"idempotency/redelivered", "idempotency/concurrent", "ordering/stale-update", "ordering/after-deleted",
		"resilience/failure-not-acknowledged", "resilience/retry-after-failure",
		"resilience/restart-keeps-ledger", "resilience/restart-keeps-work",
	} {
		require.Equal(t, contract.Pass, verdicts[id], id)
	}
}

// TestDatabaseDown: the shop reports the failure before Stripe gives up, and processes
// the retry once.
func TestDatabaseDown(t *testing.T) {
	t.Parallel()
	db := startDatabase(t)
	shop := startService(t, db.url)
	hook := webhooktest.NewURL(t, shop.url, secret)
	hook.Endpoint.Timeout = 10 * time.Second // from Stripe's guide to Checkout
	payment := hook.Event("payment_intent.succeeded")

	require.NoError(t, db.pause(t.Context()))
	for range 2 {
		require.Equal(t, http.StatusInternalServerError, hook.Deliver(payment).StatusCode)
	}
	require.NoError(t, db.resume(t.Context()))
	for range 2 {
		require.True(t, hook.Deliver(payment).Accepted())
	}
	books, err := shop.Load().Books(t.Context())
	require.NoError(t, err)
	require.Len(t, books.Payments, 1)
}

// TestLateEvents goes beyond the contract: every order of these five events leads to the
// same books.
func TestLateEvents(t *testing.T) {
	t.Parallel()
	db := startDatabase(t)
	shop := startService(t, db.url)
	hook := webhooktest.NewURL(t, shop.url, secret)
	tests := []struct {
		name   string
		reason string
		order  []int
	}{
		{"as they happened", "the reference", []int{0, 1, 2, 3, 4}},
		{"backwards", "the refund has no payment yet, the end no subscription", []int{4, 3, 2, 1, 0}},
		{"the sums crossed", "an older sum must not overwrite a newer one", []int{0, 2, 1, 3, 4}},
		{"the end first", "what has ended stays so", []int{4, 3, 0, 1, 2}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			payment := hook.Event("payment_intent.succeeded")
			refund := hook.Event("charge.refunded", webhooktest.Version(1), webhooktest.About(payment))
			another := hook.Event("charge.refunded", webhooktest.Version(2), webhooktest.About(refund))
			created := hook.Event("customer.subscription.created")
			deleted := hook.Event("customer.subscription.deleted", webhooktest.About(created))
			events := []*webhooktest.Event{payment, refund, another, created, deleted}
			before, err := shop.Load().Books(t.Context())
			require.NoError(t, err)
			for _, i := range test.order {
				require.True(t, hook.Deliver(events[i]).Accepted())
			}
			after, err := shop.Load().Books(t.Context())
			require.NoError(t, err)
			paid := added(before.Payments, after.Payments)
			require.Len(t, paid, 1, test.reason)
			require.Equal(t, Payment{paid[0].ID, "usd", 4800, 1200}, paid[0], test.reason)
			subscribed := added(before.Subscriptions, after.Subscriptions)
			require.Len(t, subscribed, 1, test.reason)
			require.Equal(t, "canceled", subscribed[0].Status, test.reason)
		})
	}
}

// added returns the elements found only in the second list.
func added[T comparable](before, after []T) []T {
	return slices.DeleteFunc(slices.Clone(after), func(one T) bool { return slices.Contains(before, one) })
}
