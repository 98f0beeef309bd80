package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

const longIDs = "long-ids"

// prepareLong has the app prepare for events whose ids are longer than they were when they
// were made: it may find an account by the customer's, or compare an order's own with the
// event's. What it prints is of those ids, so the events are as it says then.
func prepareLong(ctx context.Context, s *session, events []*webhooktest.Event, mutations []string) (prepared []*webhooktest.Event, left []string, err error) {
	if s.subject.Prepare == nil || !slices.Contains(mutations, longIDs) {
		return events, mutations, nil
	}
	known := make(map[*webhooktest.Event]*webhooktest.Event)
	for _, event := range events {
		if known[event] == nil {
			if known[event], err = preparedLong(ctx, s, event); err != nil {
				return nil, nil, err
			}
		}
		prepared = append(prepared, known[event])
	}
	return prepared, slices.DeleteFunc(slices.Clone(mutations), func(m string) bool { return m == longIDs }), nil
}

// preparedLong makes the event with long ids that the app has prepared for.
func preparedLong(ctx context.Context, s *session, event *webhooktest.Event) (*webhooktest.Event, error) {
	body, err := s.sender.endpoint.Body(event, longIDs)
	if err != nil {
		return nil, err
	}
	long, err := webhooktest.ParseEvent(body)
	if err != nil {
		return nil, err
	}
	edits, err := s.subject.Prepare(ctx, long)
	if err != nil && !errors.Is(err, ErrNoObject) {
		return nil, fmt.Errorf("%w for %s: %w", errPrepare, event.Type(), err)
	}
	if edits, err = (given{edits: edits}).editsFor(long); err == nil {
		long, err = long.Edit(edits...)
	}
	if err != nil {
		return nil, fmt.Errorf("%w for %s: %w", errPrepare, event.Type(), err)
	}
	s.sender.objects.keep(event, long)
	if err := s.sender.register(long.Body()); err != nil {
		return nil, err
	}
	if s.subject.API == nil {
		return long, nil
	}
	return long, registerRenamed(s.subject.API, event, long.Body())
}
