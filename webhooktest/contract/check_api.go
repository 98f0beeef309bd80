package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A handler's call to Stripe's API is an effect of the event, too. The local API records
// it.

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

// callsOf is deliverRecorded for checks that do not apply to a handler without calls.
func callsOf(ctx context.Context, s *session, edits ...webhooktest.Edit) (*webhooktest.Event, []stripeapi.Call, error) {
	event, err := s.sender.event(ctx, s.subject.control(), edits...)
	if err != nil {
		return nil, nil, err
	}
	_, calls, err := deliverRecorded(ctx, s, event)
	if err == nil && len(calls) == 0 {
		err = errLacks{"a handler that asks Stripe's API for something when " + s.subject.control() + " comes"}
	}
	return event, calls, err
}

// checkIdempotencyKeys delivers an event twice: both times, a creation must carry the same
// key.
func checkIdempotencyKeys(ctx context.Context, s *session) ([]finding, error) {
	event, first, err := callsOf(ctx, s)
	if err != nil {
		return nil, err
	}
	first = slices.DeleteFunc(first, func(call stripeapi.Call) bool { return !setsOff(call) })
	if len(first) == 0 {
		return nil, errLacks{"a handler that creates something at Stripe when " + event.Type() + " comes"}
	}
	_, second, err := deliverRecorded(ctx, s, event)
	if err != nil {
		return nil, err
	}
	for _, call := range second {
		known := slices.ContainsFunc(first, func(other stripeapi.Call) bool {
			return other.Path == call.Path && other.IdempotencyKey != "" && other.IdempotencyKey == call.IdempotencyKey
		})
		if setsOff(call) && !known {
			return []finding{{sent: event.String() + ", twice", expected: "one " + called(call) + ", or both with one Idempotency-Key", actual: "a second one, with " + keyed(call)}}, nil
		}
	}
	return nil, nil
}

// setsOff reports whether repeating a call would have a second effect. Setting a field
// again would not.
// would not.
func setsOff(call stripeapi.Call) bool { return hadResult(call) && !isUpdate(call) }

func keyed(call stripeapi.Call) string {
	if call.IdempotencyKey == "" {
		return "no Idempotency-Key"
	}
	return "the Idempotency-Key " + call.IdempotencyKey
}

// checkSlowAPI makes the API slow, and still requires a response.
func checkSlowAPI(ctx context.Context, s *session) ([]finding, error) {
	if _, _, err := callsOf(ctx, s); err != nil {
		return nil, err
	}
	api := s.subject.API
	before := api.Called()
	api.Slow(stripeapi.Slowness{Delay: 15 * time.Second})
	response, err := s.sender.deliverControl(ctx)
	api.Slow()
	if err == nil {
		err = awaitCall(ctx, s, before) // in the background; otherwise it would count for a later event
	}
	if err != nil {
		return nil, err
	}
	if late, err := s.run.machine.tooLong(response.Duration, 10*time.Second); response.Err == nil && !late {
		return nil, err
	}
	return []finding{{sent: response.Event.String() + " while the API takes 15s", expected: "a response within 10s", actual: response.String()}}, nil
}

// checkAccountHeader requires calls for a connected account's event to name the account.
func checkAccountHeader(ctx context.Context, s *session) ([]finding, error) {
	return checkCarried(ctx, s, "account", "Stripe-Account", func(call stripeapi.Call) string { return call.Account })
}

func checkContextHeader(ctx context.Context, s *session) ([]finding, error) {
	return checkCarried(ctx, s, "context", "Stripe-Context", func(call stripeapi.Call) string { return call.Context })
}

// checkFetches requires the handler to fetch the object of a thin event, in the context of
// the event.
func checkFetches(ctx context.Context, s *session) ([]finding, error) {
	event, calls, err := callsOf(ctx, s, webhooktest.Set("context", foreignAccount))
	if err != nil {
		return nil, err
	}
	url, ok := event.Lookup("related_object.url")
	if !ok {
		return nil, errLacks{"a handled type of thin events that are about an object"}
	}
	sent := event.String() + " with context " + foreignAccount
	fetched := slices.DeleteFunc(slices.Clone(calls), func(call stripeapi.Call) bool { return call.Path != url })
	if len(fetched) == 0 {
		return []finding{{sent: sent, expected: fmt.Sprintf("GET %s with Stripe-Context", url), actual: "other calls: " + called(calls[0])}}, nil
	}
	return notCarried(sent, "Stripe-Context", fetched, func(call stripeapi.Call) string { return call.Context }), nil
}

// foreignAccount returns the account of an event that is not the platform's own.
const foreignAccount = "acct_1FrgnShop4Tq8Ld2"

// checkCarried requires a field of the event as a header of all calls.
func checkCarried(ctx context.Context, s *session, field, header string, of func(stripeapi.Call) string) ([]finding, error) {
	event, calls, err := callsOf(ctx, s, webhooktest.Add(field, foreignAccount))
	if err != nil {
		return nil, err
	}
	return notCarried(event.String()+" with "+field+" "+foreignAccount, header, calls, of), nil
}

// notCarried returns the first call that does not name the account: in a header or, for a
// platform that asks about an account of its own, otherwise.
func notCarried(sent, header string, calls []stripeapi.Call, of func(stripeapi.Call) string) []finding {
	for _, call := range calls {
		got := of(call)
		if got == foreignAccount || isAbout(call, foreignAccount) {
			continue
		}
		actual := called(call) + " with " + header + ": " + got
		if got == "" {
			actual = called(call) + " without it"
		}
		return []finding{{sent: sent, expected: header + " in every call", actual: actual}}
	}
	return nil
}

// isAbout reports whether a call is about an account: in its path, or in a parameter, as the
// account of a new link to onboarding and the destination of a transfer are. What metadata
// says is for the app alone.
func isAbout(call stripeapi.Call, account string) bool {
	if slices.Contains(strings.Split(call.Path, "/"), account) {
		return true
	}
	for name, values := range call.Params {
		if !strings.HasPrefix(name, "metadata[") && slices.Contains(values, account) {
			return true
		}
	}
	return false
}

func called(call stripeapi.Call) string { return call.Method + " " + call.Path }

// silentAPI returns a remark if the local API was never called.
func (s *session) silentAPI() []string {
	if s.subject.API == nil || s.subject.Isolated || s.subject.API.Called() > 0 || !s.run.log.anyAccepted() {
		return nil
	}
	return []string{"the handler never called the local Stripe API: if it calls Stripe, its client talks to another address"}
}
