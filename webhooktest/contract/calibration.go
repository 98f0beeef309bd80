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

// A calibration is what a run measures before its first case: background changes of the
// state, whether the handler writes to Stripe, and how long it works.
type calibration struct {
	first  *webhooktest.Event // the first accepted event
	floor  map[string]bool    // places of the state that change without an event
	idle   map[string]bool    // the subset that changed when nothing was sent
	still  any                // the last settled state, if cases run one by one
	writes atomic.Bool        // the handler writes to Stripe

	outlives atomic.Bool // the handler goes on working after it acknowledges an event

	restless atomic.Bool  // the state never is still, as control/quiet reports
	waited   atomic.Int32 // how often an effect on a restless state was waited for
	absent   sync.Map     // causes for which an effect was waited for, and did not come

	longest  atomic.Int64 // time that the handler was seen to work after an answer
	dropped  atomic.Int32 // forgeries that were accepted without an effect
	together atomic.Int64 // the most deliveries at once that all got a response

	failed  prerequisiteLog
	callers knownCallers // types at which the handler calls Stripe

	created sync.Map // numbers of the calls by which the app created objects for events

	mu     sync.Mutex
	settle time.Duration // how long the state must be unchanged
}

func newCalibration(settle time.Duration) *calibration {
	return &calibration{floor: make(map[string]bool), settle: settle}
}

// isEffect reports whether a call changed something at Stripe because of an event.
func (c *calibration) isEffect(call stripeapi.Call) bool {
	_, made := c.created.Load(call.N)
	return !made && hadResult(call)
}

// worksLate says why a run takes long with a handler that works after its response.
func (c *calibration) worksLate() []string {
	const worthTelling = 500 * time.Millisecond
	longest := time.Duration(c.longest.Load())
	if longest < worthTelling {
		return nil
	}
	return []string{"the handler worked for up to " + longest.Round(100*time.Millisecond).String() + " after a response, and most cases wait for that several times: a queue that polls or retries after less, as in a test, makes the run shorter"}
}

// sawTogether records how many simultaneous deliveries all got a response.
func (c *calibration) sawTogether(responses []*webhooktest.Response) {
	silent := slices.ContainsFunc(responses, func(r *webhooktest.Response) bool { return r == nil || r.Err != nil })
	if most := int64(len(responses)); !silent && most > c.together.Load() {
		c.together.Store(most)
	}
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

// alike returns the places that every event changes, even one of an unknown type.
func (c *calibration) alike() (places []string) {
	for place := range c.floor {
		if !c.idle[place] {
			places = append(places, place)
		}
	}
	slices.Sort(places)
	return places
}

// ignore adds the places of a diff to the noise floor.
func (c *calibration) ignore(moved statediff.Diff) {
	for place := range moved {
		c.floor[place] = true
	}
}
