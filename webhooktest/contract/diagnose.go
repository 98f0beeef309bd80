package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// Diagnose finds out why an endpoint rejects a genuine event: it sends the event in
// ways that only a handler with a certain mistake accepts, and reads the answers. Each
// line is one thing that it found. Nil: the endpoint accepts the event.
func Diagnose(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) ([]string, error) {
	found, err := diagnose(ctx, e, event, nil)
	return found.lines, err
}

// A diagnosis is why an endpoint rejects a genuine event.
type diagnosis struct {
	lines  []string
	wanted string // the API version of which it accepts events, if that is why
}

func (d *diagnosis) add(lines ...string) { d.lines = append(d.lines, lines...) }

// diagnose is Diagnose. With a function that makes the like of the event at another API
// version, it tries those too.
func diagnose(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event, at func(version string) (*webhooktest.Event, error)) (found diagnosis, err error) {
	answer, err := e.Deliver(ctx, event)
	if err != nil || answer.Accepted() {
		return found, err
	}
	found.add("a genuine " + event.Type() + " was answered " + answerOf(answer))
	if answer.Err != nil {
		return found, nil
	}
	if said, ok := pinned.Find(string(answer.Body)); ok {
		found.add(readRefusal(said))
		found.wanted = wantedVersion(answer)
		return found, nil
	}
	until := time.Now().Add(20 * time.Second) // some handlers take their time for each
	mistake, err := findMistake(ctx, e, event, until)
	if mistake != nil || err != nil {
		found.add(worded(mistake)...)
		return found, err
	}
	unsigned, err := e.Deliver(ctx, event, "unsigned")
	if err != nil {
		return found, err
	}
	if status := readStatus(answer); status != "" {
		found.add(status)
		return found, nil
	}
	if at != nil {
		if found.wanted, err = acceptedVersion(ctx, e, at, until); err != nil {
			return found, err
		}
	}
	found.add(compare(answer, unsigned, found.wanted))
	return found, nil
}

// answerOf is an answer and the beginning of what it says, or why there was none. What it
// answers is told elsewhere.
func answerOf(r *webhooktest.Response) string {
	if r.Err != nil {
		return "no answer: " + r.Err.Error()
	}
	answer := strings.TrimSpace(fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode)))
	if location := r.Header.Get("Location"); r.StatusCode/100 == 3 && location != "" {
		answer += " -> " + text.Excerpt(location)
	}
	if said := r.Excerpt(); said != "" {
		answer += ": " + said
	}
	return answer
}

// findMistake returns the mistake that the handler makes when it verifies, nil if it is none
// that is known.
func findMistake(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event, until time.Time) (*mistakes.HandlerMistake, error) {
	for _, mistake := range mistakes.HandlerMistakes(event.Body(), secretsOf(e)[0]) {
		if time.Now().After(until) {
			break
		}
		response, err := e.Deliver(ctx, event, "signature="+webhooktest.Sign(mistake.Body, time.Now(), mistake.Secret))
		if err != nil {
			return nil, err
		}
		if response.Accepted() {
			return &mistake, nil
		}
	}
	return nil, nil
}

// shownFixes is how many fixes are shown for a mistake.
const shownFixes = 6

// worded is a mistake and its fixes, a line each.
func worded(mistake *mistakes.HandlerMistake) []string {
	if mistake == nil {
		return nil
	}
	lines := []string{"it verifies " + mistake.Problem}
	for _, m := range mistake.Fix[:min(len(mistake.Fix), shownFixes)] {
		lines = append(lines, m.Where+": "+m.How)
	}
	return lines
}

// readStatus reads what the status says when no signature was right, "" if it is nothing.
func readStatus(answer *webhooktest.Response) string {
	if answer.StatusCode/100 == 3 {
		return "it redirects, which Stripe does not follow: configure the URL that it redirects to"
	}
	return map[int]string{
		http.StatusNotFound:              "there is nothing at this URL: is the path right?",
		http.StatusMethodNotAllowed:      "the URL does not take POST: is the path right?",
		http.StatusUnauthorized:          "a login is asked for: exempt the webhook from authentication",
		http.StatusForbidden:             "it is forbidden: exempt the webhook from CSRF protection and logins",
		419:                              "a CSRF token is asked for: exempt the webhook",
		http.StatusRequestEntityTooLarge: "the body is too large for it: raise the limit",
		http.StatusUnsupportedMediaType:  "it does not take application/json; charset=utf-8",
		http.StatusNotAcceptable:         "it negotiates a format: Stripe's Accept header is */*; q=0.5, application/xml",
	}[answer.StatusCode]
}

// compare says what is left when the status says nothing: the version of the event or, by
// the answer to an unsigned one, the signature.
func compare(answer, unsigned *webhooktest.Response, accepted string) string {
	switch {
	case accepted != "":
		return fmt.Sprintf("it accepts a %s of API version %s, but not this one, of %s", answer.Event.Type(), accepted, versionOf(answer.Event))
	case unsigned.StatusCode == answer.StatusCode:
		return "an unsigned event gets the same answer: probably the secret differs from the handler's; else its API version is refused, or the body is changed before it is verified"
	}
	return fmt.Sprintf("an unsigned event is answered %d instead: the signature was looked at", unsigned.StatusCode)
}
