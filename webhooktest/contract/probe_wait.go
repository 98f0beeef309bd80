package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A handler may acknowledge first and work later. The first genuine event measures how much
// later, but no handler fails by that measurement alone: the case is tried again,
// carefully, and waits for a missing effect.

// effectTimeout is how long to wait for an effect before its absence counts against a
// handler. It does not depend on the measured speed. It is the sum of pauses, not time on
// the clock: a stalled machine takes none of it from the handler.
const effectTimeout = 8 * time.Second

// secondPatience is how long it is waited for at least once another effect, missing for the
// same cause, did not come in effectTimeout.
const secondPatience = time.Second

// measured is how long an effect is waited for that need not be waited for in full: several
// times the longest that the handler was seen to work after its answer, and what the machine
// may add.
func (p *probe) measured() time.Duration {
	const several = 4
	longest := max(p.settle, time.Duration(p.learned.longest.Load()))
	return min(max(secondPatience, several*longest)+several*p.machine.stall(), effectTimeout)
}

// sawWork records how long the handler worked after its answer.
func (p *probe) sawWork(took time.Duration) {
	p.learned.longest.Store(max(p.learned.longest.Load(), int64(took)))
}

// window is for how long the state must have been still to be believed.
func (p *probe) window() time.Duration {
	switch {
	case p.learned.restless.Load():
		return carefulWindow
	case p.brief > 0:
		return p.brief
	case !p.careful:
		return p.settle
	}
	window := max(carefulWindow, min(4*p.machine.stall(), carefulSettle))
	switch {
	case p.subject.Settle > 0: // the user knows the handler: no measurement is to be doubted
		return max(window, 2*p.settle)
	case p.settle > 0:
		return max(window, p.settle, carefulSettle)
	}
	return window
}

// notShown is the cause of a witness without an effect, whose absence is held against nobody.
const notShown = "the state shows nothing of it"

// patience is how long an effect is waited for that is missing for a cause, "" if unknown.
// With a restless state, only the first few waits take time: otherwise every case would wait.
// What was waited for in full once is waited for as long as was measured: other cases of the
// same cause, and notShown where the handler always works before it answers.
func (p *probe) patience(cause string) time.Duration {
	const few = 3
	if p.learned.restless.Load() && p.learned.waited.Add(1) > few {
		return 0
	}
	if _, absent := p.learned.absent.Load(cause); absent || cause == notShown && p.settle == 0 {
		return p.measured()
	}
	return effectTimeout
}

// widen makes the window wide enough for work of a duration, on a machine that stalls like
// this one. A state that shows the event at once needs no window.
func (p *probe) widen(took time.Duration) {
	p.sawWork(took)
	if took > 0 && p.subject.Settle == 0 {
		p.settle = min(max(p.settle, asyncSettle, took+took/2+2*p.machine.stall()), mostSettle)
	}
}

// slower records that the handler works longer than expected: all earlier measurements may
// be wrong.
func (p *probe) slower(took time.Duration) {
	p.widen(max(took, p.settle, asyncSettle))
	p.learned.keepSettle(p.settle)
	p.known.forgetAll()
	p.learned.absent.Clear()
}

// await reads the state repeatedly, with growing pauses, until it is as expected or the
// pauses add up to the patience. If the time of the run ends first, the result is
// inconclusive.
func (p *probe) await(ctx context.Context, o *observation, patience time.Duration, hoped func(state any) bool) (took time.Duration, ok bool, err error) {
	start := time.Now()
	for waited, wait := time.Duration(0), time.Duration(0); ; {
		state, err := p.readNow(ctx, o)
		if err != nil {
			return 0, false, err
		}
		if waited > 0 {
			took = time.Since(start) // immediate, however long the reading takes
		}
		if hoped(state) {
			return took, true, nil
		}
		if waited >= patience {
			return took, false, nil
		}
		if over := p.budget.timeIsUp(); over != "" {
			return took, false, errInconclusive{reason: over + " while an effect was waited for"}
		}
		wait = min(wait+5*time.Millisecond+wait/4, 250*time.Millisecond, patience-waited)
		if err := p.machine.pause(ctx, wait); err != nil {
			return 0, false, err
		}
		waited += wait
	}
}

// awaitMove reads the state until it differs from the state before.
func (p *probe) awaitMove(ctx context.Context, o *observation, before any, patience time.Duration) (took time.Duration, moved bool, err error) {
	return p.await(ctx, o, patience, func(state any) bool {
		return len(o.since(before, state, p.learned.floor)) > 0
	})
}

// until returns the effect of deliveries. In a careful try, it waits until the effect is as
// expected or effectTimeout is over: work may still be in progress. If the state is still
// restless then, the effect is inconclusive.
func (p *probe) until(ctx context.Context, o *observation, diff statediff.Diff, hoped func(statediff.Diff) bool) (statediff.Diff, error) {
	return p.untilFor(ctx, "", o, diff, hoped)
}

// untilFor is until, for an effect that may be missing for a cause.
func (p *probe) untilFor(ctx context.Context, cause string, o *observation, diff statediff.Diff, hoped func(statediff.Diff) bool) (statediff.Diff, error) {
	if !p.careful || hoped(diff) {
		return diff, nil
	}
	took, ok, err := p.await(ctx, o, p.patience(cause), func(state any) bool { return hoped(o.diff(state, p.learned.floor)) })
	switch {
	case err == nil && !ok && p.learned.restless.Load():
		return nil, errInconclusive{reason: "the state changes while nothing is delivered, as control/quiet shows, so nothing tells what an event did"}
	case err == nil && !ok && cause != "":
		p.learned.absent.Store(cause, true)
		return diff, nil
	case err != nil || !ok:
		return diff, err
	}
	p.slower(took)
	state, err := p.readStill(ctx, o) // more may follow
	if err != nil {
		return nil, err
	}
	return o.diff(state, p.learned.floor), nil
}
