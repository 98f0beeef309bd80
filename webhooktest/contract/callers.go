package contract

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler may call Stripe for some of its types alone. What is to be said about its calls
// is said of those types, whichever the user names first.

// A caller is a handled type at which the handler calls Stripe.
type caller struct {
	eventType string
	waits     bool // for Stripe, before it answers
}

// knownCallers are the callers of a run, found once.
type knownCallers struct {
	mu    sync.Mutex
	found bool
	all   []caller
}

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
			all = append(all, caller{eventType, slices.ContainsFunc(calls, before(response))})
		}
	}
	return all, nil
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

// before selects the calls that a handler makes before a response.
func before(response *webhooktest.Response) func(stripeapi.Call) bool {
	answered := response.Sent.Add(response.Duration)
	return func(call stripeapi.Call) bool { return call.At.Before(answered) }
}

// callsFor leaves out the calls that are about the objects of earlier events alone: work for
// these may last until now.
func callsFor(s *session, event *webhooktest.Event, calls []stripeapi.Call) []stripeapi.Call {
	return slices.DeleteFunc(slices.Clone(calls), func(call stripeapi.Call) bool {
		ids := idsIn(call)
		return !namesAny(event, ids) && slices.ContainsFunc(s.run.log.responses(), func(r *webhooktest.Response) bool { return namesAny(r.Event, ids) })
	})
}

// idsIn returns the ids of Stripe's that a call names.
func idsIn(call stripeapi.Call) (ids []string) {
	words := strings.Split(call.Path, "/")
	for _, values := range call.Params {
		words = append(words, values...)
	}
	return slices.DeleteFunc(words, func(word string) bool { return madeUp().FindString(word) != word || !strings.Contains(word, "_") })
}

// namesAny reports whether an event has any of some ids.
func namesAny(event *webhooktest.Event, ids []string) bool {
	return slices.ContainsFunc(ids, func(id string) bool { return strings.Contains(string(event.Body()), `"`+id+`"`) })
}

// quietFor is how long a handler that was seen to call must call nothing to be done.
const quietFor = 50 * time.Millisecond

// awaitQuiet waits until the handler calls nothing, if it ever called, for a time.
func awaitQuiet(ctx context.Context, s *session) (err error) {
	const most = 40
	for range most {
		called := s.subject.called()
		if called == 0 {
			return nil
		}
		if err = s.run.machine.pause(ctx, max(quietFor, s.probe.window())); err != nil || s.subject.called() == called {
			break
		}
	}
	return err
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
