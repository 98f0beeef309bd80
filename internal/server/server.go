// Package server makes the HTTP servers that fakestripe starts. All have the same
// bounds: who sends a request slowly, or never to its end, does not keep a connection.
package server

import (
	"io"
	"log"
	"net/http"
	"time"
)

// Limits bound what a client may take its time over. There is no bound on an answer
// as a whole, which may be a stream without end.
type Limits struct {
	Header time.Duration // until the header of a request has come
	Body   time.Duration // until its body has come, from the end of the header
	Idle   time.Duration // between two requests on a connection
	Write  time.Duration // until it has taken a piece of an answer, see maxWrite
}

// Default is what all servers of fakestripe allow.
func Default() Limits {
	return Limits{Header: 10 * time.Second, Body: time.Minute, Idle: 2 * time.Minute, Write: time.Minute}
}

// maxHeader bounds the header of a request in bytes.
const maxHeader = 64 << 10

// New returns a server for a handler, with the default limits.
func New(handler http.Handler) *http.Server { return Default().New(handler) }

// New returns a server for a handler, with these limits. A read of a body that takes
// too long fails, and the connection ends with the answer. What clients do wrong is
// not logged.
func (l Limits) New(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: l.timed(l.written(handler)), ReadHeaderTimeout: l.Header, IdleTimeout: l.Idle, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

// timed bounds the reading of bodies. ReadTimeout of http.Server would not do: it ends
// the context of a request that was read long ago and is being answered.
func (l Limits) timed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 { // else there is no body, and nothing to wait for
			control := http.NewResponseController(w)
			if control.SetReadDeadline(time.Now().Add(l.Body)) == nil {
				r.Body = &body{r.Body, func() { _ = control.SetReadDeadline(time.Time{}) }}
			}
		}
		next.ServeHTTP(w, r)
	})
}

// A body is one that is read until a deadline. At its end the deadline is taken back:
// the server goes on reading to learn whether the client is still there.
type body struct {
	io.ReadCloser
	done func()
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.done()
	}
	return n, err
}

// maxWrite is how much of an answer is written at a time: a slow client has the whole
// of Limits.Write for each.
const maxWrite = 256 << 10

// written bounds the writing of answers: a client that does not read would keep what
// it asked for in memory. WriteTimeout of http.Server would not do: it ends streams.
func (l Limits) written(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if control.SetWriteDeadline(time.Time{}) != nil { // that of the request before
			next.ServeHTTP(w, r)
			return
		}
		extend := func() { _ = control.SetWriteDeadline(time.Now().Add(l.Write)) }
		defer extend() // the server writes the rest
		next.ServeHTTP(&answer{w, extend}, r)
	})
}

// An answer is one whose every piece has a deadline of its own.
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

// Unwrap leads http.ResponseController to Flush and the deadlines.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
