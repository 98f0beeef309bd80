package listen

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Bounds on the kept part of a response.
const (
	MaxResponseBody = 16 << 10 // bytes
	maxHeaders      = 64
	maxHeaderValue  = 2 << 10 // bytes
)

// record delivers an event and returns the attempt: the request as sent, the response,
// and any API calls by handlers. The error, also in the attempt, says why the event could
// not be sent at all.
func record(ctx context.Context, to *webhooktest.Endpoint, api *stripeapi.Server, event *webhooktest.Event, mutations []string) (*Attempt, error) {
	calls := callsFromNow(api)
	var sent requestHeader
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaderField: sent.add})
	a := &Attempt{At: time.Now()}
	response, err := to.Deliver(ctx, event, mutations...)
	a.Calls = calls()
	if err != nil {
		a.Error = err.Error()
		return a, err
	}
	a.take(response, sent.header())
	a.mask(to.Secrets)
	return a, nil
}

// callsFromNow returns a function that returns the API calls made since.
func callsFromNow(api *stripeapi.Server) func() []stripeapi.Call {
	if api == nil {
		return func() []stripeapi.Call { return nil }
	}
	called := api.Called()
	return func() []stripeapi.Call { return api.CallsSince(called) }
}

// take fills the attempt from the response.
func (a *Attempt) take(r *webhooktest.Response, sent http.Header) {
	a.Duration, a.Status, a.Response = r.Duration, r.StatusCode, trimmed(r.Header)
	a.ResponseBody = strings.ToValidUTF8(string(r.Body[:min(len(r.Body), MaxResponseBody)]), "\uFFFD")
	if r.Err != nil {
		a.Error = r.Err.Error()
	}
	a.Request = sent
	if len(sent) == 0 && r.Signature != "" { // in process, or without a connection
		a.Request = http.Header{webhooktest.SignatureHeader: {r.Signature}}
	}
}

// mask hides secrets in the response, the endpoint's own above all.
func (a *Attempt) mask(secrets []string) {
	a.ResponseBody = credential.Hide(a.ResponseBody, secrets...)
	for _, values := range a.Response {
		for i := range values {
			values[i] = credential.Hide(values[i], secrets...)
		}
	}
}

// trimmed copies a header within the bounds.
func trimmed(header http.Header) http.Header {
	if len(header) == 0 {
		return nil
	}
	small := make(http.Header, len(header))
	for name, values := range header {
		if len(small) == maxHeaders {
			break
		}
		values = slices.Clone(values[:min(len(values), maxHeaders)])
		for i, value := range values {
			values[i] = value[:min(len(value), maxHeaderValue)]
		}
		small[name] = values
	}
	return small
}

// A requestHeader collects the header of a request as written to the network. The
// transport may still be writing when the response arrives.
type requestHeader struct {
	mu     sync.Mutex
	fields http.Header
}

// credentials are the headers kept without values.
var credentials = []string{"Authorization", "Proxy-Authorization", "Cookie"}

func (h *requestHeader) add(name string, values []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fields == nil {
		h.fields = make(http.Header)
	}
	if slices.Contains(credentials, textproto.CanonicalMIMEHeaderKey(name)) {
		values = []string{"…"}
	}
	h.fields[name] = slices.Clone(values) // a second connection writes it again
}

func (h *requestHeader) header() http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fields.Clone()
}
