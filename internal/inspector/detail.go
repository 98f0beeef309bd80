package inspector

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A detail is a delivery in full.
type detail struct {
	summary
	Body     string    `json:"body"`           // the event, as it was made
	Sent     string    `json:"sent,omitempty"` // what mutations made of it, when that is something else
	Attempts []attempt `json:"attempts"`       // instead of their number
}

type attempt struct {
	Number       int              `json:"number"`
	At           time.Time        `json:"at"`
	Millis       float64          `json:"duration_ms"`
	Request      []field          `json:"request_header"`
	Status       int              `json:"status,omitempty"`
	StatusText   string           `json:"status_text,omitempty"`
	Response     []field          `json:"response_header"`
	ResponseBody string           `json:"response_body"`
	Error        string           `json:"error,omitempty"`
	Calls        []stripeapi.Call `json:"calls,omitempty"`
	Signature    judgement        `json:"signature"`
}

// calls answers with what was asked of the API lately, newest first: a handler may
// go on asking when it has answered.
func (i *inspector) calls(w http.ResponseWriter, _ *http.Request) {
	const most = 200
	calls := []stripeapi.Call{}
	if api := i.Hub.API; api != nil {
		calls = append(calls, api.CallsSince(api.Called()-most)...)
	}
	slices.Reverse(calls)
	answer(w, map[string]any{"calls": calls})
}

// A field is a name and a value of a header.
type field [2]string

func (i *inspector) detail(w http.ResponseWriter, r *http.Request, d listen.Delivery) {
	to, known := i.endpoint(d)
	full := detail{summary: summarize(d), Body: string(d.Body), Attempts: []attempt{}}
	for _, a := range d.Attempts {
		sent := d.Body
		if len(d.Mutations) > 0 {
			if request, err := render(r.Context(), d, to, signedAt(a)); err == nil {
				sent = request.body
			}
		}
		if string(sent) != full.Body {
			full.Sent = string(sent)
		}
		shown := describe(a)
		shown.Signature = judge(headerOf(a.Request), sent, a.At, to.Secret, known)
		full.Attempts = append(full.Attempts, shown)
	}
	answer(w, full)
}

func describe(a listen.Attempt) attempt {
	return attempt{
		Number: a.Number, At: a.At, Millis: millis(a.Duration), Status: a.Status, StatusText: http.StatusText(a.Status),
		Request: fields(a.Request), Response: fields(a.Response), ResponseBody: a.ResponseBody, Error: a.Error, Calls: a.Calls,
	}
}

// fields lists a header by name. What the endpoint's owner gave to be let in stays
// out: people show this page to others.
func fields(header http.Header) []field {
	all := []field{}
	for name, values := range header {
		for _, value := range values {
			if private(name) {
				value = "(not shown)"
			}
			all = append(all, field{name, value})
		}
	}
	slices.SortFunc(all, func(a, b field) int { return strings.Compare(strings.ToLower(a[0]), strings.ToLower(b[0])) })
	return all
}

func private(name string) bool {
	return slices.ContainsFunc([]string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}, func(other string) bool {
		return strings.EqualFold(name, other)
	})
}

// body is the event as a file, to be sent again or kept beside a test.
func (i *inspector) body(w http.ResponseWriter, _ *http.Request, d listen.Delivery) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(d)+`"`)
	_, _ = w.Write(d.Body)
}

// fileName is made of a type and an id, which may be anything.
func fileName(d listen.Delivery) string {
	plain := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, d.Type+"."+d.EventID)
	return strings.Trim(plain[:min(len(plain), 120)], ".") + ".json"
}
