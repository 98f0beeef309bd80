package webhooktest

import (
	"context"
	"net"
)

// DialBy makes an endpoint reach its URL over a connection of a test's
// own: a pipe, which works in a bubble as a socket does not.
func (e *Endpoint) DialBy(conn net.Conn) {
	e.Dial = func(context.Context, string, string) (net.Conn, error) { return conn, nil }
}

// What tests compare with.
const MaxResponseBody = maxResponseBody

var ErrPanic = errPanic
