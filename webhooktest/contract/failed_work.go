package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// Work that is done after the answer can fail when Stripe has its 2xx and will not send the
// event again. A case that repeats has a dependency fail right after an event was accepted,
// for as long as the work takes, and waits for the work to be done all the same.

// repeatPatience is how long the work is waited for after the failure: queues that try
// again in a minute are common.
const repeatPatience = 65 * time.Second

// seenLater is how long the state is waited for during a failure: it may have failed too.
const seenLater = 2 * time.Second

// A workFailure has the work for an event fail.
type workFailure struct {
	probe    *probe
	observed *observation
	isWhole  func(statediff.Diff) bool // whether the work is done, by its effect
}

// possible requires a handler that was seen to work after its answer, if the case is for
// such.
func (f workFailure) possible(c *contractCase) error {
	if !c.Repeats || f.probe.settle > 0 {
		return nil
	}
	return errLacks{"a handler that works after its response"}
}

// end ends the failure once it has lasted as long as the work takes. Work that was done all
// the same says nothing about a failure.
func (f workFailure) end(ctx context.Context, heal func(context.Context) error) error {
	err := f.probe.machine.pause(ctx, 2*f.probe.settle)
	done, seen := f.isDone(ctx)
	if healed := heal(ctx); healed != nil {
		return healed
	}
	if !seen { // what is done at once may have been done before
		done, _ = f.isDone(ctx)
	}
	if err == nil && done {
		err = errLacks{"a failure that the work after the response meets: it was done before, or in spite of it"}
	}
	return err
}

// isDone reports whether the state shows the whole effect already, and whether it could be
// read at all.
func (f workFailure) isDone(ctx context.Context) (done, seen bool) {
	patient, cancel := context.WithTimeout(ctx, seenLater)
	defer cancel()
	shown, err := f.probe.readOnce(patient, f.observed)
	if err != nil {
		return false, false
	}
	state, err := f.probe.last.decode(f.probe.withResults(shown), f.probe.known.keep)
	if err != nil {
		return false, false
	}
	return f.isWhole(f.observed.diff(state, f.probe.learned.floor)), true
}

// outlast waits for the work to be done, and returns its effect.
func (f workFailure) outlast(ctx context.Context) (did statediff.Diff, done bool, err error) {
	_, done, err = f.probe.await(ctx, f.observed, repeatPatience, func(state any) bool {
		did = f.observed.diff(state, f.probe.learned.floor)
		return f.isWhole(did)
	})
	return did, done, err
}
