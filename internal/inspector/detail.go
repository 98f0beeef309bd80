package inspector

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A detail is a delivery in full.
type detail struct {
	summary
	Body     string    `json:"body"`           // the event before mutations
	Sent     string    `json:"sent,omitempty"` // the text after mutations, if different
	Attempts []attempt `json:"attempts"`       // replaces their number
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
	Signature    judgment         `json:"signature"`
}

// inFull returns the detail of a delivery.
func inFull(hub *listen.Hub) deliveryHandler {
	return func(w http.ResponseWriter, r *http.Request, d listen.Delivery) {
		to, known := endpointOf(hub, d)
		answer(w, detailOf(r.Context(), d, to, known))
	}
}

func detailOf(ctx context.Context, d listen.Delivery, to listen.Endpoint, known bool) detail {
	full := detail{summary: summarize(d), Body: string(d.Body), Attempts: []attempt{}}
	for _, a := range d.Attempts {
		sent := d.Body
		if len(d.Mutations) > 0 {
			if request, err := render(ctx, d, to, signedAt(a)); err == nil {
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
	return full
}

func describe(a listen.Attempt) attempt {
	return attempt{
		Number: a.Number, At: a.At, Millis: millis(a.Duration), Status: a.Status, StatusText: http.StatusText(a.Status),
		Request: fields(a.Request), Response: fields(a.Response), ResponseBody: a.ResponseBody, Error: a.Error, Calls: a.Calls,
	}
}

// body returns the event as a file, to send again or to keep next to a test.
func body(w http.ResponseWriter, _ *http.Request, d listen.Delivery) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(d)+`"`)
	_, _ = w.Write(d.Body)
}

// fileName builds a file name from a type and an ID, either of which may be anything.
func fileName(d listen.Delivery) string {
	plain := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '_'
	}, d.Type+"."+d.EventID)
	return strings.Trim(plain[:min(len(plain), 120)], ".") + ".json"
}
