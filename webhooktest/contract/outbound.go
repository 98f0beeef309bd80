package contract

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// What a handler asks of Stripe's API while it deals with an event is an effect too.
// The local API records it.

// told lets the local API know of an event before it is delivered.
func (r *runner) told(event *webhooktest.Event) (*webhooktest.Event, error) {
	if r.subject.API == nil {
		return event, nil
	}
	if err := r.subject.API.Add(event.Body()); err != nil {
		return nil, fmt.Errorf("local Stripe API: %w", err)
	}
	return event, nil
}

// toldLong lets the local API know of an event with the ids that long-ids gives it.
func (r *runner) toldLong(event *webhooktest.Event, mutations []string) error {
	if r.subject.API == nil || !slices.Contains(mutations, "long-ids") {
		return nil
	}
	body, err := render.LongIDs(event.Body())
	if err != nil {
		return err
	}
	if err := r.subject.API.Add(body); err != nil {
		return fmt.Errorf("local Stripe API: %w", err)
	}
	return nil
}

// observed reports whether effects can be judged: the user shows a state, or the
// handler was seen to write to Stripe.
func (r *runner) observed() bool { return r.subject.observed() || r.writes.Load() }

func (r *runner) called() int {
	if r.subject.API == nil {
		return 0
	}
	return r.subject.API.Called()
}

// learnWrites waits a moment for the handler to write to Stripe, and learns how long
// that took.
func (p *play) learnWrites(ctx context.Context, before int) bool {
	if p.subject.API == nil {
		return false
	}
	for start, took := time.Now(), time.Duration(0); took < DefaultSettle; took = time.Since(start) {
		if slices.ContainsFunc(p.subject.API.CallsSince(before), func(call stripeapi.Call) bool { return call.Write() }) {
			p.writes.Store(true)
			p.pace(took)
			return true
		}
		if p.pause(ctx, 10*time.Millisecond) != nil {
			break
		}
	}
	return false
}

// withWrites puts what the handler wrote at Stripe beside the state. A request that
// was recognised as a repetition did nothing.
func (p *play) withWrites(state any) any {
	if p.subject.API == nil {
		return state
	}
	written := []any{}
	for _, call := range p.subject.API.Calls() {
		if call.Write() && !call.Replayed && call.Status < 300 {
			written = append(written, map[string]any{"call": call.Method + " " + call.Path, "params": call.Params})
		}
	}
	return map[string]any{"handler": state, "stripe": written}
}

// asked delivers an event and returns what the handler asked of the API meanwhile.
// Work in the background is waited for.
func (r *runner) asked(ctx context.Context, event *webhooktest.Event) (*webhooktest.Response, []stripeapi.Call, error) {
	api := r.subject.API
	before := api.Called()
	response, err := r.deliver(ctx, event)
	if err == nil {
		err = r.awaitCall(ctx, before)
	}
	return response, api.CallsSince(before), err
}

// awaitCall waits for a call beyond those before, and for the work to end that it may
// be part of.
func (r *runner) awaitCall(ctx context.Context, before int) (err error) {
	for waited := time.Duration(0); err == nil && waited < max(r.window(), 100*time.Millisecond) && r.called() == before; waited += 10 * time.Millisecond {
		err = r.pause(ctx, 10*time.Millisecond)
	}
	if err == nil && r.window() > 0 {
		err = r.pause(ctx, r.window())
	}
	return err
}

// askedFor is asked, for checks that say nothing of a handler that asks nothing.
func (r *runner) askedFor(ctx context.Context, edits ...webhooktest.Edit) (*webhooktest.Event, []stripeapi.Call, error) {
	event, err := r.newEvent(r.subject.control(), edits...)
	if err != nil {
		return nil, nil, err
	}
	_, calls, err := r.asked(ctx, event)
	if err == nil && len(calls) == 0 {
		err = errLacks{"a handler that asks Stripe's API for something when a " + r.subject.control() + " comes"}
	}
	return event, calls, err
}

// checkIdempotencyKeys delivers an event twice: what is created each time must carry
// the same key.
func (r *runner) checkIdempotencyKeys(ctx context.Context) ([]finding, error) {
	event, first, err := r.askedFor(ctx)
	if err != nil {
		return nil, err
	}
	first = slices.DeleteFunc(first, func(call stripeapi.Call) bool { return !call.Write() })
	if len(first) == 0 {
		return nil, errLacks{"a handler that creates something at Stripe when a " + event.Type() + " comes"}
	}
	_, second, err := r.asked(ctx, event)
	if err != nil {
		return nil, err
	}
	for _, call := range second {
		known := slices.ContainsFunc(first, func(other stripeapi.Call) bool {
			return other.Path == call.Path && other.IdempotencyKey != "" && other.IdempotencyKey == call.IdempotencyKey
		})
		if call.Write() && !known {
			return []finding{{sent: event.String() + ", twice", expected: "one " + called(call) + ", or both with one Idempotency-Key", actual: "a second one, with " + keyed(call)}}, nil
		}
	}
	return nil, nil
}

func keyed(call stripeapi.Call) string {
	if call.IdempotencyKey == "" {
		return "no Idempotency-Key"
	}
	return "the Idempotency-Key " + call.IdempotencyKey
}

// checkSlowAPI makes the API slow, and wants an answer all the same.
func (r *runner) checkSlowAPI(ctx context.Context) ([]finding, error) {
	if _, _, err := r.askedFor(ctx); err != nil {
		return nil, err
	}
	api := r.subject.API
	before := api.Called()
	api.Slow(stripeapi.Slowness{Delay: 15 * time.Second})
	response, err := r.deliverControl(ctx)
	api.Slow()
	if err == nil {
		err = r.awaitCall(ctx, before) // in the background, else it would be taken for a later event's
	}
	if err != nil {
		return nil, err
	}
	if late, err := r.tooLong(response.Duration, 10*time.Second); response.Err == nil && !late {
		return nil, err
	}
	return []finding{{sent: response.Event.String() + " while the API takes 15s", expected: "an answer within 10s", actual: response.String()}}, nil
}

// checkAccountHeader wants the account of a connected account's event in what is
// asked.
func (r *runner) checkAccountHeader(ctx context.Context) ([]finding, error) {
	return r.checkCarried(ctx, "account", "Stripe-Account", func(call stripeapi.Call) string { return call.Account })
}

func (r *runner) checkContextHeader(ctx context.Context) ([]finding, error) {
	return r.checkCarried(ctx, "context", "Stripe-Context", func(call stripeapi.Call) string { return call.Context })
}

// checkFetches wants the object of a thin event to be asked for, in the context of
// the event.
func (r *runner) checkFetches(ctx context.Context) ([]finding, error) {
	event, calls, err := r.askedFor(ctx, webhooktest.Set("context", foreignAccount))
	if err != nil {
		return nil, err
	}
	url, ok := event.Lookup("related_object.url")
	if !ok {
		return nil, errLacks{"a handled type of thin events that are about an object (--handles)"}
	}
	sent := event.String() + " with context " + foreignAccount
	fetched := slices.DeleteFunc(slices.Clone(calls), func(call stripeapi.Call) bool { return call.Path != url })
	if len(fetched) == 0 {
		return []finding{{sent: sent, expected: fmt.Sprintf("GET %s with Stripe-Context", url), actual: "other calls: " + called(calls[0])}}, nil
	}
	return notCarried(sent, "Stripe-Context", fetched, func(call stripeapi.Call) string { return call.Context }), nil
}

// foreignAccount is whose event it is, when it is not the platform's own.
const foreignAccount = "acct_1FrgnShop4Tq8Ld2"

// checkCarried wants a field of the event as a header of all calls.
func (r *runner) checkCarried(ctx context.Context, field, header string, of func(stripeapi.Call) string) ([]finding, error) {
	event, calls, err := r.askedFor(ctx, webhooktest.Add(field, foreignAccount))
	if err != nil {
		return nil, err
	}
	return notCarried(event.String()+" with "+field+" "+foreignAccount, header, calls, of), nil
}

// notCarried finds the first call without the account in a header.
func notCarried(sent, header string, calls []stripeapi.Call, of func(stripeapi.Call) string) []finding {
	for _, call := range calls {
		got := of(call)
		if got == foreignAccount {
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

func called(call stripeapi.Call) string { return call.Method + " " + call.Path }
