package contract

import (
	"context"
	"maps"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A handler may acknowledge first and work later. How much later is found out from
// the first genuine event. Nobody is accused by that pace: before a finding is
// reported the case is tried again, carefully (doubt.go).

const (
	// firstPatience is how long the state has to show the first event at all.
	firstPatience = 5 * time.Second

	// effectTimeout is for how long an effect is waited for before its absence is held
	// against a handler. It has nothing to do with the pace that was learned, and is
	// the sum of pauses, not the time on the clock: a machine that stalls takes none
	// of it from the handler.
	effectTimeout = 8 * time.Second

	// mostSettle bounds what is learned: who needs longer says so.
	mostSettle = 2 * time.Second
)

// learnQuiet returns the state before anything is sent, and takes what moves by
// itself for noise.
func (p *play) learnQuiet(ctx context.Context) (state any, err error) {
	before, err := p.readNow(ctx)
	if err != nil {
		return nil, err
	}
	var moved statediff.Diff
	for looks := range 2 { // what moves once may be the end of earlier work
		if err = p.pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
		if state, err = p.readNow(ctx); err != nil {
			return nil, err
		}
		again := statediff.Between(before, state, p.roles)
		if looks > 0 {
			again = moved.Only(again)
		}
		if moved, before = again, state; len(moved) == 0 {
			break
		}
	}
	p.ignore(moved)
	p.idle = maps.Clone(p.floor)
	return state, nil
}

// learnPace waits for the first event to show, and sets how long the state must
// have been still from how long that took.
func (p *play) learnPace(ctx context.Context, before any) error {
	if p.subject.Settle > 0 {
		return nil
	}
	took, moved, err := p.waitForMove(ctx, before, firstPatience)
	if err != nil || !moved {
		return err
	}
	p.pace(took)
	again, err := p.readStill(ctx)
	if err != nil {
		return err
	}
	took, moved, err = p.waitForMove(ctx, again, DefaultSettle)
	if moved {
		p.pace(took)
	}
	return err
}

// pace makes the window wide enough for work that takes so long, on a machine that
// stalls as this one does; a state that shows the event at once needs none.
func (r *runner) pace(took time.Duration) {
	if took > 0 && r.subject.Settle == 0 {
		r.settle = min(max(r.settle, DefaultSettle, took+took/2+2*r.stall()), mostSettle)
	}
}

// waitForMove polls the state until it is another one than before.
func (p *play) waitForMove(ctx context.Context, before any, patience time.Duration) (took time.Duration, moved bool, err error) {
	return p.await(ctx, patience, func(state any) bool {
		return len(statediff.Between(before, state, p.roles).Without(p.floor)) > 0
	})
}

// await reads the state again and again, with growing pauses, until it is as hoped
// for or the pauses add up to the patience. When the time of the run is over before,
// nothing can be said.
func (p *play) await(ctx context.Context, patience time.Duration, hoped func(state any) bool) (took time.Duration, ok bool, err error) {
	start := time.Now()
	for waited, wait := time.Duration(0), time.Duration(0); ; {
		state, err := p.readNow(ctx)
		if err != nil {
			return 0, false, err
		}
		if waited > 0 {
			took = time.Since(start) // at once is at once, however long the reading takes
		}
		if hoped(state) {
			return took, true, nil
		}
		if waited >= patience {
			return took, false, nil
		}
		if over := p.timeIsUp(); over != "" {
			return took, false, errInconclusive{over + " while an effect was waited for"}
		}
		wait = min(wait+5*time.Millisecond+wait/4, 250*time.Millisecond, patience-waited)
		if err := p.pause(ctx, wait); err != nil {
			return 0, false, err
		}
		waited += wait
	}
}
