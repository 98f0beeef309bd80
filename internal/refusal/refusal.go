// Package refusal interprets a handler's refusal of a genuine event: the errors of Stripe's
// SDKs, and the pages of frameworks and of servers in front of the handler.
//
// Package pinned parses refusals because of an API version, which contain values.
package refusal

import (
	"html"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/pinned"
)

// A Reading is the meaning of a response.
type Reading struct {
	Cause
	Who      string // such as stripe-node; "" if only the status shows it
	Language string // of fixes to prefer, "" for any
}

// String returns the reading on one line. It quotes nothing from the response.
func (r Reading) String() string { return r.Said() + ": " + r.Fix }

// Said returns the reading without the fix.
func (r Reading) Said() string {
	if r.Who == "" {
		return r.Problem
	}
	return r.Problem + " (" + r.Who + " says so)"
}

// Read reads an answer other than 2xx to an event of a type: its text or, if that says
// nothing known, its status.
func Read(eventType string, status int, body []byte) (Reading, bool) {
	if said, ok := ReadText(eventType, body); ok {
		return said, true
	}
	return ReadStatus(status)
}

// ReadText reads the text of an answer to an event of a type. A thin event has no API
// version: an SDK that misses one parses snapshots.
func ReadText(eventType string, body []byte) (Reading, bool) {
	if _, versioned := pinned.Find(string(body)); versioned && fixtures.IsThin(eventType) {
		return Reading{Cause: WantsSnapshot}, true
	}
	return firstSentence(body)
}

// firstSentence reads the first of several sentences: a page about an exception begins with
// it, and may go on with the code around.
func firstSentence(body []byte) (said Reading, ok bool) {
	text := plain(string(body))
	first := len(text)
	for i := range sentences {
		s := &sentences[i]
		if at := find(text, s.text); at >= 0 && at < first {
			first, ok = at, true
			said = Reading{*s.cause, s.who, s.language}
			if s.fix != "" {
				said.Fix = s.fix
			}
		}
	}
	if cause, at := readOwn(text); at >= 0 && at < first {
		own := *cause
		own.Unsure = true // the handler says what it missed, and may be mistaken
		return Reading{Cause: own, Who: "the handler"}, true
	}
	return said, ok
}

// find returns the position of a sentence whose parts occur in order, or -1.
func find(text, sentence string) int {
	parts := strings.Split(sentence, " … ")
	start := strings.Index(text, parts[0])
	if start < 0 {
		return -1
	}
	rest := text[start+len(parts[0]):]
	for _, part := range parts[1:] {
		_, after, found := strings.Cut(rest, part)
		if !found {
			return -1
		}
		rest = after
	}
	return start
}

// escapes decodes JSON escapes that a quoted sentence may have.
var escapes = strings.NewReplacer(`\n`, " ", `\r`, " ", `\t`, " ", `\/`, "/", `\"`, `"`, `\u0027`, "'", `\u0022`, `"`, `\u0060`, "`", "’", "'")

// plain converts JSON or HTML to lower-case text with single spaces.
func plain(text string) string {
	text = escapes.Replace(html.UnescapeString(text))
	return strings.ToLower(strings.Join(strings.Fields(text), " "))
}

// ReadStatus interprets a status with a meaning of its own.
func ReadStatus(status int) (Reading, bool) {
	var cause Cause
	switch status {
	case http.StatusUnauthorized, http.StatusProxyAuthRequired:
		cause = wantsLogin
		cause.Unsure = true // some handlers answer a bad signature with it
	case http.StatusForbidden:
		cause = forbidden
	case http.StatusNotFound:
		cause = wrongPath
	case http.StatusMethodNotAllowed:
		cause = wrongMethod
	case http.StatusNotAcceptable:
		cause = Cause{ID: "accept", Problem: "it negotiates a format", Fix: "take Stripe's Accept header, */*; q=0.5, application/xml"}
	case http.StatusRequestEntityTooLarge:
		cause = tooLarge
	case http.StatusUnsupportedMediaType:
		cause = wrongMedia
	case 419: // Laravel
		cause = wantsToken
	case http.StatusMisdirectedRequest:
		cause = wrongHost
	case http.StatusTooManyRequests:
		cause = Cause{ID: "rate", Problem: "it limits the rate", Fix: "exempt the webhook: Stripe sends bursts"}
	case http.StatusInternalServerError:
		cause = Crashed
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		cause = Cause{
			ID: "gateway", Unsure: true,
			Problem: "a proxy or gateway answers for a handler that is down, busy or slow",
			Fix:     "is the handler up, and at the port to which it forwards?",
		}
	default:
		if status/100 == 3 {
			cause = Cause{ID: "redirect", Problem: "it redirects, which Stripe does not follow", Fix: "configure the URL that it redirects to"}
		}
	}
	return Reading{Cause: cause}, cause.ID != ""
}
