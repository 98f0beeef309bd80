package contract

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// answerOf describes an answer and the beginning of its body, or why there was none. It
// does not interpret the body.
func answerOf(r *webhooktest.Response) string {
	if r.Err != nil {
		return "no response: " + r.Err.Error()
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

// unaccepted says in a word what became of an event that was not accepted, "" if there is none.
func unaccepted(r *webhooktest.Response) string {
	switch {
	case r == nil:
		return ""
	case r.Err != nil:
		return "unanswered"
	case r.StatusCode >= http.StatusInternalServerError && r.StatusCode != http.StatusServiceUnavailable:
		return "failed"
	}
	return "refused"
}
