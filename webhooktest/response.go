package webhooktest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A Response is the result of one attempt to deliver an event.
type Response struct {
	Event     *Event
	Sent      time.Time // by the endpoint's clock
	Signature string    // the Stripe-Signature header as sent
	SentBody  []byte    // the body as sent, after mutations; do not modify

	secrets []string // of the endpoint; hidden in excerpts

	StatusCode int // 0: no response
	Header     http.Header
	Body       []byte // decompressed, at most 64 KiB
	Truncated  bool   // the body was longer
	Duration   time.Duration

	// Err says why there is no response, or no complete one. It wraps the cause:
	// context.DeadlineExceeded for a slow handler, syscall.ECONNREFUSED if nothing listens,
	// the error value of a panic in the handler.
	Err error
}

// Accepted reports whether the handler acknowledged the event: only a 2xx status does.
//
// Source: https://docs.stripe.com/webhooks#fix-http-status-codes
func (r *Response) Accepted() bool {
	return r.Err == nil && r.StatusCode >= 200 && r.StatusCode <= 299
}

// String summarizes the response: "[200 POST] OK payment_intent.succeeded [evt_1Qd0…]
// 3ms".
func (r *Response) String() string {
	answer := fmt.Sprintf("[%d POST]", r.StatusCode)
	if text := http.StatusText(r.StatusCode); text != "" {
		answer += " " + text
	}
	if location := r.Header.Get("Location"); r.StatusCode/100 == 3 && location != "" {
		answer += " -> " + text.Excerpt(location)
	}
	if r.Err != nil {
		answer = "[ERROR] " + r.Err.Error() + ":"
	}
	return fmt.Sprintf("%s %s %s", answer, r.Event, text.Brief(r.Duration))
}

// Excerpt returns the start of the body on one line, for people: it cannot disturb a
// terminal or a log, and hides known and likely secrets.
func (r *Response) Excerpt() string {
	return text.Excerpt(credential.Hide(string(r.Body), r.secrets...))
}

// errPanic marks the error of an in-process handler that panicked.
var errPanic = errors.New("handler panicked")

// A failure is the reason for a missing response, with the cause for errors.Is.
type failure struct {
	reason string
	cause  error
}

func (f *failure) Error() string { return f.reason }
func (f *failure) Unwrap() error { return f.cause }

// noAnswer explains a failed request.
func noAnswer(err error, where string, timeout time.Duration) error {
	err = sockets.Portable(err)
	return &failure{reason(err, where, timeout), err}
}

func reason(err error, where string, timeout time.Duration) string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var notTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, errPanic), errors.Is(err, errAborted):
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("no response from %s within %s", where, timeout)
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("interrupted while waiting for %s", where)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("connection refused: nothing listens on %s", where)
	case errors.As(err, &dns):
		return fmt.Sprintf("no address found for host %s", dns.Name)
	case errors.As(err, &certificate):
		return fmt.Sprintf("TLS to %s failed: %v", where, certificate.Err)
	case errors.As(err, &notTLS):
		return fmt.Sprintf("TLS to %s failed: the server speaks plain HTTP (use http://)", where)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("%s closed the connection without a response", where)
	default:
		return fmt.Sprintf("delivery to %s failed: %v", where, err)
	}
}

// brokenAnswer explains an incomplete body.
func brokenAnswer(err error, status int, timeout time.Duration) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &failure{fmt.Sprintf("returned %d, but the body did not end within %s", status, timeout), err}
	}
	return &failure{fmt.Sprintf("returned %d, but the body broke off: %v", status, err), err}
}
