package shop_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const secret = "whsec_test"

func TestPaymentIsRecorded(t *testing.T) {
	s := shop.New(secret)
	hook := webhooktest.New(t, s, secret)
	resp := hook.Send("payment_intent.succeeded", webhooktest.Set("data.object.amount_received", 4200))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Len(t, s.Ledger(), 1)
	require.EqualValues(t, 4200, s.Ledger()[0].Amount)
}

func TestEventTypes(t *testing.T) {
	tests := []struct{ eventType, want string }{
		{"payment_intent.succeeded", "payment received"},
		{"charge.dispute.created", "payment disputed"},
		{"balance.available", "balance available"},
	}
	for _, test := range tests {
		t.Run(test.eventType, func(t *testing.T) {
			s := shop.New(secret)
			require.True(t, webhooktest.New(t, s, secret).Send(test.eventType).Accepted())
			require.Equal(t, test.want, s.Ledger()[0].What)
		})
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	for _, mutation := range []string{"unsigned", "wrong-secret", "body-tampered", "v0-only", "stale", "body=null"} {
		t.Run(mutation, func(t *testing.T) {
			s := shop.New(secret)
			hook := webhooktest.New(t, s, secret)
			payment := hook.Event("payment_intent.succeeded")
			require.Equal(t, http.StatusBadRequest, hook.Deliver(payment, mutation).StatusCode)
			require.Empty(t, s.Ledger())
			require.Equal(t, http.StatusOK, hook.Deliver(payment).StatusCode, "the genuine event must get through")
		})
	}
}

func TestGenuineVariationsAreAccepted(t *testing.T) {
	for _, mutation := range []string{"compact", "crlf", "unicode", "shuffled-keys", "padded=110kB", "nulls", "rolled-secret=second", "event-age=72h"} {
		t.Run(mutation, func(t *testing.T) {
			hook := webhooktest.New(t, shop.New(secret), secret)
			require.True(t, hook.Deliver(hook.Event("payment_intent.succeeded"), mutation).Accepted())
		})
	}
}

func TestRedeliveryCountsOnce(t *testing.T) {
	s := shop.New(secret)
	hook := webhooktest.New(t, s, secret)
	payment := hook.Event("payment_intent.succeeded")
	for range 3 {
		require.True(t, hook.Deliver(payment).Accepted())
	}
	require.Len(t, s.Ledger(), 1)
}

func TestConcurrentCopiesCountOnce(t *testing.T) {
	s := shop.New(secret)
	hook := webhooktest.New(t, s, secret)
	payment := hook.Event("payment_intent.succeeded")
	for _, resp := range hook.DeliverTogether(slices.Repeat([]*webhooktest.Event{payment}, 10)...) {
		require.True(t, resp.Accepted())
	}
	require.Len(t, s.Ledger(), 1)
}

func TestOtherTypesAreAcknowledged(t *testing.T) {
	s := shop.New(secret)
	require.True(t, webhooktest.New(t, s, secret).Send("customer.updated").Accepted())
	require.Empty(t, s.Ledger())
}
