package contract

import "github.com/fakestripe/fakestripe/webhooktest"

// forGood is the headline of a refusal that no retry ends.
const forGood = "Refused a genuine event at every attempt"

// mustNotRefuse is what it breaks.
const mustNotRefuse = "A genuine event is accepted at last, also if it has nothing left to do: Stripe retries what is refused for three days."

// refusedAtLast is the finding about an event whose last retry got a response. Where there was
// none, cases about responses report that.
func refusedAtLast(last *webhooktest.Response, sent string) []finding {
	if last.Err != nil {
		return nil
	}
	return []finding{{
		should: true, forGood: true, status: last.StatusCode, sent: sent, expected: "2xx to " + last.Event.Type() + ", at last",
		actual: answerOf(last) + ", also when it came again",
	}}
}
