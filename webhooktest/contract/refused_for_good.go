package contract

import (
	"context"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// forGood is the headline of a refusal that no retry ends.
const forGood = "Refused a genuine event at every attempt"

// mustNotRefuse is what it breaks.
const mustNotRefuse = "A genuine event is accepted at last, also if it has nothing left to do: Stripe retries what is refused for three days."

// refuseForGood adds a finding if an event was refused whenever it came, though the handler
// accepts others of its type and Stripe has told of all that it may wait for. Stripe retries
// it for three days.
func refuseForGood(e *execution, last *webhooktest.Response) {
	refused := last.Event
	hooks := slices.ContainsFunc(e.spec.Steps, func(step caseStep) bool { return step.Hook != "" })
	if hooks || e.session.sender.binder.literal(refused.Type()) || !acceptsType(e.session, refused.Type()) {
		return
	}
	e.findings = append(e.findings, refusedAtLast(last, e.sentSoFar())...)
}

// refusedAtLast is the finding about an event whose last retry got a response.
func refusedAtLast(last *webhooktest.Response, sent string) []finding {
	if last.Err != nil {
		return nil // cases about answers report that
	}
	return []finding{{
		should: true, forGood: true, status: last.StatusCode, sent: sent, expected: "2xx to " + last.Event.Type() + ", at last",
		actual: answerOf(last) + ", also when it came again",
	}}
}

// retried delivers an event that was refused once more, and returns the last response.
func (s *sender) retried(ctx context.Context, response *webhooktest.Response) (*webhooktest.Response, error) {
	if response.Accepted() {
		return response, nil
	}
	if err := s.machine.pause(ctx, 200*time.Millisecond); err != nil {
		return response, err
	}
	return s.deliver(ctx, response.Event)
}

// acceptsType reports whether an event of a type was accepted before.
func acceptsType(s *session, eventType string) bool {
	return slices.ContainsFunc(s.run.log.responses(), func(r *webhooktest.Response) bool {
		return r.Accepted() && r.Event.Type() == eventType
	})
}
