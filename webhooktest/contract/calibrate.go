package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// firstPatience is how long to wait for the state to show the first event.
const firstPatience = 5 * time.Second

// calibrate delivers a first event and measures what all cases rely on. If the event is
// refused, it returns the answer.
func (s *session) calibrate(ctx context.Context, control string) (refused *webhooktest.Response, err error) {
	event, err := s.sender.registered(controlEvent(ctx, s.sender, control))
	if err != nil {
		return nil, err
	}
	c := calibrator{s}
	o, before, called := observe(event), any(nil), s.subject.called()
	s.sender.binder.name(o, single, event)
	if s.probe.observed() || s.subject.API != nil {
		if before, err = c.idle(ctx, o); err != nil {
			return nil, err
		}
	}
	response, err := s.sender.deliver(ctx, event)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err() // says nothing about the handler
	}
	if !response.Accepted() {
		return response, nil
	}
	s.run.learned.first = event
	if !s.probe.observed() && !c.writes(ctx, called) {
		return nil, nil
	}
	if err := c.pace(ctx, o, before); err != nil {
		return nil, err
	}
	if err := c.effect(ctx, o, before); err != nil {
		return nil, err
	}
	err = c.noise(ctx)
	s.run.learned.keepSettle(s.probe.settle)
	s.run.machine.calibrated()
	return nil, err
}

// recalibrate discards measurements from before the machine began to stall, and measures
// again how long a genuine event takes to show.
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
