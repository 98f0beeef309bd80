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

// worksLater requires a handler that was seen to work after its answer.
func (o *oracle) worksLater() error {
	if !o.spec.Repeats || o.session.probe.settle > 0 {
		return nil
	}
	return errLacks{"a handler that works after its answer"}
}

// isWhole reports whether an effect lacks nothing that the reference has. It reports false
// if there is no reference yet.
func (o *oracle) isWhole(did statediff.Diff) bool {
	b, did := o.baseline(did)
	return len(o.references) > 0 && !b.Lacks(did)
}

// endAfterWork ends a failure once it has lasted as long as the work takes. Work that was
// done all the same says nothing about a failure.
func (e *execution) endAfterWork(ctx context.Context, end func(context.Context) error) error {
	probe := e.session.probe
	err := probe.machine.pause(ctx, 2*probe.settle)
	done, seen := e.workIsDone(ctx)
	if ended := end(ctx); ended != nil {
		return ended
	}
	if !seen { // what was done at once may have been done before
		done, _ = e.workIsDone(ctx)
	}
	if err == nil && done {
		err = errLacks{"a failure that the work after the answer meets: it was done before, or in spite of it"}
	}
	return err
}

// workIsDone reports whether the state shows the whole effect already, and whether it could
// be read at all.
func (e *execution) workIsDone(ctx context.Context) (done, seen bool) {
	patient, cancel := context.WithTimeout(ctx, seenLater)
	defer cancel()
	probe := e.session.probe
	shown, err := probe.readOnce(patient, e.observed)
	if err != nil {
		return false, false
	}
	state, err := probe.last.decode(probe.withResults(shown))
	if err != nil {
		return false, false
	}
	return e.isWhole(e.observed.diff(state, probe.learned.floor)), true
}

// judgeRepeated requires the whole effect in the end, however often the work was tried.
func (o *oracle) judgeRepeated(ctx context.Context, e *execution) ([]finding, error) {
	probe := o.session.probe
	if probe.learned.restless.Load() {
		return nil, errInconclusive{reason: "the state moves by itself, as control/quiet shows: there is no telling what an event did"}
	}
	effect := func(state any) statediff.Diff { return e.observed.diff(state, probe.learned.floor) }
	_, done, err := probe.await(ctx, e.observed, repeatPatience, func(state any) bool { return o.isWhole(effect(state)) })
	if err != nil || done {
		return e.findings, err
	}
	b, did := o.baseline(effect(probe.last.state))
	differences, judged := b.Judge(did)
	if judged == 0 {
		return e.findings, incomparable(b)
	}
	return e.withState(differences, sameState), nil
}
