// Package record is a proxy between the sender of webhooks and their handler. It passes
// everything on unchanged and saves each webhook with its response as a case.
package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const (
	// MaxBody is the maximum size of a recorded webhook. Larger ones are passed on but not
	// kept. Stripe's are far smaller.
	MaxBody = 1 << 20

	maxAnswer  = 64 << 10  // bytes kept of a response
	maxPending = 128 << 20 // bytes of bodies held at a time
)

// A Recorder is the proxy. Set the fields before the first request.
type Recorder struct {
	Target    *url.URL          // the handler: a request for / goes to the target's path, any other to its own path
	Transport http.RoundTripper // to the handler
	Port      string            // of the proxy: a Host of it becomes the handler's
	Folder    *casefile.Folder
	Redactor  *redact.Redactor
	Secrets   []string // signing secrets of the endpoint; without any, signatures are not checked

	// Done is called after each request, concurrently.
	Done func(Exchange)

	pending atomic.Int64 // bytes of bodies held
}

// An Exchange is a request and its result.
type Exchange struct {
	Method   string
	Type     string // of the event, if any
	Status   int    // 0: no response
	Duration time.Duration
	File     string // of the case; "" if not kept
	Reason   string // why it was not kept
	Err      error  // why keeping it failed
}

// ErrEnded is the cause for canceling requests when the recorder ends before the handler
// responds.
var ErrEnded = errors.New("the recording ended before the handler responded")

// noWebhook is the usual reason for not keeping a request.
const noWebhook = "no webhook: not a POST with a Stripe-Signature"

// ServeHTTP passes a request on, and keeps it if it is a webhook.
func (r *Recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	t := &take{started: time.Now(), request: request}
	defer func() {
		r.pending.Add(-t.held)
		r.Done(t.exchange)
	}()
	t.exchange = Exchange{Method: request.Method, Reason: r.read(t)}
	if t.exchange.Reason == "" {
		t.number = r.Folder.Number() // in order of arrival
	}
	t.silence(w)
	defer func() { // a panic of the proxy ends the connection, after a broken response
		t.exchange.Duration = time.Since(t.started)
		if t.exchange.Reason == "" {
			r.keep(t)
		}
	}()
	r.proxy(t).ServeHTTP(w, request)
	t.complete = true
}

// A take is an exchange in progress.
type take struct {
	request  *http.Request
	body     []byte // of a webhook
	held     int64  // bytes reserved
	started  time.Time
	number   int
	header   http.Header // of the response
	answer   []byte      // the start of its body
	size     int64       // its full size
	complete bool        // the whole response got through
	exchange Exchange
}

// read reads the body of a webhook, to pass it on from memory. It returns the reason not
// to keep the request, if any.
func (r *Recorder) read(t *take) (reason string) {
	request := t.request
	if request.Method != http.MethodPost || request.Header.Get(webhooktest.SignatureHeader) == "" {
		return noWebhook
	}
	if sign := guard.Browser(request); sign != "" {
		return "no webhook: a web page sent it: it has " + sign
	}
	if t.held = size(request); r.pending.Add(t.held) > maxPending {
		return "too many webhooks at once"
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, MaxBody+1))
	rest := request.Body
	request.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	switch {
	case err != nil:
		return "the request was cut off"
	case len(body) > MaxBody:
		return fmt.Sprintf("the body is larger than %d MiB", MaxBody>>20)
	}
	t.body = body
	return r.forged(t)
}

// size bounds the memory for a request and its response.
func size(request *http.Request) int64 {
	if request.ContentLength < 0 {
		return MaxBody + maxAnswer
	}
	return min(request.ContentLength, MaxBody) + maxAnswer
}

// silence stops net/http from adding headers that the handler did not send.
func (t *take) silence(w http.ResponseWriter) {
	w.Header()["Date"] = nil
	w.Header()["Content-Type"] = nil
}

// proxy passes one request on.
func (r *Recorder) proxy(t *take) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport:     r.Transport,
		FlushInterval: -1,                         // as the handler does
		ErrorLog:      log.New(io.Discard, "", 0), // Done reports errors
		Rewrite:       r.rewrite,
		ModifyResponse: func(answer *http.Response) error {
			if err := t.passable(answer); err != nil {
				return err
			}
			t.exchange.Status, t.header = answer.StatusCode, answer.Header.Clone()
			if answer.StatusCode != http.StatusSwitchingProtocols {
				answer.Body = &tee{answer.Body, t}
			}
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			r.noAnswer(w, t, err)
		},
	}
}

// errStatus is a response with an invalid status, which cannot be passed on.
type errStatus int

func (e errStatus) Error() string {
	return fmt.Sprintf("the handler answered with status %03d, which is not a final HTTP status: want 200 to 599", int(e))
}

// passable refuses statuses that make net/http panic, and a 101 to a request without an
// upgrade.
func (t *take) passable(answer *http.Response) error {
	upgraded := answer.StatusCode == http.StatusSwitchingProtocols && t.request.Header.Get("Upgrade") != "" && t.body == nil
	if status := answer.StatusCode; (status < 200 || status > 599) && !upgraded {
		return errStatus(status)
	}
	return nil
}

// rewrite addresses a request to the handler, and restores what the proxy removes for
// security reasons that do not apply here.
func (r *Recorder) rewrite(p *httputil.ProxyRequest) {
	out, in := p.Out, p.In
	target := *in.URL
	target.Scheme, target.Host = r.Target.Scheme, r.Target.Host
	if target.Path == "/" && r.Target.Path != "" {
		target.Path, target.RawPath = r.Target.Path, r.Target.RawPath
		if target.RawQuery == "" {
			target.RawQuery = r.Target.RawQuery
		}
	}
	out.URL = &target
	out.Host = in.Host
	if r.isOwn(in.Host) {
		out.Host = r.Target.Host
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		if values, ok := in.Header[name]; ok {
			out.Header[name] = values
		}
	}
}

// isOwn reports whether a Host header names the proxy on this machine.
func (r *Recorder) isOwn(host string) bool {
	name, port, err := net.SplitHostPort(host)
	address, notIP := netip.ParseAddr(name)
	return err == nil && port == r.Port && (name == "localhost" || notIP == nil && address.IsLoopback())
}

// noAnswer tells the sender why the handler did not respond.
func (r *Recorder) noAnswer(w http.ResponseWriter, t *take, err error) {
	t.exchange.Status, t.exchange.Reason = 0, "no response: "+r.why(t, err)
	http.Error(w, "fakestripe record: "+t.exchange.Reason, http.StatusBadGateway)
}

// ended reports whether the recorder ended before the handler responded.
func (t *take) ended() bool { return errors.Is(context.Cause(t.request.Context()), ErrEnded) }

func (r *Recorder) why(t *take, err error) string {
	var dns *net.DNSError
	err = sockets.Portable(err)
	switch host := r.Target.Host; {
	case t.ended():
		return ErrEnded.Error()
	case t.request.Context().Err() != nil:
		return "the sender hung up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens on " + host
	case errors.As(err, &dns):
		return "no address found for host " + r.Target.Hostname()
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		return host + " closed the connection without a response"
	default:
		return err.Error()
	}
}

// A tee keeps the start of a response as it passes.
type tee struct {
	io.ReadCloser
	take *take
}

// Read implements io.Reader.
func (r *tee) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	t := r.take
	t.size += int64(n)
	t.answer = append(t.answer, p[:min(n, maxAnswer-len(t.answer))]...)
	return n, err
}
