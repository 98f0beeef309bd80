package contract

import (
	"context"

	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// finds reports whether the handler finds an object of the app by the fields that bind
// events of a type to it: the user says so, or an event about another object has no effect.
func (s *session) finds(ctx context.Context, eventType string) (bool, error) {
	switch {
	case s.sender.binder.isSaid(eventType):
		return true, nil
	case len(s.sender.binder.bindings(eventType)) == 0 && !madeBefore(s.sender, eventType):
		return false, nil
	case !s.probe.observed():
		return len(s.sender.binder.bindings(eventType)) > 0, nil
	}
	clean, err := s.baseline.effect(ctx, eventType)
	if isSpent(err) {
		clean, err = s.run.known.first(eventType), nil
	}
	if err != nil {
		return false, err
	}
	event, err := s.sender.registered(s.sender.foreign(eventType))
	if err != nil {
		return false, err
	}
	o := observe(event)
	s.sender.binder.name(o, single, event)
	did, err := s.probe.measure(ctx, o, func() error {
		_, err := s.sender.deliver(ctx, event)
		return err
	})
	touched := statediff.Baseline{References: []statediff.Diff{clean}}.Touched()
	return len(did.Near(touched)) == 0, err
}

// madeBefore reports whether Prepare may make what events of a type are about, by the
// values of the events themselves.
func madeBefore(s *sender, eventType string) bool {
	return s.subject.Prepare != nil && s.binder.takes(eventType)
}
