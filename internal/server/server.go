// Package server creates fakestripe's HTTP servers, all with the same limits: a client
// that sends its request slowly, or never completes it, cannot hold on to a connection.
package server

import (
	"io"
	"log"
	"net/http"
	"time"
)

// Limits bound the pauses of a client. The whole response is unbounded: it may be an
// endless stream.
type Limits struct {
	Header time.Duration // to receive the header
	Body   time.Duration // to receive the body, once the handler reads it
	Idle   time.Duration // between two requests on a connection
	Write  time.Duration // to accept a piece of the response, see maxWrite
}

// Default is the limits of all fakestripe servers.
func Default() Limits {
	return Limits{Header: 10 * time.Second, Body: time.Minute, Idle: 2 * time.Minute, Write: time.Minute}
}

// maxHeader limits the header of a request, in bytes.
const maxHeader = 64 << 10

// New returns a server for a handler, with the default limits.
func New(handler http.Handler) *http.Server { return Default().New(handler) }

// New returns a server for a handler, with these limits. A slow body fails the read, and
// the connection closes after the response. Client errors are not logged.
func (l Limits) New(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: l.timed(l.written(handler)), ReadHeaderTimeout: l.Header, IdleTimeout: l.Idle, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// timed limits the reading of bodies. ReadTimeout of http.Server does not work here: it
// ends the context of a request read long ago and still being answered.
func (l Limits) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 { // otherwise there is no body to wait for
			control := http.NewResponseController(w)
			begin := func() error { return control.SetReadDeadline(time.Now().Add(l.Body)) }
			if begin() == nil { // for the server itself, which reads what the handler leaves
				r.Body = &body{ReadCloser: r.Body, begin: begin, done: func() { _ = control.SetReadDeadline(time.Time{}) }}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// A body has a deadline for reading. It counts from the first read, since it is not the
// client's fault when a handler begins late, and is removed at the end of the body: the
// server reads on to detect a client that leaves.
type body struct {
	io.ReadCloser
	begun bool
	begin func() error
	done  func()
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if !b.begun {
		b.begun = true
		_ = b.begin() // it worked before
	}
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.done()
	}
	return n, err
}

// maxWrite is the number of bytes per write: a slow client has all of Limits.Write for
// each.
const maxWrite = 256 << 10

// written limits the writing of responses: an idle client would keep its response in
// memory. WriteTimeout of http.Server does not work here: it ends streams.
func (l Limits) written(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if control.SetWriteDeadline(time.Time{}) != nil { // the previous request's
			next.ServeHTTP(w, r)
			return
		}
		extend := func() { _ = control.SetWriteDeadline(time.Now().Add(l.Write)) }
		defer extend() // the server writes the rest
		next.ServeHTTP(&answer{w, extend}, r)
	})
}

// An answer has a deadline for each piece.
type answer struct {
	http.ResponseWriter
	extend func()
}

// Write implements io.Writer.
func (a *answer) Write(p []byte) (written int, err error) {
	for first := true; err == nil && (first || len(p) > 0); first = false {
		piece := p[:min(len(p), maxWrite)]
		var n int
		a.extend()
		n, err = a.ResponseWriter.Write(piece)
		written, p = written+n, p[len(piece):]
	}
	return written, err
}

// Unwrap gives http.ResponseController access to Flush and the deadlines.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
