package contract

import (
	"context"
	"errors"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// followSteps has an earlier step of the object come before events of each type that is
// refused alone, and accepted after that.
func followSteps(ctx context.Context, s *session) error {
	for _, eventType := range s.subject.handled() {
		if earlierStep(&s.subject, eventType) == "" || s.subject.creation(eventType) != "" {
			continue
		}
		if err := followStep(ctx, s, eventType); errors.Is(err, errPrepare) || isSpent(err) {
			continue // as its cases will say
		} else if err != nil {
			return err
		}
	}
	return nil
}

// followStep tries one type, first alone.
func followStep(ctx context.Context, s *session, eventType string) error {
	refused, err := isRefused(ctx, s, eventType)
	if err != nil || !refused {
		return err
	}
	steps, source := &s.run.source.stepwise, s.run.source
	steps.Store(eventType, true)
	source.creations.Clear()
	if refused, err = isRefused(ctx, s, eventType); err != nil || refused {
		steps.Delete(eventType)
		source.creations.Clear()
	}
	return err
}

// isRefused reports whether the handler answers an event of a type with a refusal.
func isRefused(ctx context.Context, s *session, eventType string) (bool, error) {
	event, err := s.sender.distinct(ctx, eventType)
	if err != nil {
		return false, err
	}
	var response *webhooktest.Response
	if response, err = s.sender.deliver(ctx, event); err != nil {
		return false, err
	}
	return response.Err == nil && !response.Accepted(), nil
}
