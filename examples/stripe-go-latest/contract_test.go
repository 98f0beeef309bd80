package main

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v86"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

const secret = "whsec_test"

// TestContract delivers events of the API version that this stripe-go is pinned to, as to
// an endpoint created with it.
func TestContract(t *testing.T) {
	contract.Run(t, func(t *testing.T) contract.Subject {
		shop := NewShop(secret)
		return contract.Subject{
			Handler: routes(shop), Secret: secret,
			APIVersion: stripe.APIVersion,
			Handles: []string{
				"payment_intent.succeeded", "charge.refunded",
				"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
			},
			State: func(context.Context) (any, error) { return shop.Books(), nil },
			// The shop accepts only test mode, and counts a payment once.
			Mode: true, OncePerObject: true,
		}
	})
}

// TestLateEvents goes beyond the contract.
func TestLateEvents(t *testing.T) {
	shop := NewShop(secret)
	hook := webhooktest.New(t, shop, secret)
	version := webhooktest.Set("api_version", stripe.APIVersion)

	// amount_refunded is the total so far: an older one is no news.
	refund := hook.Event("charge.refunded", webhooktest.Version(1), version)
	another := hook.Event("charge.refunded", webhooktest.Version(2), version, webhooktest.About(refund))
	// Of two changes in one second, the last to arrive wins. A redelivery of the first, or
	// of the creation, does not.
	now := webhooktest.Set("created", time.Now().Unix())
	change := hook.Event("customer.subscription.updated", webhooktest.Version(1), version, now)
	next := hook.Event("customer.subscription.updated", webhooktest.Version(2), version, now, webhooktest.About(change))
	created := hook.Event("customer.subscription.created", version, now, webhooktest.About(change))
	for _, event := range []*webhooktest.Event{another, refund, change, next, change, created} {
		hook.Deliver(event)
	}
	books := shop.Books()
	if refunds := slices.Collect(maps.Values(books.Refunds)); !slices.Equal(refunds, []int64{1200}) {
		t.Errorf("refunded %d, want 1200", refunds)
	}
	subscriptions := slices.Collect(maps.Values(books.Subscriptions))
	if len(subscriptions) != 1 || subscriptions[0].Status != stripe.SubscriptionStatusPastDue {
		t.Errorf("subscriptions %v, want one that is %s", subscriptions, stripe.SubscriptionStatusPastDue)
	}
}

// TestLiveEvents: the shop acknowledges them and does nothing.
func TestLiveEvents(t *testing.T) {
	shop := NewShop(secret)
	hook := webhooktest.New(t, shop, secret)
	live := hook.Event("payment_intent.succeeded", webhooktest.Set("livemode", true), webhooktest.Set("api_version", stripe.APIVersion))
	if response := hook.Deliver(live); !response.Accepted() || len(shop.Books().Payments) > 0 {
		t.Errorf("%s, payments %v", response, shop.Books().Payments)
	}
}

// TestAPIVersions: stripe-go may misread events of other release trains. An endpoint
// created with an older version has all its events refused.
func TestAPIVersions(t *testing.T) {
	tests := []struct {
		version  string
		accepted bool
		reason   string
	}{
		{stripe.APIVersion, true, "its own"},
		{"2026-12-01." + stripe.APIMajorVersion, true, "a later month of its train changes nothing that breaks"},
		{"2025-03-31.basil", false, "another train"},
		{"2023-10-16", false, "from before there were trains"},
	}
	for _, test := range tests {
		t.Run(test.version, func(t *testing.T) {
			shop := NewShop(secret)
			response := webhooktest.New(t, shop, secret).Send("payment_intent.succeeded", webhooktest.Set("api_version", test.version))
			if response.Accepted() != test.accepted || len(shop.Books().Payments) == 1 != test.accepted {
				t.Errorf("%s: %s, %d payments", test.reason, response, len(shop.Books().Payments))
			}
		})
	}
}
