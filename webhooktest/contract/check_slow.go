package contract

import (
	"context"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

const (
	// apiDelay is how long the slow API takes, and slowAnswer how long a handler may.
	apiDelay, slowAnswer = 15 * time.Second, 10 * time.Second

	// slowRoom is how long the handler's patience with the slow API may last for all types
	// together: a further one is tried if there is room for as much again.
	slowRoom = 2 * slowAnswer
)

// checkSlowAPI makes the API slow, and still requires a response to the types at which the
// handler waits for it, one after the other: a handler may keep a lock while it waits.
func checkSlowAPI(ctx context.Context, s *session) ([]finding, error) {
	types, err := waitsFor(ctx, s)
	if err != nil {
		return nil, err
	}
	spent, longest := time.Duration(0), time.Duration(0)
	for _, eventType := range types {
		if spent+longest > slowRoom {
			break
		}
		response, err := deliverSlowly(ctx, s, eventType)
		if err != nil {
			return nil, err
		}
		if found, err := answeredLate(s, response); found != nil || err != nil {
			return found, err
		}
		spent, longest = spent+response.Duration, max(longest, response.Duration)
	}
	return nil, nil
}

// waitsFor returns the types at which the handler waits for Stripe, or the first at which it
// calls without a wait.
func waitsFor(ctx context.Context, s *session) (types []string, err error) {
	callers, err := callersOf(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(callers) == 0 {
		return nil, lacksCalls(s)
	}
	for _, one := range callers {
		if one.waits {
			types = append(types, one.eventType)
		}
	}
	if len(types) == 0 {
		types = []string{callers[0].eventType}
	}
	return types, nil
}

// deliverSlowly delivers an event of a type while the API is slow, and waits for the calls
// that follow in the background: otherwise these would count for a later event.
func deliverSlowly(ctx context.Context, s *session, eventType string) (*webhooktest.Response, error) {
	defer s.sender.share()()
	event, err := s.sender.distinct(ctx, eventType)
	if err == nil {
		err = awaitQuiet(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	api, before := s.subject.API, s.subject.called()
	api.Slow(stripeapi.Slowness{Delay: apiDelay})
	patient, cancel := context.WithTimeout(ctx, slowAnswer+slowAnswer/10) // it is too late then
	defer cancel()
	response, err := s.sender.deliver(patient, event)
	api.Slow()
	if err == nil {
		err = awaitCall(ctx, s, before)
	}
	return response, err
}

// answeredLate finds that an answer took too long, or never came.
func answeredLate(s *session, response *webhooktest.Response) ([]finding, error) {
	if late, err := s.run.machine.tooLong(response.Duration, slowAnswer); response.Err == nil && !late {
		return nil, err
	}
	return []finding{{
		sent:     response.Event.String() + " while the API takes " + apiDelay.String(),
		expected: "a response within " + slowAnswer.String(), actual: response.String(),
	}}, nil
}
