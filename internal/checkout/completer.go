// Package checkout pays for what an app created at the local Stripe API: through a person,
// on the hosted page of a Checkout Session or payment link ([Pages]); through another
// process ([Control], [Client]); or automatically ([Auto]).
package checkout

import (
	"context"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A Completer completes objects of an API, one at a time. Set the fields before use.
type Completer struct {
	API *stripeapi.Server

	// Version is the API version of the events; empty means the default.
	Version string

	// Deliver delivers the events, which the API has registered by then.
	Deliver func(context.Context, *webhooktest.Flow) error

	mu sync.Mutex
}

// Complete completes an object, and delivers the events. An object cannot be paid twice:
// the API registers the events before the next request.
func (c *Completer) Complete(ctx context.Context, r payment.Request) error {
	flow, err := c.settle(r)
	if err != nil {
		return err
	}
	return c.Deliver(ctx, flow)
}

// settle makes the events and registers them with the API, in causal order.
func (c *Completer) settle(r payment.Request) (*webhooktest.Flow, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	flow, err := payment.Flow(&webhooktest.Source{APIVersion: c.Version}, c.API, r)
	if err != nil {
		return nil, err
	}
	for event := range flow.Causal().Events() {
		if err := c.API.Add(event.Body()); err != nil {
			return nil, err
		}
	}
	return flow, nil
}
