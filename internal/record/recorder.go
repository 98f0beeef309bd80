// Package record is a proxy between the sender of webhooks and their handler. It passes
// everything on unchanged, and keeps each webhook with its answer as a case.
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
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const (
	// MaxBody is how large the body of a webhook that is kept may be. A larger one
	// is passed on and not kept. Stripe's are far smaller.
	MaxBody = 1 << 20

	maxAnswer  = 64 << 10  // bytes of an answer that are kept
	maxPending = 128 << 20 // bytes of bodies that are held at the same time
)

// A Recorder is the proxy. Set the fields before the first request.
type Recorder struct {
	Target    *url.URL          // the handler: a request for / goes to the target's path, any other to the path that it has
	Transport http.RoundTripper // to the handler
	Port      string            // of the proxy: what is addressed to it here is addressed to the handler
	Folder    *casefile.Folder
	Redactor  *redact.Redactor
	Secrets   []string // signing secrets of the endpoint; none: signatures are not looked at

	// Done is called after each request, by several goroutines.
	Done func(Exchange)

	pending atomic.Int64 // bytes of bodies that are held
}

// An Exchange is a request and what came of it.
type Exchange struct {
	Method   string
	Type     string // of the event, if it is one
	Status   int    // 0: there was no answer
	Duration time.Duration
	File     string // of the case, "" if it was not kept
	Reason   string // why it was not
	Err      error  // why it could not be, though it should
}

// ErrEnded is the cause to end the context of requests with when the recorder ends
// before the handler has answered them.
var ErrEnded = errors.New("the recording ended before the handler had answered")

// noWebhook is why most requests that are not kept are not.
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
		t.number = r.Folder.Number() // in the order of arrival
	}
	t.silence(w)
	defer func() { // a panic of the proxy ends the connection, as an answer that broke off did
		t.exchange.Duration = time.Since(t.started)
		if t.exchange.Reason == "" {
			r.keep(t)
		}
	}()
	r.proxy(t).ServeHTTP(w, request)
	t.complete = true
}

// A take is one exchange while it is under way.
type take struct {
	request  *http.Request
	body     []byte // of a webhook
	held     int64  // bytes that are reserved
	started  time.Time
	number   int
	header   http.Header // of the answer
	answer   []byte      // the beginning of its body
	size     int64       // of all of it
	complete bool        // the answer got through to its end
	exchange Exchange
}

// read reads the body of a webhook, which is then passed on from memory. It
// returns why the request will not be kept.
func (r *Recorder) read(t *take) (reason string) {
	request := t.request
	if request.Method != http.MethodPost || request.Header.Get(webhooktest.SignatureHeader) == "" {
		return noWebhook
	}
	if t.held = size(request); r.pending.Add(t.held) > maxPending {
		return "too many webhooks at the same time"
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, MaxBody+1))
	rest := request.Body
	request.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), rest), rest}
	switch {
	case err != nil:
		return "the request broke off"
	case len(body) > MaxBody:
		return fmt.Sprintf("the body is larger than %d MiB", MaxBody>>20)
	}
	t.body = body
	return r.forged(t)
}

// size is how much of a request and its answer will be held at the most.
func size(request *http.Request) int64 {
	if request.ContentLength < 0 {
		return MaxBody + maxAnswer
	}
	return min(request.ContentLength, MaxBody) + maxAnswer
}

// silence keeps net/http from adding headers that the handler did not send.
func (t *take) silence(w http.ResponseWriter) {
	w.Header()["Date"] = nil
	w.Header()["Content-Type"] = nil
}

// proxy passes one request on.
func (r *Recorder) proxy(t *take) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Transport:     r.Transport,
		FlushInterval: -1,                         // as the handler does
		ErrorLog:      log.New(io.Discard, "", 0), // Done tells it
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

// errStatus is an answer that cannot be passed on, since its status is none.
type errStatus int

func (e errStatus) Error() string {
	return fmt.Sprintf("the handler answered with status %03d, which is not a final HTTP status: want 200 to 599", int(e))
}

// passable refuses what net/http panics at, or takes for the answer to an upgrade that
// nobody asked for.
func (t *take) passable(answer *http.Response) error {
	upgraded := answer.StatusCode == http.StatusSwitchingProtocols && t.request.Header.Get("Upgrade") != "" && t.body == nil
	if status := answer.StatusCode; (status < 200 || status > 599) && !upgraded {
		return errStatus(status)
	}
	return nil
}

// rewrite addresses a request to the handler, and restores what the proxy takes
// out for safety that does not matter here.
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

// noAnswer tells who sent the request that the handler cannot be reached.
func (r *Recorder) noAnswer(w http.ResponseWriter, t *take, err error) {
	t.exchange.Status, t.exchange.Reason = 0, "no answer: "+r.why(t, err)
	http.Error(w, "fakestripe record: "+t.exchange.Reason, http.StatusBadGateway)
}

// ended reports whether the recorder ended before the handler had answered.
func (t *take) ended() bool { return errors.Is(context.Cause(t.request.Context()), ErrEnded) }

func (r *Recorder) why(t *take, err error) string {
	var dns *net.DNSError
	err = sockets.Portable(err)
	switch host := r.Target.Host; {
	case t.ended():
		return ErrEnded.Error()
	case t.request.Context().Err() != nil:
		return "who sent the request hung up"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused: nothing listens on " + host
	case errors.As(err, &dns):
		return "no address found for host " + r.Target.Hostname()
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF):
		return host + " closed the connection without an answer"
	default:
		return err.Error()
	}
}

// A tee keeps the beginning of an answer while it passes.
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
