package webhooktest

import (
	"context"
	"net"
	"net/http"
)

// DialBy makes an endpoint with a valid URL reach it over a connection of a test's
// own: a pipe, which works in a bubble as a socket does not.
func (e *Endpoint) DialBy(conn net.Conn) {
	e.once.Do(e.open)
	dial := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	e.transport.(*http.Transport).DialContext = dial
}

// What tests compare with.
const MaxResponseBody = maxResponseBody

var ErrPanic = errPanic
