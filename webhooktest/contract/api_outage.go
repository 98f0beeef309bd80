package contract

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// outagePrefix is the prefix of the hooks that make Stripe's API fail.
const outagePrefix = "api="

// silence is how long an unanswered request waits: short enough for an SDK's retries to end
// before the delivery does.
const silence = 500 * time.Millisecond

// An outageKind is a way in which Stripe's API fails.
type outageKind struct {
	failure stripeapi.Failure
	slow    []stripeapi.Slowness
	said    string
}

// outageKinds maps the word after the prefix to a kind
// (https://docs.stripe.com/error-low-level).
var outageKinds = map[string]outageKind{
	"500":     {failure: stripeapi.Failure{Status: http.StatusInternalServerError}, said: "while Stripe's API returns 500"},
	"429":     {failure: stripeapi.Failure{Status: http.StatusTooManyRequests}, said: "while Stripe's API returns 429, too many requests"},
	"timeout": {failure: stripeapi.Failure{NoAnswer: true}, slow: []stripeapi.Slowness{{Delay: silence}}, said: "while Stripe's API gives no response"},
}

// canFail reports whether the local API can stand in for a dependency of the handler.
// Concurrent subjects may share the API, so it cannot for them.
func (s *Subject) canFail() bool { return s.API != nil && !s.Isolated }

// hasHooks reports whether the user can break the handler's dependencies.
func (s *Subject) hasHooks() bool { return s.Break != nil && s.Heal != nil }

// lacksFault reports whether a row names a fault that this subject cannot have.
func (s *Subject) lacksFault(row string) bool {
	if strings.HasPrefix(row, outagePrefix) {
		return !s.canFail()
	}
	return row == "break" && !s.hasHooks()
}

// An apiOutage makes Stripe the dependency that fails: each call of the handler to the
// local API fails in the same way and has no effect.
type apiOutage struct {
	session *session
	lasts   bool
	calls   int    // the handler's calls before the outage
	said    string // description of the outage, "" if there was none

	silent   bool      // calls get no answer
	answered time.Time // when an event was last accepted during the outage
}

// begin makes the calls of the handler fail.
func (o *apiOutage) begin(kind string) {
	outage := outageKinds[kind]
	o.lasts, o.calls, o.said, o.silent = true, o.session.subject.called(), outage.said, outage.failure.NoAnswer
	o.session.subject.API.Fail(outage.failure)
	o.session.subject.API.Slow(outage.slow...)
}

// note records when events are accepted during an outage.
func (o *apiOutage) note(responses []*webhooktest.Response) {
	for _, r := range responses {
		if o.lasts && r.Accepted() {
			o.answered = r.Sent.Add(r.Duration)
		}
	}
}

// outlives reports whether a call was made after the answer, or was still in progress then.
// A handler that waits for its call answers after it, unless it gave up on an unanswered
// call.
func (o *apiOutage) outlives(call stripeapi.Call) bool {
	ended := call.At
	if !o.silent {
		ended = ended.Add(call.Duration)
	}
	return !o.answered.IsZero() && ended.After(o.answered)
}

// end lets calls succeed again. A handler that made no call during the outage depends on
// something else.
func (o *apiOutage) end(ctx context.Context) error {
	err := awaitCall(ctx, o.session, o.calls) // it may call later than it answers
	o.stop()
	if slices.ContainsFunc(o.session.subject.API.CallsSince(o.calls), o.outlives) {
		o.session.run.learned.outlives.Store(true)
	}
	if err == nil && o.session.subject.called() == o.calls {
		err = errFaults{"it called nothing of Stripe's API"}
	}
	return err
}

// stop ends an outage that is still in progress.
func (o *apiOutage) stop() {
	if o.lasts {
		o.session.subject.API.Fail()
		o.session.subject.API.Slow()
		o.lasts = false
	}
}
