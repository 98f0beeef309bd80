package contract

import (
	"context"
	"maps"
	"strings"
	"time"
)

// A handler may acknowledge first and work later. How much later is found out from
// the first genuine event, and again before anybody is accused.

const (
	// firstPatience is how long the state has to show the first event at all.
	firstPatience = 5 * time.Second

	// lastPatience is for work that is still going on when everything else says
	// that the handler is at fault.
	lastPatience = 2 * time.Second

	// mostSettle bounds what is learned: who needs longer says so.
	mostSettle = 2 * time.Second
)

// learnQuiet returns the state before anything is sent, and takes what moves by
// itself for noise.
func (p *play) learnQuiet(ctx context.Context) (state any, err error) {
	before, err := p.readNow(ctx)
	if err == nil {
		err = pause(ctx, 20*time.Millisecond)
	}
	if err == nil {
		state, err = p.readNow(ctx)
	}
	if err != nil {
		return nil, err
	}
	p.ignore(changeOf(before, state, p.roles))
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

// pace makes the window wide enough for work that takes so long; a state that
// shows the event at once needs none.
func (p *play) pace(took time.Duration) {
	if took > 0 {
		p.settle = min(max(p.settle, DefaultSettle, took+took/2), mostSettle)
	}
}

// waitForMove polls the state until it is another one than before.
func (p *play) waitForMove(ctx context.Context, before any, patience time.Duration) (took time.Duration, moved bool, err error) {
	start := time.Now()
	for wait, polls := time.Duration(0), 0; ; wait, polls = min(wait+5*time.Millisecond, 100*time.Millisecond), polls+1 {
		if err := pause(ctx, wait); err != nil {
			return 0, false, err
		}
		now, err := p.readNow(ctx)
		if err != nil {
			return 0, false, err
		}
		if polls > 0 {
			took = time.Since(start) // at once is at once, however long the reading takes
		}
		if len(changeOf(before, now, p.roles).without(p.floor)) > 0 {
			return took, true, nil
		}
		if took >= patience {
			return took, false, nil
		}
	}
}

// late reports whether the state moves although nothing is sent, and widens the
// window if it does. A run asks once for the same event types.
func (r *runner) late(ctx context.Context, eventTypes []string) (bool, error) {
	if r.subject.Settle > 0 || !r.firstSuspicion(strings.Join(eventTypes, " ")) {
		return false, nil
	}
	before, err := r.played.readNow(ctx)
	if err != nil {
		return false, err
	}
	took, moved, err := r.played.waitForMove(ctx, before, lastPatience)
	if err != nil || !moved {
		return false, err
	}
	r.played.pace(max(took, 2*r.settle, DefaultSettle))
	r.works(r.settle)
	r.forgetAll()
	return true, nil
}
