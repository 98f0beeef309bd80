package contract

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// checks are the cases that are code: what no delivery of events shows.
var checks = map[string]func(*runner, context.Context) ([]finding, error){
	"quiet":          (*runner).checkQuiet,
	"effect":         (*runner).checkEffect,
	"second-event":   (*runner).checkSecondEvent,
	"late-duplicate": (*runner).checkLateDuplicate,
	"clock":          (*runner).checkClock,
	"tls":            (*runner).checkTLS,
	"no-secrets":     (*runner).checkNoSecrets,
	"no-traces":      (*runner).checkNoTraces,
	"methods":        (*runner).checkMethods,
	"keep-alive":     (*runner).checkKeepAlive,
	"large-unsigned": (*runner).checkLargeUnsigned,
	"timing":         (*runner).checkTiming,
	"each-secret":    (*runner).checkEachSecret,
	"outbound":       (*runner).checkIdempotencyKeys,
	"api-slow":       (*runner).checkSlowAPI,
	"connect-header": (*runner).checkAccountHeader,
	"fetches":        (*runner).checkFetches,
	"context-header": (*runner).checkContextHeader,
}

// errLacks is what a check finds that the handler does not have.
type errLacks struct{ need string }

func (e errLacks) Error() string { return "needs " + e.need }

// Is makes it one of the reasons for which a case is not for a subject.
func (errLacks) Is(target error) bool { return target == render.ErrNotApplicable }

func (r *runner) runCheck(ctx context.Context, c *contractCase, result *Result) error {
	check := checks[c.Check]
	if check == nil {
		return fmt.Errorf("check %q: there is none of this name", c.Check)
	}
	r.careful = false
	if err := r.learnPaceAgain(ctx); err != nil {
		return err
	}
	findings, err := r.tryCheck(ctx, check)
	_, inconclusive := isInconclusive(err)
	if (inconclusive || err == nil && len(findings) > 0) && r.doubt(r.subject.handled()) {
		findings, err = r.tryCheck(ctx, check)
	}
	if errors.Is(err, render.ErrNotApplicable) {
		result.skip("", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	result.Verdict = Pass
	if len(findings) > 0 {
		result.Verdict = ""
		result.accuse(c, findings)
	}
	return nil
}

// tryCheck makes a check; a careful one once more if the handler turns out to work
// longer than was thought.
func (r *runner) tryCheck(ctx context.Context, check func(*runner, context.Context) ([]finding, error)) (findings []finding, err error) {
	for range 3 {
		r.fresh()
		r.stirred.Store(r.careful || r.stirred.Load())
		settle := r.settle
		findings, err = check(r, ctx)
		if !r.careful || r.settle == settle || err == nil && len(findings) == 0 {
			break
		}
	}
	return findings, err
}

// checkQuiet finds a state that moves when nothing is sent.
func (r *runner) checkQuiet(ctx context.Context) ([]finding, error) {
	p := &play{runner: r, roles: make(statediff.Normalizer)}
	var moved statediff.Diff
	for range 2 { // the first time may see the end of earlier work
		var err error
		moved, err = r.measure(ctx, p, func(*play) error { return r.pause(ctx, r.window()) })
		if err != nil || len(moved) == 0 {
			return nil, err
		}
	}
	return []finding{{expected: "a state that is still while nothing is sent", actual: "it moved at " + strings.Join(moved.Places(), ", ")}}, nil
}

// checkEffect finds a state that does not show the control.
func (r *runner) checkEffect(ctx context.Context) ([]finding, error) {
	r.forget(r.subject.control()) // so that noise is of this event
	moved, err := r.effectOf(ctx, r.subject.control())
	if err != nil || len(moved) > 0 {
		return nil, err
	}
	if len(r.noise) > 0 {
		return nil, errInconclusive{"the state moves with every event, also of unknown types: " + strings.Join(r.noise, ", ")}
	}
	return []finding{{sent: "a genuine " + r.subject.control(), expected: "a change of the state", actual: "none"}}, nil
}

// checkSecondEvent finds a handler that deals with one event of a type and no more.
func (r *runner) checkSecondEvent(ctx context.Context) ([]finding, error) {
	judged := false
	for _, eventType := range r.subject.handled() {
		first, err := r.effectOf(ctx, eventType)
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			continue // control/effect and dispatch/handled-type-works tell
		}
		judged = true
		r.forget(eventType)
		second, err := r.effectOf(ctx, eventType)
		if err != nil {
			return nil, err
		}
		if len(second) == 0 {
			r.learned(eventType, first) // for a second look
			return []finding{{sent: "a second, distinct " + eventType, expected: "a change of the state as after the first", actual: "none"}}, nil
		}
		r.keep(oneOf(eventType), []statediff.Diff{first, second})
	}
	if !judged {
		return nil, errInconclusive{"a genuine " + r.subject.control() + " does not move the state"}
	}
	return nil, nil
}

// checkLateDuplicate delivers the first event of the run again, after many others:
// a ledger has to remember it for longer than that.
func (r *runner) checkLateDuplicate(ctx context.Context) ([]finding, error) {
	touched, err := r.effectOf(ctx, r.subject.control())
	if err != nil {
		return nil, err
	}
	if len(touched) == 0 {
		return nil, errInconclusive{"a genuine " + r.subject.control() + " does not move the state"}
	}
	event, err := r.longAgo(ctx)
	if err != nil {
		return nil, err
	}
	p := r.about(event)
	moved, err := r.measure(ctx, p, func(*play) error {
		_, err := r.deliver(ctx, event)
		return err
	})
	if err != nil {
		return nil, err
	}
	var differences []string
	for _, place := range moved.Places() {
		if _, ours := touched[place]; ours {
			differences = append(differences, place+": "+moved[place].String())
		}
	}
	p.sent = []*webhooktest.Event{event}
	return p.blame(differences, "no second effect of an event that was processed 100 events ago"), nil
}

// longAgo returns an event that was accepted at least 100 events ago: the first of
// the run if all went to the same handler, as to a URL they do.
func (r *runner) longAgo(ctx context.Context) (*webhooktest.Event, error) {
	const many = 100
	event, passed := (*webhooktest.Event)(nil), 0
	if r.subject.Handler == nil && !r.subject.Isolated {
		event, passed = r.first, len(r.noted())
	}
	for event == nil || passed < many {
		response, err := r.deliverControl(ctx)
		if err != nil {
			return nil, err
		}
		if event == nil {
			event = response.Event
		}
		passed++
	}
	return event, nil
}

// checkClock compares the handler's Date header with the clock that signatures
// are dated by.
func (r *runner) checkClock(ctx context.Context) ([]finding, error) {
	const most = time.Minute
	response, err := r.deliverControl(ctx)
	if err != nil {
		return nil, err
	}
	date, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return nil, errLacks{"a handler whose answers have a Date header"}
	}
	if skew := time.Since(date).Abs(); skew > most {
		return []finding{{expected: "clocks that agree to a minute", actual: "they differ by " + skew.Round(time.Second).String()}}, nil
	}
	return nil, nil
}

func (r *runner) checkTLS(ctx context.Context) ([]finding, error) {
	response, err := r.deliverControl(ctx)
	if err != nil || response.Err == nil {
		return nil, err // net/http accepts TLS 1.2 and later, and verifies the chain
	}
	return []finding{{expected: "TLS 1.2 or later and a chain that verifies", actual: response.Err.Error()}}, nil
}

func (r *runner) deliverControl(ctx context.Context, mutations ...string) (*webhooktest.Response, error) {
	event, err := r.newEvent(r.subject.control())
	if err != nil {
		return nil, err
	}
	return r.deliver(ctx, event, mutations...)
}

// checkMethods sends the genuine request by other methods.
func (r *runner) checkMethods(ctx context.Context) (findings []finding, err error) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
		response, err := r.deliverControl(ctx, "method="+method)
		if err != nil {
			return nil, err
		}
		if response.Accepted() {
			actual := fmt.Sprintf("%s is answered %d", method, response.StatusCode)
			findings = append(findings, finding{sent: "the genuine request as " + method, expected: "!2xx", actual: actual})
		}
	}
	return findings, nil
}

// checkKeepAlive sends a good event after a bad one, on the connection that the
// transport keeps.
func (r *runner) checkKeepAlive(ctx context.Context) ([]finding, error) {
	for _, forged := range []string{"wrong-secret", "unsigned"} {
		if _, err := r.deliverControl(ctx, forged); err != nil {
			return nil, err
		}
		response, err := r.deliverControl(ctx)
		if err != nil {
			return nil, err
		}
		if !response.Accepted() {
			return []finding{{sent: "a genuine event after a forged one (" + forged + ")", expected: "2xx", actual: response.String()}}, nil
		}
	}
	return nil, nil
}

func (r *runner) checkLargeUnsigned(ctx context.Context) ([]finding, error) {
	response, err := r.deliverControl(ctx, "padded=5MB", "unsigned")
	if err != nil {
		return nil, err
	}
	if late, err := r.tooLong(response.Duration, time.Second); !late {
		return nil, err
	}
	return []finding{{sent: "5 MB, unsigned", expected: "a refusal at once", actual: "after " + response.Duration.Round(time.Millisecond).String()}}, nil
}

// checkEachSecret delivers an event signed with each secret alone.
func (r *runner) checkEachSecret(ctx context.Context) (findings []finding, err error) {
	for i, secret := range slices.Concat(secretsOf(r.endpoint), r.subject.Secrets) {
		response, err := r.deliverControl(ctx, "secret="+secret)
		if err != nil {
			return nil, err
		}
		if !response.Accepted() {
			sent := fmt.Sprintf("a genuine event signed with secret %d of those given", i+1)
			findings = append(findings, finding{sent: sent, expected: "2xx", actual: response.String()})
		}
	}
	return findings, nil
}
