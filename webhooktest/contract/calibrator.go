package contract

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A calibrator measures, before any case, background changes of the state and the speed of
// the handler.
type calibrator struct{ session *session }

// idle returns the state before anything is sent, and treats background changes as noise.
func (c calibrator) idle(ctx context.Context, o *observation) (state any, err error) {
	before, err := c.session.probe.readNow(ctx, o)
	if err != nil {
		return nil, err
	}
	var moved statediff.Diff
	for looks := range 2 { // a single change may be the end of earlier work
		if err = c.session.run.machine.pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
		if state, err = c.session.probe.readNow(ctx, o); err != nil {
			return nil, err
		}
		again := statediff.Between(before, state, o.ids)
		if looks > 0 {
			again = moved.Only(again)
		}
		if moved, before = again, state; len(moved) == 0 {
			break
		}
	}
	c.session.run.learned.ignore(moved)
	c.session.run.learned.idle = maps.Clone(c.session.run.learned.floor)
	return state, nil
}

// pace waits until the first event shows, and derives the settle time from how long that
// took.
func (c calibrator) pace(ctx context.Context, o *observation, before any) error {
	if c.session.subject.Settle > 0 {
		return nil
	}
	took, moved, err := c.session.probe.awaitMove(ctx, o, before, firstPatience)
	if err != nil || !moved {
		return err
	}
	c.session.probe.widen(took)
	again, err := c.session.probe.readStill(ctx, o)
	if err != nil {
		return err
	}
	took, moved, err = c.session.probe.awaitMove(ctx, o, again, c.rest())
	if moved {
		c.session.probe.widen(took)
	}
	return err
}

// restOfWork is how long a short run waits for the rest of the first effect: a worker may take
// up what the handler only stored. In a long run some case notices that.
const restOfWork = 2500 * time.Millisecond

// rest returns how long the rest of the first effect is waited for.
func (c calibrator) rest() time.Duration {
	if len(c.session.run.suite.Only) > 0 && c.session.run.suite.Dir == "" && c.session.subject.Handler == nil {
		return restOfWork
	}
	return asyncSettle
}

// effect keeps what the first event changed, in case no later event changes anything: all
// may be about one object of the app, which changes only once.
func (c calibrator) effect(ctx context.Context, o *observation, before any) error {
	control := o.events[single][0].Type()
	if !c.session.sender.binder.literal(control) {
		return nil
	}
	after, err := c.session.probe.read(ctx, o)
	if err == nil {
		c.session.run.known.learnFirst(control, o.since(before, after, c.session.run.learned.floor))
	}
	return err
}

// writes waits a moment for the handler to write to Stripe, and measures how long that
// took.
func (c calibrator) writes(ctx context.Context, before int) bool {
	if c.session.subject.API == nil {
		return false
	}
	for start, took := time.Now(), time.Duration(0); took < asyncSettle; took = time.Since(start) {
		if slices.ContainsFunc(c.session.subject.API.CallsSince(before), c.session.run.learned.isEffect) {
			c.session.run.learned.writes.Store(true)
			c.session.probe.widen(took)
			return true
		}
		if c.session.run.machine.pause(ctx, 10*time.Millisecond) != nil {
			break
		}
	}
	return false
}
