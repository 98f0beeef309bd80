package contract

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A race is rarely visible. Such a case sends the same shape in short bursts, each about
// new objects and so a separate try, and reads the state once, after all of them: 44 bursts
// miss a race that shows in a tenth of tries with odds of 1%.

const (
	// raceShare is the part of the run's time that the bursts of one case may take:
	// 1/raceShare. Slow handlers get fewer bursts.
	raceShare = 20

	// raceTries is how often a race is tried in total to reproduce a finding.
	raceTries = 6

	// preparedBursts is the number of bursts if each uses objects of the app.
	preparedBursts = 10

	// preparingShare is the part of the run's time that making these objects may take for one
	// case: 1/preparingShare.
	preparingShare = 10
)

// bursts returns the number of bursts for one of several variants of a case. All handled
// types usually share a ledger: the first gets all bursts, the others together as many
// again, and at least a quarter each. Slow handlers get as many as time allows.
func (s *session) bursts(c *contractCase, at, variants int) int {
	if c.Bursts == 0 {
		return 0
	}
	most, deliveries := c.Bursts, 0
	if at > 0 {
		most = max(c.Bursts/4, c.Bursts/(variants-1))
	}
	if s.subject.bindsEach() {
		most = min(most, burstsPrepared(s, c, variants))
	}
	for _, step := range c.Reference {
		deliveries += 2 * len(step.Send)
	}
	for _, step := range c.Steps {
		deliveries += len(step.Send) * max(1, step.Times) // a handler may process one at a time
	}
	each := s.run.log.pace() * time.Duration(deliveries*variants)
	if each <= 0 {
		return most
	}
	return max(1, min(most, int(s.run.budget.limit/raceShare/each)))
}

// burstsPrepared returns the number of bursts for which the app makes its objects in time.
func burstsPrepared(s *session, c *contractCase, variants int) int {
	objects := len(namesIn(c.Reference)) + len(namesIn(c.Steps)) // clean delivery has its own
	each := s.run.objects.known.preparing.each() * time.Duration(objects*variants)
	if each <= 0 {
		return preparedBursts
	}
	return max(1, min(preparedBursts, int(s.run.budget.limit/preparingShare/each)))
}

// moreBursts returns what a race needs for more bursts.
func (s *session) moreBursts() string {
	if s.subject.bindsEach() {
		return "there are no more, since each burst takes an object of the app"
	}
	return "a longer maximum time for the run allows more"
}

// deliverBursts delivers the events of a step concurrently, one burst at a time. It stops
// when an event gets no answer.
func (e *execution) deliverBursts(ctx context.Context, step caseStep, mutations []string) (responses []*webhooktest.Response, err error) {
	sender := e.session.sender
	sender.raced = 0
	for i := range e.variant.bursts {
		var burst []*webhooktest.Event
		for _, name := range step.Send {
			burst = append(burst, slices.Repeat([]*webhooktest.Event{e.observed.events[name][i]}, max(1, step.Times))...)
		}
		sender.apart = false
		answers, err := sender.deliverTogether(ctx, burst, mutations...)
		responses = append(responses, answers...)
		if err != nil {
			return responses, err
		}
		if !sender.apart {
			sender.raced++
		}
		if e.unanswered(answers) {
			e.stopped = true
			break
		}
	}
	sender.apart = sender.raced == 0
	return responses, nil
}

// deliverApart delivers the events of all bursts one after the other. It gives a handler
// that works in the background time before events that change the same objects again.
func (e *execution) deliverApart(ctx context.Context, step caseStep, mutations []string) (responses []*webhooktest.Response, err error) {
	for i, name := range step.Send {
		if i > 0 {
			if err := e.session.run.machine.pause(ctx, e.session.probe.window()/4); err != nil {
				return nil, err
			}
		}
		for _, event := range e.observed.events[name] {
			response, err := e.session.sender.deliver(ctx, event, mutations...)
			if err != nil {
				return nil, err
			}
			responses = append(responses, response)
			if e.variant.bursts > 0 && errors.Is(response.Err, context.DeadlineExceeded) {
				e.unanswered([]*webhooktest.Response{response})
				e.stopped = true
				return responses, nil // it would hang again for each remaining event
			}
		}
	}
	return responses, nil
}
