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

// looksBack reports whether a check examines earlier answers. It runs even if the run was
// cut short.
func looksBack(check string) bool {
	return slices.Contains([]string{"no-secrets", "no-traces", "timing"}, check)
}

// provoke makes the handler complain, for when no other case has yet.
func provoke(ctx context.Context, s *session) error {
	if s.run.budget.over() != "" {
		return nil
	}
	for _, mutation := range []string{"unsigned", "wrong-secret", "malformed=garbage", "body={}", "body=not json"} {
		if _, err := s.sender.deliverControl(ctx, mutation); err != nil {
			return err
		}
	}
	return nil
}

// checkNoSecrets looks for secrets in every answer of the run. Text in a secret's format
// counts only if it is long enough.
func checkNoSecrets(ctx context.Context, s *session) ([]finding, error) {
	if err := provoke(ctx, s); err != nil {
		return nil, err
	}
	for _, response := range s.run.log.responses() {
		answer := everything(response)
		for _, secret := range s.secrets() {
			if strings.Contains(answer, secret) {
				return []finding{{sent: response.Event.String(), expected: "no signing secret in a response", actual: "the response has it"}}, nil
			}
		}
		if found := credential.Find(answer); found != "" {
			return []finding{{sent: response.Event.String(), expected: "no secret or key in a response", actual: "the response has one that begins with " + found}}, nil
		}
		if mac := expectedSignature(response, secretsOf(s.sender.endpoint)[0]); mac != "" && strings.Contains(answer, mac) {
			return []finding{{sent: response.Event.String(), expected: "no expected signature in a response", actual: "the response has it: with it anybody can forge the event"}}, nil
		}
	}
	return nil, nil
}

// everything returns the whole response: headers and body.
func everything(r *webhooktest.Response) string {
	var text strings.Builder
	_ = r.Header.Write(&text) // a strings.Builder never fails
	text.Write(r.Body)
	return text.String()
}

// expectedSignature returns what the handler may have computed: the MAC of a forgery with
// the right secret.
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

// traces are strings that the error pages and dumps of frameworks contain.
var traces = []string{
	"Traceback (most recent call last)", "goroutine ", "panic:", "at Object.", "    at ", ".rb:", "Exception in thread",
	"stack trace", "Stack trace", `id="backtrace"`, "/gems/", "node_modules", "site-packages", "runtime error",
}

func checkNoTraces(ctx context.Context, s *session) ([]finding, error) {
	if err := provoke(ctx, s); err != nil {
		return nil, err
	}
	for _, response := range s.run.log.responses() {
		for _, trace := range traces {
			if strings.Contains(string(response.Body), trace) {
				return []finding{{sent: response.Event.String(), expected: "a response without a stack trace", actual: response.Excerpt()}}, nil
			}
		}
	}
	return nil, nil
}

// checkTiming judges the response times of the events accepted so far.
func checkTiming(ctx context.Context, s *session) ([]finding, error) {
	if s.run.budget.over() == "" {
		if _, err := s.sender.deliverControl(ctx); err != nil {
			return nil, err
		}
	}
	byType := make(map[string][]time.Duration)
	for _, response := range s.run.log.responses() {
		if response.Accepted() {
			byType[response.Event.Type()] = append(byType[response.Event.Type()], response.Duration)
		}
	}
	if len(byType) == 0 {
		return nil, errInconclusive{reason: "no event was accepted"}
	}
	slow, eventType := slowest(byType)
	said := fmt.Sprintf("95 of 100 events of type %s got a response within %s", eventType, slow.Round(time.Millisecond))
	for _, limit := range []struct {
		time   time.Duration
		should bool
	}{{tooSlow, false}, {2 * time.Second, true}} {
		if late, err := s.run.machine.tooLong(slow, limit.time); late || err != nil {
			return []finding{{should: limit.should, sent: eventType, expected: "a response within " + limit.time.String(), actual: said}}, err
		}
	}
	return nil, nil
}

// slowest returns the event type with the highest 95th percentile.
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
