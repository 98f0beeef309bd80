package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// deliver delivers the events of a step, concurrently or one after the other.
func (e *execution) deliver(ctx context.Context, step caseStep, events []*webhooktest.Event) (responses []*webhooktest.Response, err error) {
	mutations := e.events.mutations(step)
	how := step.manner(mutations)
	if events, mutations, err = prepareLong(ctx, e.session, events, mutations); err != nil {
		return nil, err
	}
	switch {
	case step.Together && e.variant.bursts > 0:
		responses, err = e.deliverBursts(ctx, step, mutations)
	case step.Together:
		responses, err = e.session.sender.deliverTogether(ctx, events, mutations...)
	case e.variant.bursts > 0:
		responses, err = e.deliverApart(ctx, step, mutations)
	default:
		responses, err = e.deliverInTurn(ctx, events, mutations)
	}
	for _, response := range responses {
		if !slices.Contains(e.sent, response.Event) {
			e.sent = append(e.sent, response.Event)
		}
		e.how[response.Event] = how
		e.accepted[response.Event] = e.accepted[response.Event] || response.Accepted()
	}
	return responses, err
}

// manner describes how a step delivers its events: mutated, more than once, concurrently.
func (s *caseStep) manner(mutations []string) string {
	manner := slices.Clone(mutations)
	if s.Times > 1 {
		manner = append(manner, fmt.Sprintf("%d times", s.Times))
	}
	if s.Together {
		manner = append(manner, "at once")
	}
	return strings.Join(manner, " ")
}

// deliverInTurn gives a handler that works in the background time between two events, of
// one step or of two, so it is not blamed for mixing up concurrent work.
func (e *execution) deliverInTurn(ctx context.Context, events []*webhooktest.Event, mutations []string) (responses []*webhooktest.Response, err error) {
	probe := e.session.probe
	for i, event := range events {
		if (i > 0 || len(e.sent) > 0) && probe.settle > 0 {
			if err := probe.machine.pause(ctx, probe.window()/4); err != nil {
				return nil, err
			}
		}
		response, err := e.session.sender.deliver(ctx, event, sparing(e, event, mutations)...)
		if err != nil {
			return nil, err
		}
		responses = append(responses, response)
	}
	return responses, nil
}

// redeliver delivers the events that were never accepted again, as Stripe does: later, when
// the obstacle may be gone.
func (e *execution) redeliver(ctx context.Context) error {
	var last *webhooktest.Response
	for _, wait := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, time.Second} {
		left := slices.DeleteFunc(slices.Clone(e.sent), func(event *webhooktest.Event) bool { return e.accepted[event] })
		if len(left) == 0 {
			return nil
		}
		if err := e.session.run.machine.pause(ctx, max(wait, e.session.probe.settle)); err != nil {
			return err
		}
		for _, event := range left {
			response, err := e.session.sender.deliver(ctx, event)
			if err != nil {
				return err
			}
			e.accepted[event] = response.Accepted()
			e.retried = e.retried || response.Accepted()
			if errors.Is(response.Err, context.DeadlineExceeded) {
				e.unanswered([]*webhooktest.Response{response})
				return nil // it would hang again for each remaining event
			}
			if !response.Accepted() {
				last = response
			}
		}
	}
	if last != nil && !e.accepted[last.Event] {
		refuseForGood(e, last)
	}
	return nil
}

// refuseForGood adds a finding if an event was refused whenever it came, though the handler
// accepts others of its type and Stripe has told of all that it may wait for. Where a case
// makes up ids, Stripe would not send such an event, or more before it.
func refuseForGood(e *execution, last *webhooktest.Response) {
	refused := last.Event.Type()
	hooks := slices.ContainsFunc(e.spec.Steps, func(step caseStep) bool { return step.Hook != "" })
	if !hooks && !setsID(e.spec) && !e.session.sender.binder.literal(refused) && e.session.run.log.accepts(refused) && knowsObject(e, last.Event) {
		e.findings = append(e.findings, refusedAtLast(last, e.sentSoFar())...)
	}
}

// setsID reports whether a case gives events or their objects ids of its own.
func setsID(c *contractCase) bool {
	for _, event := range c.Events {
		for _, path := range []string{"id", "data.object.id"} {
			if _, sets := event.Set[path]; sets {
				return true
			}
		}
	}
	return false
}

// knowsObject reports whether the handler accepted another event about the object of an event,
// or about one that belongs to it: a stranger's may well be refused.
func knowsObject(e *execution, event *webhooktest.Event) bool {
	id, _ := objectID(event)
	return slices.ContainsFunc(e.sent, func(other *webhooktest.Event) bool {
		same, named := objectID(other)
		return other != event && e.accepted[other] && named && (same == id || refersTo(event, other) || refersTo(other, event))
	})
}
