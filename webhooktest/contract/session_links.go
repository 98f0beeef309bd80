package contract

import (
	"context"
	"errors"
	"slices"
)

// Many apps learn whose a subscription is at the checkout session alone: its creation and
// its updates change the account that they find, and do nothing if they find none. Where
// the user does not say that sessions create subscriptions, that is tried.

// linkBySessions has sessions come before the events about what they create, if these have
// no effect without, and one with.
func linkBySessions(ctx context.Context, s *session) error {
	types, err := linkedTypes(s)
	if err != nil || len(types) == 0 || !s.probe.observed() {
		return err
	}
	alone, err := anyMoves(ctx, s, types)
	if err != nil || alone {
		return err
	}
	s.run.source.linked.Store(true)
	linked, err := anyMoves(ctx, s, types)
	if !linked {
		s.run.source.linked.Store(false)
	}
	for _, eventType := range types {
		s.run.known.forget(eventType)
	}
	return err
}

// linkedTypes returns the handled types that carry on what a handled creation began, and
// before which a session could come.
func linkedTypes(s *session) (types []string, err error) {
	for _, eventType := range s.subject.handled() {
		if s.subject.creation(eventType) == "" {
			continue
		}
		without, err := precedence{sender: s.sender}.creations(eventType)
		if err != nil {
			return nil, err
		}
		with, err := precedence{sender: s.sender, linked: true}.creations(eventType)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(without, with) {
			types = append(types, eventType)
		}
	}
	return types, nil
}

// anyMoves reports whether an event of any of the types does more than to be noted.
func anyMoves(ctx context.Context, s *session, types []string) (bool, error) {
	for _, eventType := range types {
		s.run.known.forget(eventType)
		_, err := s.baseline.effect(ctx, eventType)
		if errors.Is(err, errPrepare) {
			continue // as its cases will say
		}
		if isSpent(err) {
			return true, nil // nothing can be tried
		}
		if moves := !isNoted(s.run.known, eventType); err != nil || moves {
			return moves, err
		}
	}
	return false, nil
}
