// Package wire delivers HTTP/1.1 requests to one server over connections that it keeps.
//
// A [Target] is an http.RoundTripper like http.Transport, for small messages in great
// number. It has no goroutines of its own: the caller's writes the request, head and body
// at once, and reads the response. That takes a fifth less processor time. The bytes sent
// are those of http.Request.Write, and thus of http.Transport. There are no proxies,
// redirects, or HTTP/2.
//
// # Connections
//
// Each request has a connection for itself: the one used last, or a new one. It can be used
// again once the response was read to its end, unless a side wants it closed. An idle
// connection is closed by the first request after 90 seconds, or by [Target.Close]. A
// connection that the server has closed, or over which it says something unasked, is
// noticed before the next request and not used.
//
// # Repetition
//
// A server may close an idle connection at the moment of the next request. The request is
// then sent again, over a new connection, if it cannot have been handled: no byte of it was
// written. A GET, HEAD, OPTIONS or TRACE, and a request with an Idempotency-Key, is also
// sent again if the server answered nothing. All this applies only to a connection used
// before. It is http.Transport's rule: a webhook, which is a POST without such a key, never
// goes out twice.
//
// # Responses
//
// Informational responses are skipped. The heads of all responses to one request are
// limited to 1 MB; the caller limits what it reads of the body. A server may answer before
// it has read the request: a message above 64 kB is written by a goroutine, while the
// caller's reads. It ends with the response body, at the latest 50 ms later.
//
// # Errors
//
// The end of the context interrupts a request in any phase, and the error is then the
// context's. Other errors are those of the connection: io.EOF if the server closed it
// without a response, io.ErrUnexpectedEOF if it did so within one, a *net.OpError,
// a TLS error.
package wire
