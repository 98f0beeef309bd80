package shop_test

import (
	"context"
	"testing"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/webhooktest"
)

func TestContract(t *testing.T) {
	webhooktest.Contract(t, func(t *testing.T) webhooktest.Subject {
		s := shop.New(secret)
		return webhooktest.Subject{
			Handler: s, Secret: secret,
			Handles: []string{"payment_intent.succeeded", "charge.dispute.created", "balance.available"},
			State:   func(context.Context) (any, error) { return s.Ledger(), nil },
		}
	})
}
