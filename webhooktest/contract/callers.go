package contract

import (
	"context"
	"errors"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler may call Stripe for some of its types alone. What is to be said about its calls
// is said of those types, whichever the user names first.

// callersOf returns the types at which the handler calls Stripe, in the order in which the
// user names them.
func callersOf(ctx context.Context, s *session) (all []caller, err error) {
	known := &s.run.learned.callers
	known.mu.Lock()
	defer known.mu.Unlock()
	if known.found {
		return known.all, nil
	}
	if known.all, err = findCallers(ctx, s); err == nil {
		known.found = true
	}
	return known.all, err
}

// findCallers tries each handled type of the kind that the endpoint takes.
func findCallers(ctx context.Context, s *session) (all []caller, err error) {
	types := slices.DeleteFunc(slices.Clone(s.subject.handled()), func(t string) bool { return fixtures.IsThin(t) != s.subject.Thin })
	if silent, err := callNothing(ctx, s, types); silent || err != nil {
		return nil, err
	}
	for _, eventType := range types {
		event, response, calls, err := callsAt(ctx, s, eventType)
		if isSpent(err) || errors.Is(err, webhooktest.ErrNoPath) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if calls = callsFor(s, event, calls); len(calls) > 0 {
			all = append(all, caller{eventType, slices.ContainsFunc(calls, untilAnswer(response))})
		}
	}
	return all, nil
}

// untilAnswer selects the calls that a handler may have made before a response. At the same
// instant, either may be first.
func untilAnswer(response *webhooktest.Response) func(stripeapi.Call) bool {
	answered := response.Sent.Add(response.Duration)
	return func(call stripeapi.Call) bool { return !call.At.After(answered) }
}

// callNothing delivers an event of each type and waits once: most handlers call nothing. One
// that takes objects of the app is not asked, for they are few.
func callNothing(ctx context.Context, s *session, types []string) (silent bool, err error) {
	if s.subject.bindsEach() {
		return false, nil
	}
	called := s.subject.called()
	for _, eventType := range types {
		event, err := s.sender.distinct(ctx, eventType)
		if err == nil {
			_, err = s.sender.deliver(ctx, event)
		}
		if err != nil && !errors.Is(err, webhooktest.ErrNoPath) {
			return false, err
		}
	}
	err = awaitCall(ctx, s, called)
	return s.subject.called() == called, err
}

// callsAt delivers an event of a type and returns the calls that follow. If there are none,
// it delivers another after the events that usually come before it: the handler may look for
// what these store.
func callsAt(ctx context.Context, s *session, eventType string, edits ...webhooktest.Edit) (event *webhooktest.Event, response *webhooktest.Response, calls []stripeapi.Call, err error) {
	for _, makes := range []func(context.Context, string, ...webhooktest.Edit) (*webhooktest.Event, error){s.sender.unregistered, s.sender.prepared} {
		if event, err = s.sender.registered(makes(ctx, eventType, edits...)); err != nil {
			return nil, nil, nil, err
		}
		if err = awaitQuiet(ctx, s); err != nil {
			return nil, nil, nil, err
		}
		if response, calls, err = deliverRecorded(ctx, s, event); err != nil || len(calls) > 0 {
			break
		}
		if before, err := (precedence{sender: s.sender}).creations(eventType); err != nil || len(before) == 0 {
			return event, response, nil, err
		}
	}
	return event, response, calls, err
}

// atCallers judges the calls for the types at which the handler calls Stripe, in turn, until
// there is something to say. It judges nothing of a handler that calls nothing, or not for
// what the check is about: judge reports that.
func atCallers(ctx context.Context, s *session, lacks string, judge func(*webhooktest.Event, []stripeapi.Call) (findings []finding, judged bool, err error), edits ...webhooktest.Edit) ([]finding, error) {
	callers, err := callersOf(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(callers) == 0 {
		return nil, lacksCalls(s)
	}
	why := lacksCalls(s)
	for _, one := range callers {
		event, _, calls, err := callsAt(ctx, s, one.eventType, edits...)
		if err != nil {
			return nil, err
		}
		if calls = callsFor(s, event, calls); len(calls) == 0 {
			continue
		}
		findings, judged, err := judge(event, calls)
		if len(findings) > 0 || err != nil {
			return findings, err
		}
		switch {
		case judged:
			why, lacks = nil, ""
		case lacks != "":
			why = errLacks{lacks}
		}
	}
	return nil, why
}

// lacksCalls says that the handler calls nothing for any of its types.
func lacksCalls(s *session) error {
	comes := "an event of a handled type"
	if types := s.subject.handled(); len(types) == 1 {
		comes = types[0]
	}
	return errLacks{"a handler that asks Stripe's API for something when " + comes + " comes"}
}
