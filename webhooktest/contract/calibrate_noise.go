package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// calibrateNoise finds the noise floor: what moves when nothing is sent, on a request
// that nobody could take for an event, and on an event that nobody handles.
func (s *session) calibrateNoise(ctx context.Context) error {
	idle := max(s.probe.settle, 20*time.Millisecond)
	nothing := func(*webhooktest.Event) error { return s.run.machine.pause(ctx, idle) }
	junk := func(event *webhooktest.Event) error {
		_, err := s.sender.deliver(ctx, event, "body=x", "unsigned")
		return err
	}
	unknown := func(event *webhooktest.Event) error {
		_, err := s.sender.deliver(ctx, event)
		return err
	}
	for _, noise := range []struct {
		eventType string
		edits     []webhooktest.Edit
		make      func(*webhooktest.Event) error
	}{
		{s.subject.control(), nil, nothing},
		{s.subject.control(), nil, junk},
		{s.subject.unhandled(), []webhooktest.Edit{webhooktest.Set("type", s.subject.future())}, unknown},
	} {
		moved, err := s.noiseOf(ctx, noise.eventType, noise.edits, noise.make)
		if err != nil {
			return err
		}
		s.run.learned.ignore(moved)
	}
	return nil
}

// noiseOf returns what moves on something that has no effect. It must move twice, the
// second time after a long quiet: else it was the late effect of a genuine event,
// whose places would be ignored from then on.
func (s *session) noiseOf(ctx context.Context, eventType string, edits []webhooktest.Edit, make func(*webhooktest.Event) error) (moved statediff.Diff, err error) {
	defer func() { s.probe.careful = false }()
	for range 2 {
		event, err := s.run.source.event(eventType, edits...)
		if err != nil {
			return nil, err
		}
		again, err := s.probe.measure(ctx, observe(event), func() error { return make(event) })
		if err != nil || len(again) == 0 {
			return nil, err
		}
		if s.probe.careful {
			return moved.Only(again), nil
		}
		moved, s.probe.careful = again, true
		s.probe.dirty.Store(true)
	}
	return moved, nil
}
