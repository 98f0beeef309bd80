package contract

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// firstPatience is how long the state has to show the first event at all.
const firstPatience = 5 * time.Second

// calibrate delivers a first event, and learns what everything else rests on. It returns
// the answer if the event was refused.
func (s *session) calibrate(ctx context.Context, control string) (refused *webhooktest.Response, err error) {
	event, err := s.sender.event(ctx, control)
	if err != nil {
		return nil, err
	}
	o, before, called := observe(event), any(nil), s.sender.calls()
	s.sender.binder.name(o, single, event)
	if s.probe.observed() || s.subject.API != nil {
		if before, err = s.calibrateIdle(ctx, o); err != nil {
			return nil, err
		}
	}
	response, err := s.sender.deliver(ctx, event)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // which says nothing of the handler
	}
	if !response.Accepted() {
		return response, nil
	}
	s.run.learned.first = event
	if !s.probe.observed() && !s.calibrateWrites(ctx, called) {
		return nil, nil
	}
	if err := s.calibratePace(ctx, o, before); err != nil {
		return nil, err
	}
	if err := s.calibrateEffect(ctx, o, before); err != nil {
		return nil, err
	}
	err = s.calibrateNoise(ctx)
	s.run.learned.keepSettle(s.probe.settle)
	s.run.machine.calibrated()
	return nil, err
}

// calibrateIdle returns the state before anything is sent, and takes what moves by
// itself for noise.
func (s *session) calibrateIdle(ctx context.Context, o *observation) (state any, err error) {
	before, err := s.probe.readNow(ctx, o)
	if err != nil {
		return nil, err
	}
	var moved statediff.Diff
	for looks := range 2 { // what moves once may be the end of earlier work
		if err = s.run.machine.pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
		if state, err = s.probe.readNow(ctx, o); err != nil {
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
	s.run.learned.ignore(moved)
	s.run.learned.idle = maps.Clone(s.run.learned.floor)
	return state, nil
}

// calibratePace waits for the first event to show, and sets how long the state must
// have been still from how long that took.
func (s *session) calibratePace(ctx context.Context, o *observation, before any) error {
	if s.subject.Settle > 0 {
		return nil
	}
	took, moved, err := s.probe.awaitMove(ctx, o, before, firstPatience)
	if err != nil || !moved {
		return err
	}
	s.probe.widen(took)
	again, err := s.probe.readStill(ctx, o)
	if err != nil {
		return err
	}
	took, moved, err = s.probe.awaitMove(ctx, o, again, DefaultSettle)
	if moved {
		s.probe.widen(took)
	}
	return err
}

// calibrateEffect remembers what the first event changed, in case that no other one does:
// all may be about one object of the app, which changes once.
func (s *session) calibrateEffect(ctx context.Context, o *observation, before any) error {
	control := o.events[single][0].Type()
	if !s.sender.binder.literal(control) {
		return nil
	}
	after, err := s.probe.read(ctx, o)
	if err == nil {
		s.run.known.learnFirst(control, o.since(before, after, s.run.learned.floor))
	}
	return err
}

// calibrateWrites waits a moment for the handler to write to Stripe, and learns how long
// that took.
func (s *session) calibrateWrites(ctx context.Context, before int) bool {
	if s.subject.API == nil {
		return false
	}
	for start, took := time.Now(), time.Duration(0); took < DefaultSettle; took = time.Since(start) {
		if slices.ContainsFunc(s.subject.API.CallsSince(before), s.run.learned.isEffect) {
			s.run.learned.writes.Store(true)
			s.probe.widen(took)
			return true
		}
		if s.run.machine.pause(ctx, 10*time.Millisecond) != nil {
			break
		}
	}
	return false
}

// recalibrate forgets what was learned before the machine began to stall, and
// measures again how long a genuine event takes to show.
func (s *session) recalibrate(ctx context.Context) error {
	if s.subject.Settle > 0 || s.run.learned.first == nil || !s.probe.observed() || !s.run.machine.outrun() {
		return nil
	}
	known, _ := s.run.known.effect(s.subject.control())
	s.run.known.forgetAll()
	event, err := s.sender.distinct(ctx, s.subject.control())
	if err != nil || len(known) == 0 {
		return err
	}
	o := observe(event)
	before, err := s.probe.readStill(ctx, o)
	if err != nil {
		return err
	}
	if _, err := s.sender.deliver(ctx, event); err != nil {
		return err
	}
	took, moved, err := s.probe.awaitMove(ctx, o, before, effectTimeout)
	if err == nil && moved {
		s.probe.widen(took)
		s.run.learned.keepSettle(s.probe.settle)
	}
	return err
}
