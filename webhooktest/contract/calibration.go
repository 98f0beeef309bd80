package contract

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A calibration is what a run measures before its first case: what changes in the state by
// itself, whether the handler writes to Stripe, and how long it works.
type calibration struct {
	first  *webhooktest.Event // that was accepted
	floor  map[string]bool    // places of the state that move by themselves
	idle   map[string]bool    // those that did when nothing at all was sent
	still  any                // the state when it was last still, of cases one by one
	writes atomic.Bool        // the handler writes to Stripe

	outlives atomic.Bool // the handler's work goes on when the event is acknowledged

	restless atomic.Bool  // the state never is still, as control/quiet reports
	waited   atomic.Int32 // how often an effect on a restless state was waited for
	absent   sync.Map     // causes for which an effect was waited for, and did not come

	created sync.Map // numbers of the calls by which the app created objects for events

	mu     sync.Mutex
	settle time.Duration // for how long the state must be still
}

func newCalibration(settle time.Duration) *calibration {
	return &calibration{floor: make(map[string]bool), settle: settle}
}

// isEffect reports whether a call did something at Stripe because an event came.
func (c *calibration) isEffect(call stripeapi.Call) bool {
	_, made := c.created.Load(call.N)
	return !made && hadResult(call)
}

func (c *calibration) settled() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.settle
}

func (c *calibration) keepSettle(settle time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle = settle
}

// alike are the places that every event changes, also one of an unknown type.
func (c *calibration) alike() (places []string) {
	for place := range c.floor {
		if !c.idle[place] {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}

// ignore makes the places of a diff part of the noise floor.
func (c *calibration) ignore(moved statediff.Diff) {
	for place := range moved {
		c.floor[place] = true
	}
}
