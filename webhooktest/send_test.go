package webhooktest_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What Stripe sends, no header more and none less.
func TestRequest(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	server := serve(t, handler)
	tests := map[string]*webhooktest.Endpoint{
		"in process":   {Handler: handler, URL: server.URL + "/webhook?a=b"},
		"over network": {URL: server.URL + "/webhook?a=b"},
	}
	for name, endpoint := range tests {
		endpoint.Now = stopped(epoch)
		event := newEvent(t, "charge.succeeded")
		response := deliver(t, endpoint, event)
		endpoint.Close()
		require.Equal(t, &delivery{
			Method: "POST", Host: strings.TrimPrefix(server.URL, "http://"), URI: "/webhook?a=b", Proto: "HTTP/1.1",
			Header: http.Header{
				"Accept":           {"*/*; q=0.5, application/xml"},
				"Accept-Encoding":  {"gzip"},
				"Cache-Control":    {"no-cache"},
				"Content-Length":   {fmt.Sprint(len(event.Body()))},
				"Content-Type":     {"application/json; charset=utf-8"},
				"Stripe-Signature": {response.Signature},
				"User-Agent":       {"Stripe/1.0 (+https://stripe.com/docs/webhooks)"},
			},
			ContentLength: int64(len(event.Body())),
			Body:          string(event.Body()),
		}, handler.last(t), name)
		require.Equal(t, epoch, response.Sent)
		require.Same(t, event, response.Event)
	}
}

// The bytes on the wire: a server that does not know net/http's habits.
func TestRequestOnTheWire(t *testing.T) {
	t.Parallel()
	listener := listen(t)
	received := make(chan string, 1)
	go answerOnce(listener, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", received)

	endpoint := overNetwork(t, listener.Addr().String()+"/webhook")
	response := deliver(t, endpoint, parse(t, `{"id":"evt_1"}`))
	require.NoError(t, response.Err)
	require.Equal(t, strings.Join([]string{
		"POST /webhook HTTP/1.1",
		"Host: " + listener.Addr().String(),
		"User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)",
		"Content-Length: 14",
		"Accept: */*; q=0.5, application/xml",
		"Accept-Encoding: gzip",
		"Cache-Control: no-cache",
		"Content-Type: application/json; charset=utf-8",
		"Stripe-Signature: " + response.Signature,
		"",
		`{"id":"evt_1"}`,
	}, "\r\n"), <-received)
}

// listen opens a port on loopback.
func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	return listener
}

// answerOnce takes one request with a body of 14 bytes, writes an answer to it
// and closes the connection.
func answerOnce(listener net.Listener, answer string, received chan<- string) {
	conn, err := listener.Accept()
	if err != nil {
		close(received)
		return
	}
	defer conn.Close()
	var text strings.Builder
	reader := bufio.NewReader(conn)
	for !strings.HasSuffix(text.String(), "\r\n\r\n") {
		line, err := reader.ReadString('\n')
		text.WriteString(line)
		if err != nil {
			break
		}
	}
	_, _ = io.CopyN(&text, reader, 14)
	_, _ = io.WriteString(conn, answer)
	received <- text.String()
}

func TestAccepted(t *testing.T) {
	t.Parallel()
	server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := 0
		_, _ = fmt.Sscanf(r.Header.Get("X-Status"), "%d", &status)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	for _, endpoint := range []*webhooktest.Endpoint{overNetwork(t, server.URL), {Handler: server.Config.Handler}} {
		for status, want := range map[int]bool{
			200: true, 201: true, 202: true, 204: true, 299: true,
			301: false, 302: false, 304: false, 307: false, 308: false,
			400: false, 401: false, 404: false, 429: false, 500: false, 503: false, 599: false,
		} {
			response := deliver(t, endpoint, newEvent(t, "charge.succeeded"), fmt.Sprintf("header=X-Status: %d", status))
			require.Equal(t, status, response.StatusCode)
			require.NoError(t, response.Err)
			require.Equal(t, want, response.Accepted(), status)
		}
	}
}

// Stripe does not follow redirects, and takes them for failures.
func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		handler := new(recorder)
		mux := http.NewServeMux()
		mux.Handle("/webhook", http.RedirectHandler("/webhook/", status))
		mux.Handle("/webhook/", handler)
		for _, endpoint := range []*webhooktest.Endpoint{{Handler: mux}, {URL: serve(t, mux).URL + "/webhook"}} {
			response := deliver(t, endpoint, newEvent(t, "charge.succeeded"))
			endpoint.Close()
			require.Equal(t, status, response.StatusCode)
			require.Equal(t, "/webhook/", response.Header.Get("Location"))
			require.False(t, response.Accepted())
			require.Empty(t, handler.all())
		}
	}
}

// A handler's answer is the same in process as over the network.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const limit = webhooktest.MaxResponseBody
	random := noise(2 * limit)
	tests := []struct {
		name      string
		handler   http.HandlerFunc
		status    int
		body      string
		truncated bool
		mime      string // the Content-Type
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 200, "", false, ""},
		{"text", text("fine"), 200, "fine", false, "text/plain; charset=utf-8"},
		{"HTML", text("<html>"), 200, "<html>", false, "text/html; charset=utf-8"},
		{"an error", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 400) }, 400, "no\n", false, "text/plain; charset=utf-8"},
		{"in parts", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "a")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, "b")
		}, 200, "ab", false, "text/plain; charset=utf-8"},
		{"flushed only", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }, 200, "", false, ""},
		{"a second status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(500) }, 201, "", false, ""},
		{"a status after the body", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("a")); w.WriteHeader(500) }, 200, "a", false, "text/plain; charset=utf-8"},
		{"informational", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(103); w.WriteHeader(202) }, 202, "", false, ""},
		{"a header too late", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(200)
			w.Header().Set("Content-Type", "text/late")
		}, 200, "", false, ""},
		{"its own type", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "a/b")
			_, _ = w.Write([]byte("c"))
		}, 200, "c", false, "a/b"},
		{"as much as is kept", text(strings.Repeat("x", limit)), 200, strings.Repeat("x", limit), false, "text/plain; charset=utf-8"},
		{"more than is kept", text(strings.Repeat("x", limit+1)), 200, strings.Repeat("x", limit), true, "text/plain; charset=utf-8"},
		{"much more", text(strings.Repeat("x", 20*limit)), 200, strings.Repeat("x", limit), true, "text/plain; charset=utf-8"},
		{"gzip", zipped("fine"), 200, "fine", false, "text/plain"},
		{"gzip of more than is kept", zipped(strings.Repeat("x", 20*limit)), 200, strings.Repeat("x", limit), true, "text/plain"},
		{"gzip of what cannot be compressed", zipped(random), 200, random[:limit], true, "text/plain"},
		{"a body where none may be", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); _, _ = w.Write([]byte("a")) }, 204, "", false, ""},
		{"the body unread", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(413) }, 413, "", false, ""},
	}
	event := parse(t, `{"id":"evt_1","padding":"`+strings.Repeat("x", 110_000)+`"}`) // not read by the way with the header
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for name, endpoint := range map[string]*webhooktest.Endpoint{
				"in process":     {Handler: test.handler},
				"on this thread": {Handler: test.handler, Timeout: -1},
				"over network":   overNetwork(t, serve(t, test.handler).URL),
			} {
				response := deliver(t, endpoint, event)
				require.NoError(t, response.Err, name)
				require.Equal(t, test.status, response.StatusCode, name)
				require.Equal(t, test.body, string(response.Body), name)
				require.Equal(t, test.truncated, response.Truncated, name)
				require.Equal(t, test.mime, response.Header.Get("Content-Type"), name)
			}
		})
	}
}

// noise returns text that gzip cannot shorten.
func noise(n int) string {
	source, text := rand.NewPCG(1, 2), make([]byte, n)
	for i := range text {
		text[i] = byte(source.Uint64())
	}
	return string(text)
}

func text(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func zipped(body string) http.HandlerFunc {
	var compressed bytes.Buffer
	writer := gzip.NewWriter(&compressed)
	_, _ = io.WriteString(writer, body)
	writer.Close()
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(compressed.Bytes())
	}
}

// The environment's proxy is for the way out: a webhook goes to a machine here.
func TestNoProxy(t *testing.T) {
	proxied := new(recorder)
	proxy := httptest.NewServer(proxied)
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)

	response := deliver(t, overNetwork(t, "http://nosuch.invalid/"), newEvent(t, "charge.succeeded"))
	require.Error(t, response.Err)
	require.Empty(t, proxied.all())
}
