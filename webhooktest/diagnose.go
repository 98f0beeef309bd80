package webhooktest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A suspicion is one thing that handlers get wrong before they verify: what they
// would have to be sent for it to be accepted.
type suspicion struct {
	says   string
	body   func([]byte) []byte // what the handler verifies instead of the bytes
	secret func(string) string // what it verifies with instead of the secret
}

var suspicions = []suspicion{
	{says: "it verifies the body after parsing it and writing it again (JSON.stringify, req.json(), json_encode): verify the raw bytes", body: compacted},
	{says: "it verifies the body after parsing it and writing it again with sorted keys: verify the raw bytes", body: sorted},
	{says: "it verifies the body without its line breaks: read the body as bytes, not as lines", body: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), nil) }},
	{says: "it verifies the body with a newline more: read it without adding anything", body: func(b []byte) []byte { return append(bytes.Clone(b), '\n') }},
	{says: "it verifies with the secret without its whsec_: the key is the whole secret", secret: func(s string) string { return strings.TrimPrefix(s, "whsec_") }},
	{says: "it verifies with the secret decoded as base64: the key is the secret as it is shown", secret: decoded},
	{says: "it verifies with a line break after the secret: trim what is read from a file or the environment", secret: func(s string) string { return s + "\n" }},
	{says: "it verifies with quotes around the secret: they were copied with it", secret: func(s string) string { return `"` + s + `"` }},
	{says: "it verifies with an empty secret: the variable is not set, and anybody can forge events", secret: func(string) string { return "" }},
	{says: "it verifies with fakestripe's documented secret", secret: func(string) string { return DefaultSecret }},
}

// Diagnose finds out why an endpoint refuses a genuine event: it sends the event
// in ways that only handlers with a certain mistake accept, and reads the answers.
// Each line names one thing that was found. It is nil when the event is accepted.
func Diagnose(ctx context.Context, e *Endpoint, event *Event) ([]string, error) {
	answer, err := e.Deliver(ctx, event)
	if err != nil || answer.Accepted() {
		return nil, err
	}
	found := []string{"a genuine " + event.typ + " was answered " + strings.TrimSpace(answer.String())}
	if said := answer.Excerpt(); said != "" {
		found[0] += ": " + said
	}
	if answer.Err != nil {
		return found, nil
	}
	for _, s := range suspicions {
		accepted, err := e.accepts(ctx, event, s)
		if err != nil {
			return found, err
		}
		if accepted {
			return append(found, s.says), nil
		}
	}
	unsigned, err := e.Deliver(ctx, event, "unsigned")
	if err != nil {
		return found, err
	}
	return append(found, readStatus(answer, unsigned)...), nil
}

// accepts delivers the event with a signature that only the suspected handler
// takes for right.
func (e *Endpoint) accepts(ctx context.Context, event *Event, s suspicion) (bool, error) {
	body, secret := event.body, e.secrets()[0]
	if s.body != nil {
		body = s.body(body)
	}
	if s.secret != nil {
		secret = s.secret(secret)
	}
	if body == nil || bytes.Equal(body, event.body) && secret == e.secrets()[0] {
		return false, nil
	}
	response, err := e.Deliver(ctx, event, "signature="+Sign(body, e.now(), secret))
	return err == nil && response.Accepted(), err
}

func compacted(body []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, body) != nil {
		return nil
	}
	return out.Bytes()
}

func sorted(body []byte) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return nil
	}
	text, _ := rawjson.Encode(value)
	return text
}

func decoded(secret string) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return secret
	}
	return string(key)
}

// readStatus reads what the status says when no signature was right.
func readStatus(answer, unsigned *Response) []string {
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
