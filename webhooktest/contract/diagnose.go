package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// Diagnose finds out why an endpoint rejects a genuine event: it sends the event in
// ways that only a handler with a certain mistake accepts, and reads the answers. Each
// line is one thing that it found. Nil: the endpoint accepts the event.
func Diagnose(ctx context.Context, e *webhooktest.Endpoint, event *webhooktest.Event) ([]string, error) {
	answer, err := e.Deliver(ctx, event)
	if err != nil || answer.Accepted() {
		return nil, err
	}
	found := []string{"a genuine " + event.Type() + " was answered " + strings.TrimSpace(answer.String())}
	if said := answer.Excerpt(); said != "" {
		found[0] += ": " + said
	}
	if answer.Err != nil {
		return found, nil
	}
	const patience = 20 * time.Second
	begun := time.Now()
	for _, mistake := range mistakes.HandlerMistakes(event.Body(), secretsOf(e)[0]) {
		if time.Since(begun) > patience {
			break
		}
		response, err := e.Deliver(ctx, event, "signature="+webhooktest.Sign(mistake.Body, time.Now(), mistake.Secret))
		if err != nil {
			return found, err
		}
		if response.Accepted() {
			return append(found, worded(mistake)...), nil
		}
	}
	unsigned, err := e.Deliver(ctx, event, "unsigned")
	if err != nil {
		return found, err
	}
	return append(found, readStatus(answer, unsigned)...), nil
}

// shownFixes is how many fixes are shown for a mistake.
const shownFixes = 6

// worded is a mistake and its fixes, a line each.
func worded(mistake mistakes.HandlerMistake) []string {
	lines := []string{"it verifies " + mistake.Problem}
	for _, m := range mistake.Fix[:min(len(mistake.Fix), shownFixes)] {
		lines = append(lines, m.Where+": "+m.How)
	}
	return lines
}

// readStatus reads what the status says when no signature was right.
func readStatus(answer, unsigned *webhooktest.Response) []string {
	status := map[int]string{
		http.StatusNotFound:              "there is nothing at this URL: is the path right?",
		http.StatusMethodNotAllowed:      "the URL does not take POST: is the path right?",
		http.StatusUnauthorized:          "a login is asked for: exempt the webhook from authentication",
		http.StatusForbidden:             "it is forbidden: exempt the webhook from CSRF protection and logins",
		419:                              "a CSRF token is asked for: exempt the webhook",
		http.StatusRequestEntityTooLarge: "the body is too large for it: raise the limit",
		http.StatusUnsupportedMediaType:  "it does not take application/json; charset=utf-8",
		http.StatusNotAcceptable:         "it negotiates a format: Stripe's Accept header is */*; q=0.5, application/xml",
	}[answer.StatusCode]
	switch {
	case answer.StatusCode/100 == 3:
		status = "it redirects, which Stripe does not follow: configure the URL that it redirects to"
	case status == "" && unsigned.StatusCode == answer.StatusCode:
		status = "an unsigned event gets the same answer: probably the secret differs from the handler's; else its API version is refused, or the body is changed before it is verified"
	case status == "":
		status = fmt.Sprintf("an unsigned event is answered %d instead: the signature was looked at", unsigned.StatusCode)
	}
	return []string{status}
}
