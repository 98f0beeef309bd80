package contract

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// stoppedAnswering is the headline of a case that crashed the handler.
const stoppedAnswering = "Stopped responding"

// Expectations of a finding about the state.
const (
	sameState = "the same state as after clean delivery"
	noChange  = "no change of the state"
)

// A finding is a difference between what was expected and what happened.
type finding struct {
	should                 bool // failed a should only
	grave                  bool // a fail whatever the level: nothing may end the handler
	status                 int  // of the answer, if not as expected
	silent                 bool // there was no answer
	atOnce                 bool // to several events at the same time
	accepted               bool // the answer was 2xx
	dropped                bool // a forgery was accepted, and had no effect
	ignored                bool // a genuine event was accepted, and had no effect
	ofState                bool // the state is the evidence
	unrepeated             bool // work that failed after the answer was not retried
	unretried              bool // the retry of a refused event was accepted, and had no effect
	forGood                bool // it was refused whenever it came
	early                  bool // what came too early was accepted, and nothing was kept of it
	ofOrder                bool // the same events one after the other leave the same
	sent, expected, actual string
	wanted                 string // the API version that the handler wants, if that is why it refused
	shape                  string // the type and the variant, if the case is about one
	said                   string // what its refusal of a genuine event says, and the fix
}

// notRepeated says of a missing effect that its work failed when the event was acknowledged
// already. A queue may try again in a minute, which is as long as nobody waits: a should.
func (f *finding) notRepeated(waited time.Duration) {
	f.should, f.unrepeated = true, true
	f.actual = fmt.Sprintf("2xx, then its work failed, and was not repeated within %s of the end of the failure:\n%s", text.Brief(waited), f.actual)
}

// notRetried says of a missing effect that the event was refused when it failed, as it should
// be, and that its retry had no effect.
func (f *finding) notRetried() {
	f.unretried = true
	f.actual = "refused at first, then 2xx to its retry, and:\n" + f.actual
}

// moves reports whether the state shows an effect where there should be none.
func (f finding) moves() bool { return f.ofState && f.expected == noChange }

// obeys reports whether a handler accepted an event that should have no effect, and acted
// on it.
func (f finding) obeys() bool { return f.moves() && f.accepted }

// waits reports whether a handler answered an early event with an error, after which Stripe
// delivers it again: that is not a crash.
func (f finding) waits(c *contractCase) bool {
	return c.Refusable && f.status >= http.StatusMultipleChoices
}

// drops reports whether a handler seems to drop what fails verification, and to answer 2xx
// all the same. What is told for information only may have been verified.
func (f finding) drops(c *contractCase) bool { return f.dropped && c.Level != "info" }

// misses reports whether the state lacks an effect, or may.
func (f finding) misses() bool { return f.ignored || f.ofState && f.expected != noChange }

// headline says what the handler did, or "" if the case does not say so. A case's wording
// for an answer fits one status; other statuses have verbs of their own.
func (f finding) headline(c *contractCase) string {
	verb, rest, _ := strings.Cut(c.Finding, " ")
	rest = strings.TrimPrefix(rest, "on ")
	if all, counts := strings.CutPrefix(c.Finding, "Did not count all of "); counts && f.status != 0 {
		verb, rest = "Refused", "one of "+all
	}
	ofAnswer := verb == "Refused" || verb == "Accepted" || verb == "Crashed"
	if acts := verb == "Acted" || verb == "Took" || verb == "Mishandled" || verb == "Lost"; acts && (f.silent || f.status != 0) {
		rest = strings.TrimSuffix(rest, " for a handled one")
		ofAnswer = true
	}
	if subject, asForgery := strings.CutSuffix(rest, " as it answers a forgery"); asForgery && (f.silent || f.status != 0) {
		rest, ofAnswer = subject, true
	}
	if !ofAnswer && repeats(c) {
		rest = "a repeated event" + after(c.Finding)
		ofAnswer = f.status != 0 || f.silent
	}
	switch {
	case f.grave:
		return stoppedAnswering
	case f.obeys() && verb == "Refused":
		return "Accepted " + strings.TrimSuffix(rest, " all the same")
	case f.unrepeated:
		return "Acknowledged an event, and did not repeat its work when that failed"
	case f.unretried:
		return "Did not process the retry of a failed event"
	case f.forGood:
		return forGood
	case f.silent && f.atOnce && c.Bursts > 0:
		return "Hung when events came at once"
	case f.ofOrder:
		return "Two events about one object ended in another state in the reverse order"
	case !ofAnswer:
		return c.Finding
	case f.ignored || f.drops(c):
		return "Answered 2xx and ignored " + rest
	case f.silent:
		return "Gave no response to " + rest
	case f.status == http.StatusServiceUnavailable, f.waits(c): // never sent by accident
		return "Refused " + rest
	case f.status >= http.StatusInternalServerError:
		return "Crashed on " + rest
	case f.status >= http.StatusMultipleChoices:
		return "Refused " + rest
	case f.status != 0:
		return "Accepted " + rest
	}
	return c.Finding
}

// ofShape says at which event the handler failed, after the headline, if the case is about
// the shapes of events.
func (f finding) ofShape() string {
	if f.shape == "" || f.grave {
		return ""
	}
	return ": " + f.shape
}

// after returns the part of a finding after its colon, with the colon.
func after(finding string) string {
	if _, more, found := strings.Cut(finding, ": "); found {
		return ": " + more
	}
	return ""
}

// evidence shows the differences in the state, a line for each place, up to a limit.
func evidence(lines []string) string { return firstLines(lines, 10) }

// firstLines returns the first lines, and how many more there are.
func firstLines(lines []string, most int) string {
	if len(lines) > most {
		lines = append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
	}
	return strings.Join(lines, "\n")
}

// accepts reports whether a handler accepted an event that it should have refused.
func (f finding) accepts() bool { return f.accepted && !f.should }

// hint returns how to fix the finding.
func (f finding) hint(c *contractCase) string {
	switch {
	case f.said != "":
		return f.said
	case f.waits(c) && f.should:
		return "Fetch the missing object from Stripe's API, or keep the event until it comes: Stripe's first retry may be minutes or an hour away."
	case f.unrepeated:
		return "Have the worker repeat what failed, for nobody else will: Stripe has its 2xx. If it does so after a longer pause, all is well."
	case f.forGood:
		return "Answer 2xx to an event that has nothing left to do, such as a second one about the same payment: look for a unique constraint, or a check of your own, that ends in an error."
	case f.early:
		return "The event that came first got 2xx, and nothing was kept of it: fetch its object from Stripe's API, or keep the event until the other comes; or answer with an error until then, so that Stripe delivers it again."
	case f.ofOrder:
		return "The same events one after the other, the later first, leave the same: no lock mends that. See " + orderCase(c.ID) + " for what does."
	case f.unretried:
		return "Write the mark \"processed\" in the same transaction as the effect: the retry is taken for a duplicate."
	case f.status == http.StatusServiceUnavailable && floods(c):
		return "Store the event and answer 2xx when all workers are busy: what was refused comes again minutes or hours later."
	case f.status >= http.StatusInternalServerError && strings.HasPrefix(c.Finding, "Did not count all of "):
		return "Find in the handler's log what failed: a deadlock, or a rule that the app has for a customer's second purchase, also if it comes later."
	case f.status >= http.StatusInternalServerError && c.Check == "other-train":
		return "Find in the handler's log what failed: a field may have moved. Answer 400 to a version that is not supported, and name the one that is."
	case f.cause(c) == forgeriesSilent:
		return "Answer 400 to what fails verification, and to a request without a signature: look for a return without a response."
	case f.atOnce && c.Bursts > 0:
		return "Look for two locks, or rows, that different events take in another order: each then waits for the other. Take them in the same order everywhere."
	case f.grave || f.silent:
		return "Find in the handler's log why it gave no response."
	case f.drops(c):
		return "Answer 400 to what fails verification: a wrong secret then shows as failed deliveries in Stripe's dashboard, and Stripe retries."
	case f.obeys() && c.Cause == refusedProcessed:
		return "Verify the signature before anything else, and return 400 for what fails: see signature/unsigned."
	case f.cause(c) == forgeriesAnswered:
		return "Answer 400 where the verification fails: catch each of its errors, and keep 5xx for the app's own failures."
	case f.cause(c) == repeatsRefused:
		return "Answer 200 to an id that is already known: look for a unique constraint, or a check of your own, that ends in an error."
	case f.ignored:
		return "Find why the handler answers 2xx and does nothing: Stripe takes the event for delivered, and will not retry it."
	}
	return c.Hint
}

// An errInconclusive says why a case cannot be judged.
type errInconclusive struct {
	reason string
	wanted string // as in finding
	need   string // what would let it be judged, as in Result; "" for nothing
	tried  bool   // was tried without the need
	shape  string // as in Result.WantedVariant
}

func (e errInconclusive) Error() string { return e.reason }

// isInconclusive returns why an error keeps a case from being judged.
func isInconclusive(err error) (why errInconclusive, ok bool) {
	ok = errors.As(err, &why)
	return why, ok
}

// An errLacks names what a case needs and the handler turns out not to have.
type errLacks struct{ need string }

func (e errLacks) Error() string { return "needs " + e.need }

// Is treats it as one of the reasons why a case does not apply to a subject.
func (errLacks) Is(target error) bool { return target == render.ErrNotApplicable }

// needAPI is the Need of what calls Stripe. needFaults is that of a case in which something
// fails, and whatFails says what that is.
const (
	needAPI    = "api"
	needFaults = "faults"
	whatFails  = "hooks that break and heal what the handler depends on"
)

// An errFaults skips a case for want of hooks: what the subject has made nothing fail.
type errFaults struct{ why string }

func (e errFaults) Error() string { return "needs " + whatFails + ": " + e.why }

// Is treats it as one of the reasons why a case does not apply to a subject.
func (errFaults) Is(target error) bool { return target == render.ErrNotApplicable }
