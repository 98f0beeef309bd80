package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// What the answers of a run tell when they are looked at again. These checks are
// done even when the run was cut short.

var hindsight = []string{"no-secrets", "no-traces", "timing"}

// provoke makes the handler complain, for when no other case has yet.
func (r *runner) provoke(ctx context.Context) error {
	if r.over() != "" {
		return nil
	}
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
		answer := everything(response)
		for _, secret := range slices.Concat(secretsOf(r.endpoint), r.subject.Secrets) {
			if strings.Contains(answer, secret) {
				return []finding{{sent: response.Event.String(), expected: "no signing secret in an answer", actual: "the answer has it"}}, nil
			}
		}
		if found := credential.Find(answer); found != "" {
			return []finding{{sent: response.Event.String(), expected: "no secret or key in an answer", actual: "the answer has one that begins with " + found}}, nil
		}
		if mac := expectedSignature(response, secretsOf(r.endpoint)[0]); mac != "" && strings.Contains(answer, mac) {
			return []finding{{sent: response.Event.String(), expected: "no expected signature in an answer", actual: "the answer has it: with it anybody can forge the event"}}, nil
		}
	}
	return nil, nil
}

// everything is what the handler said: headers and body.
func everything(r *webhooktest.Response) string {
	var text strings.Builder
	_ = r.Header.Write(&text) // a strings.Builder takes everything
	text.Write(r.Body)
	return text.String()
}

// expectedSignature is what the handler computed, if it was at it: the MAC of a
// forgery under the right secret.
func expectedSignature(r *webhooktest.Response, secret string) string {
	_, rest, found := strings.Cut(r.Signature, "t=")
	timestamp, _, _ := strings.Cut(rest, ",")
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if !found || err != nil || r.Accepted() {
		return ""
	}
	_, mac, _ := strings.Cut(webhooktest.Sign(r.SentBody, time.Unix(at, 0), secret), "v1=")
	return mac
}

// traces are what the pages and dumps of frameworks have in common.
var traces = []string{
	"Traceback (most recent call last)", "goroutine ", "panic:", "at Object.", "    at ", ".rb:", "Exception in thread",
	"stack trace", "Stack trace", `id="backtrace"`, "/gems/", "node_modules", "site-packages", "runtime error",
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

// checkTiming judges the time that accepted events took so far.
func (r *runner) checkTiming(ctx context.Context) ([]finding, error) {
	if r.over() == "" {
		if _, err := r.deliverControl(ctx); err != nil {
			return nil, err
		}
	}
	byType := make(map[string][]time.Duration)
	for _, response := range r.noted() {
		if response.Accepted() {
			byType[response.Event.Type()] = append(byType[response.Event.Type()], response.Duration)
		}
	}
	if len(byType) == 0 {
		return nil, errInconclusive{"no event was accepted"}
	}
	slow, eventType := slowest(byType)
	said := fmt.Sprintf("95 of 100 events of type %s were answered within %s", eventType, slow.Round(time.Millisecond))
	for _, limit := range []struct {
		time   time.Duration
		should bool
	}{{tooSlow, false}, {2 * time.Second, true}} {
		if late, err := r.tooLong(slow, limit.time); late || err != nil {
			return []finding{{should: limit.should, sent: eventType, expected: "an answer within " + limit.time.String(), actual: said}}, err
		}
	}
	return nil, nil
}

// slowest returns the event type whose events took longest but for one in twenty.
func slowest(byType map[string][]time.Duration) (slow time.Duration, eventType string) {
	for _, candidate := range slices.Sorted(maps.Keys(byType)) {
		times := byType[candidate]
		slices.Sort(times)
		if took := times[(len(times)-1)*95/100]; took > slow {
			slow, eventType = took, candidate
		}
	}
	return slow, eventType
}
