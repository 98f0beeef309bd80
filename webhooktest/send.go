package webhooktest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/wire"
)

// Stripe's headers, besides the signature.
//
// Source: requests captured from Stripe; the list is undocumented.
var stripeHeaders = []struct{ name, value string }{
	{"Content-Type", "application/json; charset=utf-8"},
	{"Cache-Control", "no-cache"},
	{"User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
	{"Accept", "*/*; q=0.5, application/xml"},
	{"Accept-Encoding", "gzip"},
}

// send sends one attempt and waits for the response.
func (e *Endpoint) send(ctx context.Context, event *Event, a *attempt) *Response {
	r := &Response{Event: event, Sent: e.now(), SentBody: a.body, secrets: e.secrets()}
	if e.Sending != nil {
		e.Sending(event)
	}
	start := time.Now()
	defer func() { r.Duration = time.Since(start) }()

	timeout := e.Timeout
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	if timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, start.Add(timeout))
		defer cancel()
	}
	if deadline, ok := ctx.Deadline(); ok {
		timeout = deadline.Sub(start).Round(time.Millisecond) // the caller's may be shorter
	}
	// This avoids http.Client: there are no redirects to follow and no cookies.
	request := e.request(ctx, a)
	if a.hangUp {
		request = e.hangingUp(request)
	}
	r.Signature = request.Header.Get(SignatureHeader)
	answer, err := e.transport.RoundTrip(request)
	if err != nil {
		r.Err = noAnswer(err, e.where(), timeout)
		return r
	}
	defer answer.Body.Close()
	r.StatusCode, r.Header = answer.StatusCode, answer.Header
	if r.Body, r.Truncated, err = readBody(answer); err != nil {
		r.Err = brokenAnswer(err, answer.StatusCode, timeout)
	}
	return r
}

// where names the expected server, with the scheme's default port.
func (e *Endpoint) where() string {
	switch {
	case e.Handler != nil:
		return "the handler"
	case e.target.Port() != "":
		return e.target.Host
	}
	return e.target.Host + ":" + map[string]string{"http": "80", "https": "443"}[e.target.Scheme]
}

// hangingUp makes the sender leave once the request is sent: written to the network, or
// read by an in-process handler.
func (e *Endpoint) hangingUp(request *http.Request) *http.Request {
	if e.Handler != nil {
		ctx, cancel := context.WithCancel(request.Context())
		request.Body = io.NopCloser(&readToEnd{request.Body, cancel})
		return request.WithContext(ctx)
	}
	return request.WithContext(wire.Leaving(request.Context()))
}

// readToEnd reports when a reader reaches its end.
type readToEnd struct {
	io.Reader
	end func()
}

// Read implements io.Reader.
func (r *readToEnd) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		r.end()
	}
	return n, err
}

func (e *Endpoint) request(ctx context.Context, a *attempt) *http.Request {
	request := &http.Request{
		Method:        cmp.Or(a.method, http.MethodPost),
		URL:           e.withQuery(a.query),
		Host:          e.target.Host,
		Header:        e.header(a),
		ContentLength: int64(len(a.body)),
	}
	if e.Handler != nil {
		request.Body = &handlerBody{a.body}
	} else {
		request.Body = io.NopCloser(bytes.NewReader(a.body))
	}
	switch {
	case a.chunked:
		request.ContentLength = -1
	case len(a.body) == 0:
		request.Body = http.NoBody // with a body, length 0 means "unknown" and is sent chunked
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	if user := e.target.User; user != nil && request.Header.Get("Authorization") == "" {
		password, _ := user.Password()
		request.SetBasicAuth(user.Username(), password)
	}
	return request.WithContext(ctx)
}

func (e *Endpoint) withQuery(query string) *url.URL {
	if query == "" {
		return e.target
	}
	target := *e.target
	if target.RawQuery != "" {
		query = target.RawQuery + "&" + query
	}
	target.RawQuery = query
	return &target
}

// header returns Stripe's headers, then the endpoint's, then those of mutations.
func (e *Endpoint) header(a *attempt) http.Header {
	header := make(http.Header, len(stripeHeaders)+1)
	values := make([]string, len(stripeHeaders)+1) // one allocation for all
	for i, h := range stripeHeaders {
		values[i] = h.value
		header[h.name] = values[i : i+1 : i+1]
	}
	if !a.unsigned {
		values[len(stripeHeaders)] = a.signature
		header[SignatureHeader] = values[len(stripeHeaders):]
	}
	replace(header, e.Header)
	replace(header, a.header)
	if a.name != "" && e.Handler == nil { // a server passes the canonical name to its handler
		header[a.name] = header[SignatureHeader]
		if a.name != SignatureHeader {
			delete(header, SignatureHeader)
		}
	}
	return header
}

// replace copies the headers of from into header; an empty value removes one.
func replace(header, from http.Header) {
	for name, values := range from {
		name = http.CanonicalHeaderKey(name)
		switch {
		case len(values) > 1 || len(values) == 1 && values[0] != "":
			header[name] = slices.Clone(values)
		case name == "User-Agent":
			header[name] = []string{""} // the only way to make net/http omit it
		default:
			delete(header, name)
		}
	}
}

// maxResponseBody is the kept size of a response body, in bytes.
const maxResponseBody = 64 << 10

func readBody(answer *http.Response) (body []byte, truncated bool, err error) {
	var reader io.Reader = answer.Body
	if answer.ContentLength == 0 {
		return nil, false, nil
	}
	if answer.Header.Get("Content-Encoding") == "gzip" {
		reader, err = gzip.NewReader(reader)
		if err == io.EOF {
			return nil, false, nil // an empty body
		}
		if err != nil {
			return nil, false, err
		}
	}
	body, err = io.ReadAll(io.LimitReader(reader, maxResponseBody+1))
	if len(body) > maxResponseBody {
		return body[:maxResponseBody], true, err
	}
	return body, false, err
}
