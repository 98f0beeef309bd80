package shop_test

import (
	"context"
	"testing"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

func TestContract(t *testing.T) {
	contract.Run(t, func(t *testing.T) contract.Subject {
		s := shop.New(secret)
		return contract.Subject{
			Handler: s, Secret: secret,
			Handles: []string{"payment_intent.succeeded", "charge.dispute.created", "balance.available"},
			State:   func(context.Context) (any, error) { return s.Ledger(), nil },
		}
	})
}
