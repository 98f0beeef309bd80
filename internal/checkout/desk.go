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

// A Desk completes objects of an API, one at a time. Set the fields before use.
type Desk struct {
	API *stripeapi.Server

	// Version is the API version of the events; empty means the default.
	Version string

	// Deliver delivers the events, which the API has registered by then.
	Deliver func(context.Context, *webhooktest.Flow) error

	mu sync.Mutex
}

// Complete completes an object, and delivers the events. An object cannot be paid twice:
// the API registers the events before the next request.
func (d *Desk) Complete(ctx context.Context, r payment.Request) error {
	flow, err := d.settle(r)
	if err != nil {
		return err
	}
	return d.Deliver(ctx, flow)
}

// settle makes the events and registers them with the API, in causal order.
func (d *Desk) settle(r payment.Request) (*webhooktest.Flow, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	flow, err := payment.Flow(&webhooktest.Source{APIVersion: d.Version}, d.API, r)
	if err != nil {
		return nil, err
	}
	for event := range flow.Causal().Events() {
		if err := d.API.Add(event.Body()); err != nil {
			return nil, err
		}
	}
	return flow, nil
}
