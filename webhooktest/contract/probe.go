package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// stateTimeout limits one reading of the state.
const stateTimeout = 10 * time.Second

const (
	// carefulWindow is how long the state must be unchanged in a careful try with a handler
	// that has always finished its work before it answered; carefulSettle, with other
	// handlers.
	carefulWindow = 100 * time.Millisecond
	carefulSettle = 2 * time.Second

	// mostSettle limits the measured settle time: slower handlers need Settle.
	mostSettle = 2 * time.Second
)

// A probe reads the state of a subject once it has settled, and returns the effect of
// deliveries on it.
type probe struct {
	subject *Subject
	machine *machine
	budget  *budget
	learned *calibration
	known   *baselineCache // discarded if the handler turns out to work longer
	dirty   *atomic.Bool   // something was sent since the state last settled
	made    *atomic.Bool   // the app made an object since then

	settle  time.Duration // how long the state must be unchanged
	careful bool          // trusts no earlier measurement, and settles for long
	brief   time.Duration // how long instead for what was waited for before, 0 for anything else
	used    bool          // the case at work relies on a measurement
	noise   []string      // places of background changes in the last delivery
	last    *decodedState // most states are read several times
}

// observed reports whether effects can be judged: the user shows a state, or the handler
// has written to Stripe.
func (p *probe) observed() bool { return p.subject.observed() || p.learned.writes.Load() }

// measure returns the effect of a delivery on the state.
func (p *probe) measure(ctx context.Context, o *observation, deliver func() error) (statediff.Diff, error) {
	p.used = true
	before, err := p.read(ctx, o)
	if err != nil {
		return nil, err
	}
	o.start = before
	if err := deliver(); err != nil {
		return nil, err
	}
	after, err := p.read(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(p.learned.floor) > 0 {
		p.noise = statediff.Between(before, after, o.ids).Within(p.learned.floor)
	}
	return o.diff(after, p.learned.floor), nil
}

// read returns the settled state as decoded JSON, at once if nothing was sent since it
// settled. If it changed all the same, the handler works longer than expected.
func (p *probe) read(ctx context.Context, o *observation) (state any, err error) {
	if p.window() > 0 && p.mayMove() {
		return p.readStill(ctx, o)
	}
	state, err = p.readNow(ctx, o)
	switch {
	case err != nil:
		return nil, err
	case !p.dirty.Load() && !p.made.Load() && p.movedSince(o, state):
		p.slower(0)
		return p.readStill(ctx, o)
	}
	p.believe(state)
	return state, nil
}

// mayMove reports whether the state may still change. What makes an object of the app is done
// when it returns, and only a careful try doubts that: a slow handler is waited for long enough.
func (p *probe) mayMove() bool { return p.dirty.Load() || p.careful && p.made.Load() }

// believe takes a state for settled. If it changes all the same before anything is sent,
// the handler works after its response.
func (p *probe) believe(state any) {
	p.dirty.Store(false)
	p.made.Store(false)
	if !p.subject.Isolated {
		p.learned.still = state
	}
}

// movedSince reports whether the state has changed since it settled. Only with a URL is it
// known to belong to the same handler.
func (p *probe) movedSince(o *observation, state any) bool {
	still := p.learned.still
	if p.subject.Handler != nil || p.subject.State == nil || p.subject.Settle > 0 || still == nil {
		return false
	}
	return len(o.since(still, state, p.learned.floor)) > 0
}

// moved reports whether the last state differs anywhere from the state at the start of the
// observation.
func (p *probe) moved(o *observation) bool {
	return len(o.since(o.start, p.last.state, p.learned.floor)) > 0
}

// readStill reads the state until it is unchanged for as long as the subject's handler may
// take, up to a limit.
func (p *probe) readStill(ctx context.Context, o *observation) (state any, err error) {
	state, err = p.readNow(ctx, o)
	const polls = 4
	window, left, start := p.window(), 80, time.Now()
	switch {
	case p.learned.restless.Load():
		left = polls // it will not settle
	case p.careful:
		left = 20 // wide windows need few polls
	}
	for still := 0; err == nil && still < polls && left > 0; left-- {
		if err = p.machine.pause(ctx, window/polls); err != nil {
			return nil, err
		}
		before, lasted := state, time.Since(start)-window/polls // at least
		state, err = p.readNow(ctx, o)
		if still++; len(o.since(before, state, p.learned.floor)) > 0 {
			still = 0
			p.sawWork(lasted)
		}
	}
	if p.dirty.Store(true); err == nil {
		p.believe(state)
	}
	return state, err
}

// stateReads is the number of attempts to read the state before a failure ends the run: the
// handler may hold the lock of its database at that moment.
const stateReads = 3

// readNow returns the current state, as decoded JSON.
func (p *probe) readNow(ctx context.Context, o *observation) (state any, err error) {
	for tries := stateReads; tries > 0; tries-- {
		if state, err = p.readOnce(ctx, o); err == nil || ctx.Err() != nil || tries == 1 {
			break
		}
		if paused := p.machine.pause(ctx, 200*time.Millisecond); paused != nil {
			return nil, paused
		}
	}
	if err == nil {
		state, err = p.last.decode(p.withResults(state), p.known.keep)
	}
	if err != nil {
		return nil, errUnread{err}
	}
	return state, nil
}

// readOnce asks the subject for its state.
func (p *probe) readOnce(ctx context.Context, o *observation) (state any, err error) {
	patient, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	start := time.Now()
	state, err = inTime(patient, func() (any, error) {
		switch {
		case p.subject.StateOf != nil:
			return o.stored(patient, p.subject.StateOf)
		case p.subject.State != nil:
			return p.subject.State(patient)
		}
		return nil, nil
	})
	p.machine.noteReading(time.Since(start))
	if err != nil && patient.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("not read within %s: %w", stateTimeout, err)
	}
	return state, err
}

// errNoReturn means that a function for the state ended its goroutine, as t.FailNow does.
var errNoReturn = errors.New("the function did not return")

// inTime returns what a function does, or the context's error: the function may wait for a
// lock that the handler never releases.
func inTime(ctx context.Context, read func() (any, error)) (state any, err error) {
	type reading struct {
		state any
		err   error
	}
	done := make(chan reading, 1)
	go func() {
		r := reading{err: errNoReturn}
		defer func() { done <- r }()
		r.state, r.err = read()
	}()
	select {
	case r := <-done:
		return r.state, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// A decodedState is the last state, immutable, and its decoder.
type decodedState struct {
	state   any
	decoder statediff.Decoder
}

// decode returns any value as JSON decodes it, with the texts in it taken apart if unpack is
// set. It decodes only what has changed.
func (d *decodedState) decode(value any, unpack bool) (state any, err error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	d.decoder.Unpack = unpack
	if state, err = d.decoder.Decode(text); err == nil {
		d.state = state
	}
	return state, err
}
