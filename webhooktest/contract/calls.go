package contract

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Calls of a handler to the local API that follow an event.

// deliverRecorded delivers an event and returns the calls that the handler makes until its
// background work ends.
func deliverRecorded(ctx context.Context, s *session, event *webhooktest.Event) (*webhooktest.Response, []stripeapi.Call, error) {
	api := s.subject.API
	before := api.Called()
	response, err := s.sender.deliver(ctx, event)
	if err == nil {
		err = awaitCall(ctx, s, before)
	}
	return response, api.CallsSince(before), err
}

// awaitCall waits for another call, and for the end of the work that it may belong to.
func awaitCall(ctx context.Context, s *session, before int) (err error) {
	for waited := time.Duration(0); err == nil && waited < max(s.probe.window(), 100*time.Millisecond) && s.subject.called() == before; waited += 10 * time.Millisecond {
		err = s.run.machine.pause(ctx, 10*time.Millisecond)
	}
	if err == nil && s.probe.window() > 0 {
		err = s.run.machine.pause(ctx, s.probe.window())
	}
	return err
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

func called(call stripeapi.Call) string { return call.Method + " " + call.Path }

// madeUp matches ids and numbers.
var madeUp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b[a-z]{2,6}_[0-9A-Za-z_]{8,}\b|\d+`)
})
