package contract

import (
	"errors"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A finding is something that was not as it should be.
type finding struct {
	should                 bool // preferred only
	grave                  bool // a fail whatever the level: nothing may end the handler
	crashed                bool // the answer was a server error
	silent                 bool // there was no answer
	accepted               bool // the answer was 2xx
	dropped                bool // a forgery was accepted, and had no effect
	ignored                bool // a genuine event was accepted, and had no effect
	sent, expected, actual string
	wanted                 string // the API version for the lack of which the handler refused
}

// headline says what the handler did, "" for a case that does not say so.
func (f finding) headline(c *contractCase) string {
	verb, rest, _ := strings.Cut(c.Finding, " ")
	switch {
	case f.grave:
		return "Stopped answering"
	case f.silent && (verb == "Refused" || verb == "Accepted"):
		return "Gave no answer to " + rest
	case f.crashed && verb == "Refused":
		return "Crashed on " + rest
	case f.ignored && verb == "Refused":
		return "Answered 2xx and ignored " + rest
	case f.dropped && verb == "Accepted":
		return "Answered 2xx and ignored " + rest
	}
	return c.Finding
}

// accepts reports whether a handler accepted what it should have refused.
func (f finding) accepts() bool { return f.accepted && !f.should }

// cause is what the finding has in common with others, "" for nothing: no answer, and an
// end of the handler, are nothing that the case is about.
func (f finding) cause(c *contractCase) string {
	switch {
	case f.grave || f.silent:
		return ""
	case f.dropped:
		return "Forged events are answered 2xx, though ignored"
	}
	return c.Cause
}

// hint says how to fix what was found.
func (f finding) hint(c *contractCase) string {
	switch {
	case f.grave || f.silent:
		return "Find in the handler's log why it gave no answer."
	case f.dropped:
		return "Answer 400 to what fails verification: a wrong secret then shows as failed deliveries in Stripe's dashboard, and Stripe retries."
	case f.ignored:
		return "Find why the handler answers 2xx and does nothing: Stripe takes the event for delivered, and will not retry it."
	}
	return c.Hint
}

// errInconclusive is why a case cannot be judged.
type errInconclusive struct {
	reason string
	wanted string // as in finding
}

func (e errInconclusive) Error() string { return e.reason }

// isInconclusive returns why an error keeps a case from being judged.
func isInconclusive(err error) (why errInconclusive, ok bool) {
	ok = errors.As(err, &why)
	return why, ok
}

// errLacks is what a case finds that the handler does not have.
type errLacks struct{ need string }

func (e errLacks) Error() string { return "needs " + e.need }

// Is makes it one of the reasons for which a case is not for a subject.
func (errLacks) Is(target error) bool { return target == render.ErrNotApplicable }
