package webhooktest_test

import (
	"context"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A handler sees what net/http's server would show it.
func TestServerRequest(t *testing.T) {
	t.Parallel()
	var seen *http.Request
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r })
	deliver(t, &webhooktest.Endpoint{Handler: handler, URL: "https://shop.test/hooks?a=b"}, newEvent(t, "charge.succeeded"))
	require.Equal(t, "192.0.2.1:1234", seen.RemoteAddr)
	require.Equal(t, "/hooks?a=b", seen.RequestURI)
	require.Equal(t, "/hooks", seen.URL.Path)
	require.Equal(t, "HTTP/1.1", seen.Proto)
	require.True(t, seen.ProtoAtLeast(1, 1))
}

// Routers find the handler by the path of the URL.
func TestServeMux(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenants/{tenant}/webhook", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.PathValue("tenant"))
	})
	response := deliver(t, &webhooktest.Endpoint{Handler: mux, URL: "/tenants/7/webhook"}, newEvent(t, "charge.succeeded"))
	require.Equal(t, "7", string(response.Body))

	response = deliver(t, &webhooktest.Endpoint{Handler: mux}, newEvent(t, "charge.succeeded"))
	require.Equal(t, http.StatusNotFound, response.StatusCode)
}

func TestCallersGoroutine(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		timeout time.Duration
		want    bool
		why     string
	}{
		{-1, true, "without a deadline the handler is called directly"},
		{0, false, "with one it may have to be left behind"},
	} {
		var stack string
		handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { stack = string(debug.Stack()) })
		deliver(t, &webhooktest.Endpoint{Handler: handler, Timeout: test.timeout}, newEvent(t, "charge.succeeded"))
		require.Equal(t, test.want, strings.Contains(stack, "TestCallersGoroutine("), test.why)
	}
}

// A handler that overran its deadline may still run when the next attempt comes,
// and its late answer goes nowhere.
func TestOverrunHandler(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		release, late := make(chan struct{}), make(chan error, 1)
		var calls atomic.Int64
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if calls.Add(1) > 1 {
				_, _ = io.WriteString(w, "in time")
				return
			}
			<-release
			w.Header().Set("X-Late", "yes")
			w.WriteHeader(http.StatusInternalServerError)
			_, err := io.WriteString(w, "late")
			late <- err
		})
		endpoint := &webhooktest.Endpoint{Handler: handler, Timeout: 10 * time.Millisecond}
		event := newEvent(t, "charge.succeeded")
		missed := deliver(t, endpoint, event)
		require.Error(t, missed.Err)

		response := deliver(t, endpoint, event)
		require.Equal(t, "in time", string(response.Body))
		close(release)
		require.Error(t, <-late, "as writing to a closed connection")
		require.Zero(t, missed.StatusCode)
		require.Nil(t, missed.Header)
	})
}

// The header that was sent is the header as it was then.
func TestHeaderIsASnapshot(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Answer", "first")
		w.WriteHeader(200)
		w.Header().Set("X-Answer", "second")
	})
	response := deliver(t, &webhooktest.Endpoint{Handler: handler}, newEvent(t, "charge.succeeded"))
	require.Equal(t, "first", response.Header.Get("X-Answer"))
}

// Many handlers at once, each with a goroutine, an answer and a deadline.
func TestLargeConcurrency(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	bubble(t, func(t *testing.T) {
		const n = 2000
		endpoint := &webhooktest.Endpoint{Handler: barrier(n)}
		responses, err := endpoint.DeliverTogether(t.Context(), slices.Collect(someEvents(t, n)))
		require.NoError(t, err)
		for _, response := range responses {
			require.True(t, response.Accepted(), response)
		}
	})
}

// A handler that writes without end is hung up on, as over the network.
func TestEndlessBodyInProcess(t *testing.T) {
	t.Parallel()
	endless := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 4096); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	response := deliver(t, &webhooktest.Endpoint{Handler: endless}, newEvent(t, "charge.succeeded"))
	require.NoError(t, response.Err)
	require.True(t, response.Truncated)
	require.Len(t, response.Body, webhooktest.MaxResponseBody)
}

// What a handler does to its request is its own: the next delivery is as it should be.
func TestHandlersCannotSpoilTheEndpoint(t *testing.T) {
	t.Parallel()
	vandal := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "/webhook", r.URL.Path)
		require.Equal(t, "mine", r.Header.Get("X-Mine"))
		r.URL.Path = "/evil"
		r.Header["X-Mine"][0] = "evil"
		_, _ = io.Copy(vandalWriter{}, r.Body)
	})
	endpoint := &webhooktest.Endpoint{Handler: vandal, Header: http.Header{"X-Mine": {"mine"}}}
	event := newEvent(t, "charge.succeeded")
	body := string(event.Body())
	for range 2 {
		require.True(t, deliver(t, endpoint, event).Accepted())
	}
	require.Equal(t, body, string(event.Body()))
}

// A vandalWriter changes what it is given, which io.Writer forbids.
type vandalWriter struct{}

func (vandalWriter) Write(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// As at a server, the context of a request ends when it is answered.
func TestContextEndsWithTheAnswer(t *testing.T) {
	t.Parallel()
	for _, timeout := range []time.Duration{-1, 0} {
		var ctx context.Context
		handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ctx = r.Context() })
		require.True(t, deliver(t, &webhooktest.Endpoint{Handler: handler, Timeout: timeout}, newEvent(t, "charge.succeeded")).Accepted())
		require.Error(t, ctx.Err())
	}
}

// The handler's response and the end of the context come at one moment: chance must not
// decide between them.
func TestHangUpGetsNoResponse(t *testing.T) {
	t.Parallel()
	for name, timeout := range map[string]time.Duration{"deadline": time.Minute, "no deadline": -1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := webhooktest.Source{Seed: 1}
			endpoint := &webhooktest.Endpoint{Handler: accept, Timeout: timeout}
			for range 500 {
				event, err := source.Event("charge.succeeded")
				require.NoError(t, err)
				response := deliver(t, endpoint, event, "hang-up")
				require.ErrorIs(t, response.Err, context.Canceled)
			}
		})
	}
}
