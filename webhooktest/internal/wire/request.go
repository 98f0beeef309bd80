package wire

import (
	"context"
	"net/http"
)

type leavingKey struct{}

// Leaving returns a context for a sender that hangs up: it writes the request and does not
// wait for the response. RoundTrip returns context.Canceled.
func Leaving(ctx context.Context) context.Context {
	return context.WithValue(ctx, leavingKey{}, true)
}

func leaves(ctx context.Context) bool { return ctx.Value(leavingKey{}) != nil }

// replayable reports whether a server may get the request twice, as net/http sees it.
func replayable(request *http.Request) bool {
	switch request.Method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return request.Header["Idempotency-Key"] != nil || request.Header["X-Idempotency-Key"] != nil
}
