// Package checkout is where what an app has created at the local Stripe API is paid: by a
// person, on the hosted page of a Checkout Session or payment link ([Pages]); by another
// process ([Control], [Client]); or by itself ([Auto]).
package checkout

import (
	"context"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A Desk brings objects of an API to an end, one at a time. The fields are set before it is
// used.
type Desk struct {
	API *stripeapi.Server

	// Version is the API version of the events; empty: the default one.
	Version string

	// Deliver delivers the events. The API is told of each by then.
	Deliver func(context.Context, *webhooktest.Flow) error

	mu sync.Mutex
}

// Complete brings an object to an end, and delivers the events. Nobody pays it twice: the
// API knows of the events before another is served.
func (d *Desk) Complete(ctx context.Context, r payment.Request) error {
	flow, err := d.settle(r)
	if err != nil {
		return err
	}
	return d.Deliver(ctx, flow)
}

// settle makes the events and tells the API of them, as they happened.
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
