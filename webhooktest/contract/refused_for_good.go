package contract

import (
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// forGood is the headline of a refusal that no retry ends.
const forGood = "Refused a genuine event at every attempt"

// refuseForGood adds a finding if an event was refused whenever it came, though the handler
// accepts others of its type and Stripe has told of all that it may wait for. Stripe retries
// it for three days.
func refuseForGood(e *execution, last *webhooktest.Response) {
	refused := last.Event
	hooks := slices.ContainsFunc(e.spec.Steps, func(step caseStep) bool { return step.Hook != "" })
	if hooks || last.Err != nil || e.session.sender.binder.literal(refused.Type()) || !acceptsType(e.session, refused.Type()) {
		return
	}
	e.findings = append(e.findings, finding{
		should: true, forGood: true, status: last.StatusCode, sent: e.sentSoFar(), expected: "2xx to " + refused.Type() + ", at last",
		actual: fmt.Sprintf("%s, also when it came again", last),
	})
}

// acceptsType reports whether an event of a type was accepted before.
func acceptsType(s *session, eventType string) bool {
	return slices.ContainsFunc(s.run.log.responses(), func(r *webhooktest.Response) bool {
		return r.Accepted() && r.Event.Type() == eventType
	})
}
