package contract_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

const refusingSecret = "whsec_5f4dcc3b5aa765d61d8327deb882cf99"

// refusing answers a status and a text, unless an event is right for it.
func refusing(status int, text string, takes func(signed, thin bool, eventType string) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhooktest.ParseEvent(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		signed := r.Header.Get(webhooktest.SignatureHeader) != ""
		if takes != nil && takes(signed, strings.Contains(string(body), "v2.core.event"), event.Type()) {
			return
		}
		if !signed && takes != nil {
			status = http.StatusBadRequest
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	})
}

// refusingTypes answers some types with a status of their own, others with another, and
// forgeries with a third, or as if nothing was verified.
func refusingTypes(status map[string]int, others, forged int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhooktest.ParseEvent(body)
		switch {
		case err != nil || forged > 0 && r.Header.Get(webhooktest.SignatureHeader) == "":
			w.WriteHeader(forged)
		case status[event.Type()] > 0:
			w.WriteHeader(status[event.Type()])
		default:
			w.WriteHeader(others)
		}
	})
}

// refusingOld refuses events by their own age.
func refusingOld(status int, oldest time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		event, err := webhooktest.ParseEvent(body)
		if err != nil || r.Header.Get(webhooktest.SignatureHeader) == "" {
			http.Error(w, "no", http.StatusBadRequest)
			return
		}
		created, _ := event.Lookup("created")
		if at, _ := created.(float64); time.Since(time.Unix(int64(at), 0)) > oldest {
			http.Error(w, "too old", status)
		}
	})
}

// refusingAfter refuses some requests, and then all for being too many.
func refusingAfter(some int64) http.Handler {
	var requests atomic.Int64
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if requests.Add(1) > some {
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusBadRequest)
	})
}

// When a genuine event is refused, the diagnosis says what the answer proves, then what
// other events show. It never blames the secret for what is something else.
func TestDiagnosisReadsTheAnswer(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const blame = "probably the secret"
	for name, test := range map[string]struct {
		handler http.Handler
		thin    string // type of the control, "": a snapshot
		api     bool
		says    []string
		never   string
		takes   string // type that it wants
	}{
		"a parsed body": {
			handler: refusing(400, "Payload was provided as a parsed JavaScript object instead.", nil),
			says:    []string{"parsed object instead of the raw body (stripe-node says so)", "express.raw"}, never: blame,
		},
		"a lost header": {
			handler: refusing(400, "webhook has no Stripe-Signature header", nil),
			says:    []string{"it got no Stripe-Signature header", "origin request policy", "nginx: "}, never: blame,
		},
		"a thin parser": {
			handler: refusing(400, "You passed a v1 Event to a method that expects a thin event notification.", func(signed, thin bool, _ string) bool { return signed && thin }),
			says:    []string{"it parses thin events", "it accepts a thin event, v1.payment_intent.succeeded"}, never: blame,
		},
		"a thin parser that says nothing": {
			handler: refusing(400, "no", func(signed, thin bool, _ string) bool { return signed && thin }),
			says:    []string{"it accepts a thin event"}, never: blame,
		},
		"a snapshot parser that misses the version of a thin event": {
			handler: refusing(400, "received event with API version , but stripe-go 82.5.1 expects API version 2025-08-27.basil", func(signed, thin bool, _ string) bool { return signed && !thin }),
			thin:    "v1.charge.refunded",
			says:    []string{"it parses snapshot events, and was sent a thin event", "it accepts a snapshot event, charge.refunded"}, never: "API version 2025-08-27.basil and got",
		},
		"a type that it refuses": {
			handler: refusing(400, "no", func(signed, thin bool, eventType string) bool {
				return signed && !thin && eventType != "payment_intent.succeeded"
			}),
			says: []string{"it accepts a snapshot event, customer.created"}, never: blame,
		},
		"types that it refuses as a forgery": {
			handler: refusingTypes(map[string]int{"checkout.session.completed": 204}, 422, 422),
			says:    []string{"it accepts a snapshot event, checkout.session.completed"}, never: blame, takes: "checkout.session.completed",
		},
		"types that it refuses as a forgery, in the status of a login": {
			handler: refusingTypes(map[string]int{"invoice.paid": 200}, 403, 403),
			says:    []string{"it accepts a snapshot event, invoice.paid"}, never: blame, takes: "invoice.paid",
		},
		"types that it refuses as a forgery, but for one that fails": {
			handler: refusingTypes(map[string]int{"checkout.session.completed": 500}, 400, 400),
			says:    []string{"checkout.session.completed, signed with the same secret, gets 500, and an unsigned one 400"}, never: blame, takes: "checkout.session.completed",
		},
		"one that fails before another that is accepted": {
			handler: refusingTypes(map[string]int{"charge.refunded": 404, "invoice.paid": 200}, 400, 400),
			says:    []string{"it accepts a snapshot event, invoice.paid"}, never: blame, takes: "invoice.paid",
		},
		"each type with a status of its own, signed or not": {
			handler: refusingTypes(map[string]int{"charge.refunded": 404}, 400, 0), says: []string{blame},
		},
		"a crash after the signature": {
			handler: refusing(500, "", func(signed, _ bool, _ string) bool { return false }), api: true,
			says: []string{"a response of 5xx is no refusal", "it called nothing at fakestripe's API", "an unsigned event gets 400 instead: the signature was looked at", "if it looks for an object of the app"}, never: blame,
		},
		"a crash before the signature, but after a look whether there is one": {
			handler: refusingTypes(nil, 500, 400),
			says:    []string{"an unsigned event gets 400 instead: one with a wrong signature gets 500, too", "if it looks for an object of the app", "if it asks Stripe"}, never: "the signature was looked at",
		},
		"an event that it takes for too old": {
			handler: refusingOld(400, time.Hour),
			says:    []string{"created a second ago", "Stripe repeats events for three days", "never by created in the event"}, never: blame,
		},
		"a limit of requests": {
			handler: refusingAfter(3),
			says:    []string{"an unsigned event gets 429", "raise the limit"}, never: "the signature was looked at",
		},
		"a crash at anything": {
			handler: refusing(500, "", nil),
			says:    []string{"no refusal", "may crash at the signature"}, never: "it called nothing",
		},
		"the real API": {
			handler: refusing(500, "StripeAuthenticationError: Invalid API Key provided: sk_test_***123", nil),
			says:    []string{"it called Stripe's real API"}, never: blame,
		},
		"CSRF protection": {
			handler: refusing(403, "<p>CSRF verification failed. Request aborted.</p>", nil),
			says:    []string{"CSRF protection", "@csrf_exempt"}, never: blame,
		},
		"a login or a bad signature": {
			handler: refusing(401, "", nil),
			says:    []string{"a login or an API key is asked for", "if it returns 401 to a bad signature, probably the secret differs"},
		},
		"another secret": {
			handler: refusing(400, "No signatures found matching the expected signature for payload", nil),
			says:    []string{"none matched: most likely its secret is another one"},
		},
		"a bad signature, without a word": {
			handler: refusing(400, "", nil), says: []string{blame},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			subject := contract.Subject{Handler: test.handler, Secret: refusingSecret}
			if test.thin != "" {
				subject.Handles, subject.Thin = []string{test.thin}, true
			}
			if test.api {
				subject.API = new(stripeapi.Server)
			}
			report, err := contract.Check(t.Context(), contract.Suite{
				New: func() contract.Subject { return subject }, Only: []string{"control/accepted"},
			})
			require.NoError(t, err)
			diagnosis := strings.Join(report.Diagnosis, "\n")
			for _, said := range test.says {
				require.Contains(t, diagnosis, said)
			}
			if test.never != "" {
				require.NotContains(t, diagnosis, test.never)
			}
			if test.takes != "" {
				require.Equal(t, test.takes, report.WantedType)
			}
		})
	}
}

// A handler that looks up an object of the app in vain is asked for one. A shape that it just
// ignores is no answer to that, and one that works is.
func TestDiagnosisOfUnknownObjects(t *testing.T) {
	t.Parallel()
	const session = "checkout.session.completed"
	quoting := func(object map[string]any) string { return fmt.Sprint("KeyError: ", object["client_reference_id"]) }
	inWords := func(map[string]any) string { return "user not found" }
	for _, test := range []struct {
		why        string
		says       func(object map[string]any) string
		sells      string // the mode of sessions with an effect
		blind      bool
		need, want string
		shape      string
	}{
		{"the answer quotes what was looked up", quoting, "", false, "objects", "quotes the event's data.object.client_reference_id", ""},
		{"and effects cannot be seen", quoting, "", true, "objects", "quotes the event's data.object.client_reference_id", ""},
		{"the answer says it in words", inWords, "", false, "objects", "look up an order, a user or the like", ""},
		{"another shape works", inWords, "subscription", false, "", "of variant subscription", session + "=subscription"},
	} {
		t.Run(test.why, func(t *testing.T) {
			t.Parallel()
			var sold atomic.Int64
			subject := contract.Subject{Handles: []string{session}, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				var event struct {
					Data struct{ Object map[string]any }
				}
				switch err := json.NewDecoder(r.Body).Decode(&event); {
				case err != nil || r.Header.Get(webhooktest.SignatureHeader) == "":
					w.WriteHeader(http.StatusBadRequest)
				case event.Data.Object["mode"] == test.sells:
					sold.Add(1)
				case event.Data.Object["payment_status"] == "paid": // else it is ignored
					http.Error(w, test.says(event.Data.Object), http.StatusInternalServerError)
				}
			})}
			if !test.blind {
				subject.State = func(context.Context) (any, error) { return sold.Load(), nil }
			}
			report, _ := results(t, subject, "control/accepted")
			require.Equal(t, test.need, report.Need)
			require.Equal(t, test.shape, report.WantedVariant)
			require.Contains(t, strings.Join(report.Diagnosis, "\n"), test.want)
		})
	}
}
