package webhooktest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// checks are the cases that are code: what no delivery of events shows.
var checks = map[string]func(*runner, context.Context) ([]finding, error){
	"quiet":          (*runner).checkQuiet,
	"effect":         (*runner).checkEffect,
	"second-event":   (*runner).checkSecondEvent,
	"clock":          (*runner).checkClock,
	"tls":            (*runner).checkTLS,
	"no-secrets":     (*runner).checkNoSecrets,
	"no-traces":      (*runner).checkNoTraces,
	"methods":        (*runner).checkMethods,
	"keep-alive":     (*runner).checkKeepAlive,
	"large-unsigned": (*runner).checkLargeUnsigned,
	"timing":         (*runner).checkTiming,
	"each-secret":    (*runner).checkEachSecret,
}

func (r *runner) runCheck(ctx context.Context, c *contractCase, result *Result) error {
	check := checks[c.Check]
	if check == nil {
		return errInconclusive{"the check " + c.Check + " needs the fake Stripe API, which this version does not have"}
	}
	r.fresh()
	findings, err := check(r, ctx)
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

// checkQuiet finds a state that moves when nothing is sent.
func (r *runner) checkQuiet(ctx context.Context) ([]finding, error) {
	p := &play{runner: r, roles: make(roles)}
	moved, err := r.measure(ctx, p, func(*play) error { return nil })
	if err != nil || len(moved) == 0 {
		return nil, err
	}
	return []finding{{expected: "a state that is still while nothing is sent", actual: "it moved at " + strings.Join(moved.places(), ", ")}}, nil
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

// checkSecondEvent finds a handler that deals with one event and no more.
func (r *runner) checkSecondEvent(ctx context.Context) ([]finding, error) {
	first, err := r.effectOf(ctx, r.subject.control())
	if err != nil {
		return nil, err
	}
	if len(first) == 0 {
		return nil, errInconclusive{"a genuine " + r.subject.control() + " does not move the state"}
	}
	r.forget(r.subject.control())
	second, err := r.effectOf(ctx, r.subject.control())
	if err != nil || len(second) > 0 {
		return nil, err
	}
	return []finding{{sent: "a second, distinct " + r.subject.control(), expected: "a change of the state as after the first", actual: "none"}}, nil
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
		return nil, errInconclusive{"the answer has no Date header"}
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

func (r *runner) deliverControl(ctx context.Context, mutations ...string) (*Response, error) {
	event, err := r.newEvent(r.subject.control())
	if err != nil {
		return nil, err
	}
	return r.deliver(ctx, event, mutations...)
}

// provoke makes the handler complain, for when no other case has yet.
func (r *runner) provoke(ctx context.Context) error {
	for _, mutation := range []string{"unsigned", "wrong-secret", "malformed=garbage", "body={}", "body=not json"} {
		if _, err := r.deliverControl(ctx, mutation); err != nil {
			return err
		}
	}
	return nil
}

// checkNoSecrets looks for secrets in every answer of the run. Of what has the
// form of a secret, only what is long enough to be one counts.
func (r *runner) checkNoSecrets(ctx context.Context) ([]finding, error) {
	if err := r.provoke(ctx); err != nil {
		return nil, err
	}
	for _, response := range r.noted() {
		answer := response.all()
		for _, secret := range slices.Concat(r.endpoint.secrets(), r.subject.Secrets) {
			if strings.Contains(answer, secret) {
				return []finding{{sent: response.Event.String(), expected: "no signing secret in an answer", actual: "the answer has it"}}, nil
			}
		}
		if found := secretLike(answer); found != "" {
			return []finding{{sent: response.Event.String(), expected: "no secret or key in an answer", actual: "the answer has one that begins with " + found}}, nil
		}
		if mac := response.expectedSignature(r.endpoint.secrets()[0]); mac != "" && strings.Contains(answer, mac) {
			return []finding{{sent: response.Event.String(), expected: "no expected signature in an answer", actual: "the answer has it: with it anybody can forge the event"}}, nil
		}
	}
	return nil, nil
}

// all is everything that the handler said: headers and body.
func (r *Response) all() string {
	var text strings.Builder
	_ = r.Header.Write(&text) // a strings.Builder takes everything
	text.Write(r.Body)
	return text.String()
}

// secretLike returns the beginning of what looks like a secret.
func secretLike(text string) string {
	for _, prefix := range []string{"whsec_", "sk_test_", "sk_live_"} {
		for rest := text; ; {
			_, after, found := strings.Cut(rest, prefix)
			if !found {
				break
			}
			if length := len(after) - len(strings.TrimLeft(after, base62)); length >= 16 {
				return prefix
			}
			rest = after
		}
	}
	return ""
}

// expectedSignature is what the handler computed, if it was at it: the MAC of a
// forgery under the right secret.
func (r *Response) expectedSignature(secret string) string {
	_, rest, found := strings.Cut(r.Signature, "t=")
	timestamp, _, _ := strings.Cut(rest, ",")
	if !found || r.Accepted() {
		return ""
	}
	return string(appendMAC(nil, secret, []byte(timestamp), r.sentBody))
}

// traces are what the pages and dumps of frameworks have in common.
var traces = []string{
	"Traceback (most recent call last)", "goroutine ", "panic:", "at Object.", "    at ", ".rb:", "Exception in thread",
	"stack trace", "Stack trace", "node_modules", "site-packages", "runtime error",
}

func (r *runner) checkNoTraces(ctx context.Context) ([]finding, error) {
	if err := r.provoke(ctx); err != nil {
		return nil, err
	}
	for _, response := range r.noted() {
		for _, trace := range traces {
			if strings.Contains(string(response.Body), trace) {
				return []finding{{sent: response.Event.String(), expected: "an answer without a stack trace", actual: response.Excerpt()}}, nil
			}
		}
	}
	return nil, nil
}

// checkMethods sends the genuine request by other methods.
func (r *runner) checkMethods(ctx context.Context) (findings []finding, err error) {
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete} {
		response, err := r.deliverControl(ctx, "method="+method)
		if err != nil {
			return nil, err
		}
		if response.Accepted() {
			findings = append(findings, finding{sent: method, expected: "!2xx", actual: response.String()})
		}
	}
	return findings, nil
}

// checkKeepAlive sends a good event after a bad one, on the connection that the
// transport keeps.
func (r *runner) checkKeepAlive(ctx context.Context) ([]finding, error) {
	if _, err := r.deliverControl(ctx, "wrong-secret"); err != nil {
		return nil, err
	}
	response, err := r.deliverControl(ctx)
	if err != nil || response.Accepted() {
		return nil, err
	}
	return []finding{{sent: "a genuine event after a forged one", expected: "2xx", actual: response.String()}}, nil
}

func (r *runner) checkLargeUnsigned(ctx context.Context) ([]finding, error) {
	response, err := r.deliverControl(ctx, "padded=5MB", "unsigned")
	if err != nil || response.Duration < time.Second {
		return nil, err
	}
	return []finding{{sent: "5 MB, unsigned", expected: "a refusal at once", actual: "after " + response.Duration.Round(time.Millisecond).String()}}, nil
}

// checkEachSecret delivers an event signed with each secret alone.
func (r *runner) checkEachSecret(ctx context.Context) (findings []finding, err error) {
	for i, secret := range slices.Concat(r.endpoint.secrets(), r.subject.Secrets) {
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

// checkTiming judges the time that accepted events took so far.
func (r *runner) checkTiming(ctx context.Context) ([]finding, error) {
	if _, err := r.deliverControl(ctx); err != nil {
		return nil, err
	}
	var times []time.Duration
	for _, response := range r.noted() {
		if response.Accepted() {
			times = append(times, response.Duration)
		}
	}
	if len(times) == 0 {
		return nil, errInconclusive{"no event was accepted"}
	}
	slices.Sort(times)
	slow := times[(len(times)-1)*95/100]
	said := fmt.Sprintf("95 of 100 accepted events were answered within %s", slow.Round(time.Millisecond))
	switch {
	case slow > 10*time.Second:
		return []finding{{expected: "an answer within 10s", actual: said}}, nil
	case slow > 2*time.Second:
		return []finding{{should: true, expected: "an answer within 2s", actual: said}}, nil
	}
	return nil, nil
}
