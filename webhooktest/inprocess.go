package webhooktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// inProcess is a transport that calls a handler as a server would.
type inProcess struct {
	handler http.Handler
	running *sync.WaitGroup // handlers on goroutines of their own
}

var errAborted = &failure{"handler closed the connection without a response", http.ErrAbortHandler}

// errHungUp stops a handler that writes without end: over the network, the connection
// closes after enough of the body.
var errHungUp = errors.New("the sender has read enough and hung up")

// RoundTrip calls the handler on the caller's goroutine if the request has no deadline.
// With a deadline, the handler runs on its own goroutine, which outlives the call if the
// handler misses the deadline.
func (p inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := request.Context().Err(); err != nil {
		return nil, err
	}
	ctx := request.Context()
	_, hasDeadline := ctx.Deadline()
	if !hasDeadline {
		// As on a server, the context of a request ends with the response. If it has a
		// deadline, its owner ends it.
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
	}
	call := &call{request: serverRequest(ctx, request), header: make(http.Header)}
	if !hasDeadline {
		call.serve(p.handler)
		return call.result(request)
	}
	done := make(chan struct{})
	p.running.Add(1)
	go func() {
		defer p.running.Done()
		defer close(done)
		growStack(0)
		call.serve(p.handler)
	}()
	select {
	case <-done:
		return call.result(request)
	case <-ctx.Done():
		call.abandon(ctx.Err())
		return nil, ctx.Err()
	}
}

// growStack grows the stack of a new goroutine once, to what verifying and decoding an event
// needs. On its own it would grow, and be copied, in several steps.
//
//go:noinline
func growStack(i byte) byte {
	var frame [12 << 10]byte
	frame[i] = i
	return frame[i/2]
}

// serverRequest returns the request as net/http's server would pass it on. Changes by the
// handler affect neither the endpoint nor the event.
func serverRequest(ctx context.Context, client *http.Request) *http.Request {
	server := client.WithContext(ctx)
	url := *client.URL
	server.URL = &url
	server.RequestURI = client.URL.RequestURI()
	server.RemoteAddr = "192.0.2.1:1234" // reserved for documentation (RFC 5737)
	server.Proto, server.ProtoMajor, server.ProtoMinor = "HTTP/1.1", 1, 1
	if client.ContentLength < 0 {
		server.TransferEncoding = []string{"chunked"}
	} else {
		server.Header["Content-Length"] = []string{strconv.FormatInt(client.ContentLength, 10)}
	}
	delete(server.Header, "Host")
	if server.Header.Get("User-Agent") == "" {
		delete(server.Header, "User-Agent") // see replace
	}
	return server
}

// A handlerBody is the body for an in-process handler. It has no WriteTo, which would
// expose the event's own bytes.
type handlerBody struct{ rest []byte }

// Read implements io.Reader.
func (b *handlerBody) Read(p []byte) (n int, err error) {
	if len(b.rest) == 0 {
		return 0, io.EOF
	}
	n = copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (*handlerBody) Close() error { return nil }

// A call is one request to a handler, and the ResponseWriter for its response. A handler
// that missed its deadline may still write: mu guards all fields.
type call struct {
	request *http.Request
	header  http.Header

	mu     sync.Mutex
	status int         // 0 until the header is written
	sent   http.Header // the header as written
	body   []byte      // at most one byte more than is kept
	length int
	err    error // the handler panicked, or was abandoned
}

// serve calls the handler and records how it ended, also by panic or Goexit.
func (c *call) serve(handler http.Handler) {
	finished := false
	defer func() {
		if finished {
			return
		}
		switch reason := recover(); reason {
		case nil:
			c.abandon(&failure{"handler ended its goroutine (runtime.Goexit, as t.FailNow does)", errPanic})
		case http.ErrAbortHandler:
			c.abandon(errAborted)
		default:
			said := text.Excerpt(fmt.Sprint(reason))
			c.abandon(&failure{fmt.Sprintf("%v%s: %s", errPanic, panickedAt(), said), errors.Join(errPanic, asError(reason))})
		}
	}()
	handler.ServeHTTP(c, c.request)
	finished = true
}

// asError returns the panic value of a handler, if it is an error.
func asError(reason any) error {
	err, _ := reason.(error)
	return err
}

// panickedAt returns the line of the panic being recovered.
func panickedAt() string {
	var callers [32]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		ours := strings.HasPrefix(frame.Function, "runtime.") || strings.Contains(frame.Function, "webhooktest.(*call).")
		if panicking && !ours && frame.File != "" {
			return fmt.Sprintf(" at %s:%d", filepath.Base(frame.File), frame.Line)
		}
		panicking = panicking || frame.Function == "runtime.gopanic"
		if !more {
			return ""
		}
	}
}

// abandon makes further writes of the handler fail, as on a closed connection.
func (c *call) abandon(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
	}
}

// result returns the response as it would arrive over the network.
func (c *call) result(request *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return nil, c.err
	}
	if err := request.Context().Err(); errors.Is(err, context.Canceled) { // the sender has left
		return nil, err
	}
	c.writeHeader(http.StatusOK)
	response := &http.Response{
		StatusCode: c.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        c.sent,
		Body:          http.NoBody,
		ContentLength: int64(c.length),
		Request:       request,
	}
	if c.length > 0 {
		response.Body = io.NopCloser(bytes.NewReader(c.body))
	}
	return response, nil
}

// Header implements [http.ResponseWriter].
func (c *call) Header() http.Header { return c.header }

// WriteHeader implements [http.ResponseWriter]. Like net/http's, it ignores informational
// responses and repeated calls, and panics on an invalid status.
func (c *call) WriteHeader(status int) {
	if status < 100 || status > 999 {
		panic(fmt.Sprintf("invalid WriteHeader code %d", status))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if status >= 200 {
		c.writeHeader(status)
	}
}

func (c *call) writeHeader(status int) {
	if c.status == 0 {
		c.status, c.sent = status, c.header.Clone()
	}
}

// keptBody is one byte more than a Response keeps, plus gzip's overhead for
// incompressible data.
const keptBody = maxResponseBody + 1 + 4096

// Write implements [http.ResponseWriter]. It keeps no more of the body than a Response
// does.
func (c *call) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	if c.status == 0 && c.header.Get("Content-Type") == "" {
		c.header.Set("Content-Type", http.DetectContentType(p))
	}
	c.writeHeader(http.StatusOK)
	if c.status == http.StatusNoContent || c.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	if c.length > 16*maxResponseBody {
		return 0, errHungUp
	}
	c.length += len(p)
	c.body = append(c.body, p[:min(len(p), keptBody-len(c.body))]...)
	return len(p), nil
}

// Flush implements [http.Flusher] as a no-op: nothing is buffered in process.
func (c *call) Flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writeHeader(http.StatusOK)
}
