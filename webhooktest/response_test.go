package webhooktest_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// What a handler can do instead of answering, in process and over the network.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const closed = "HOST closed the connection without a response"
	tests := []struct {
		name                 string
		handler              http.HandlerFunc
		inProcess, onNetwork string
		causes               [2]error
	}{
		{"panic", func(http.ResponseWriter, *http.Request) { panic("out of tea") },
			"handler panicked at response_test.go:LINE: out of tea", closed, [2]error{webhooktest.ErrPanic, io.EOF}},
		{"panic with what cannot be compared", func(http.ResponseWriter, *http.Request) { panic([]int{7}) },
			"handler panicked at response_test.go:LINE: [7]", closed, [2]error{webhooktest.ErrPanic, io.EOF}},
		{"panic after a status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("late") },
			"handler panicked at response_test.go:LINE: late", closed, [2]error{webhooktest.ErrPanic, io.EOF}},
		{"an impossible status", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(42) },
			"handler panicked at response_test.go:LINE: invalid WriteHeader code 42", closed, [2]error{webhooktest.ErrPanic, io.EOF}},
		{"abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			"handler closed the connection without a response", closed, [2]error{nil, io.EOF}},
		{"the goroutine ends", func(http.ResponseWriter, *http.Request) { runtime.Goexit() },
			"handler ended its goroutine (runtime.Goexit, as t.FailNow does)", closed, [2]error{webhooktest.ErrPanic, io.EOF}},
		{"hang", waitForEnd,
			"no response from the handler within 50ms", "no response from HOST within 50ms", [2]error{context.DeadlineExceeded, context.DeadlineExceeded}},
		{"hang after a status", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200); waitForEnd(w, r) },
			"no response from the handler within 50ms", "no response from HOST within 50ms", [2]error{context.DeadlineExceeded, context.DeadlineExceeded}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			timeout := patience
			if test.causes[0] == context.DeadlineExceeded {
				timeout = 50 * time.Millisecond // wherever the delivery is by then
			}
			server := serve(t, test.handler)
			for i, endpoint := range []*webhooktest.Endpoint{{Handler: test.handler, URL: server.URL}, {URL: server.URL}} {
				endpoint.Timeout = timeout
				response := deliver(t, endpoint, newEvent(t, "charge.succeeded"))
				endpoint.Close()
				want := [2]string{test.inProcess, test.onNetwork}[i]
				said := strings.NewReplacer(server.Listener.Addr().String(), "HOST").Replace(response.Err.Error())
				require.Equal(t, want, lineNumber.ReplaceAllString(said, ".go:LINE:"))
				if test.causes[i] != nil {
					require.ErrorIs(t, response.Err, test.causes[i])
				}
				require.False(t, response.Accepted())
				require.Zero(t, response.StatusCode)
				require.Empty(t, response.Body)
			}
		})
	}
}

var lineNumber = regexp.MustCompile(`\.go:\d+:`)

// waitForEnd reads the request, without which net/http does not notice that the
// client is gone, and waits until it is.
func waitForEnd(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// A server that is not net/http's answers in ways that net/http's does not.
func TestBrokenAnswer(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		answer string
		want   string
		cause  error
		status int
	}{
		{"closed at once", "", "HOST closed the connection without a response", io.EOF, 0},
		{"half a header", "HTTP/1.1 200 OK\r\nServer: tea\r\n", "HOST closed the connection without a response", io.ErrUnexpectedEOF, 0},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", "returned 200, but the body broke off: unexpected EOF", io.ErrUnexpectedEOF, 200},
		{"half a chunk", "HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "returned 500, but the body broke off: unexpected EOF", io.ErrUnexpectedEOF, 500},
		{"no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n", `delivery to HOST failed: malformed HTTP response "SSH-2.0-OpenSSH_9.6"`, nil, 0},
		{"no gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot-gzip-at-", "returned 200, but the body broke off: gzip: invalid header", nil, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			listener := listen(t)
			go answerOnce(listener, test.answer, make(chan string, 1))
			response := deliver(t, overNetwork(t, listener.Addr().String()), parse(t, `{"id":"evt_1"}`))
			require.EqualError(t, response.Err, strings.ReplaceAll(test.want, "HOST", listener.Addr().String()))
			if test.cause != nil {
				require.ErrorIs(t, response.Err, test.cause)
			}
			require.Equal(t, test.status, response.StatusCode)
			require.False(t, response.Accepted(), "a response is accepted as a whole or not at all")
		})
	}
}

func TestBodyThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		near, far := net.Pipe()
		go begin(far, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun")
		endpoint := &webhooktest.Endpoint{URL: "http://shop.test/"}
		endpoint.DialBy(near)
		response := deliver(t, endpoint, newEvent(t, "charge.succeeded"))
		require.EqualError(t, response.Err, "returned 200, but the body did not end within 30s")
		require.ErrorIs(t, response.Err, context.DeadlineExceeded)
		require.Equal(t, "begun", string(response.Body))
	})
}

// begin reads a request, writes the beginning of an answer and waits until the
// client hangs up.
func begin(conn net.Conn, answer string) {
	defer conn.Close()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, request.Body)
	_, _ = io.WriteString(conn, answer)
	_, _ = conn.Read(make([]byte, 1))
}

func TestBodyWithoutEnd(t *testing.T) {
	t.Parallel()
	endless := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 4096); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}))
	response := deliver(t, overNetwork(t, endless.URL), newEvent(t, "charge.succeeded"))
	require.NoError(t, response.Err)
	require.True(t, response.Truncated)
	require.Len(t, response.Body, webhooktest.MaxResponseBody)
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	plain := serve(t, accept)
	private := httptest.NewUnstartedServer(accept)
	private.Config.ErrorLog = silent
	private.StartTLS()
	t.Cleanup(private.Close)
	unused := unlistened(t)

	var dns *net.DNSError
	var notTLS tls.RecordHeaderError
	var authority x509.UnknownAuthorityError
	tests := []struct {
		name  string
		url   string
		want  string
		cause func(error) bool
	}{
		{"nobody listens", "http://" + unused, "connection refused: nothing listens on HOST",
			func(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }},
		{"no address", "http://nosuch.invalid/webhook", "no address found for host nosuch.invalid",
			func(err error) bool { return errors.As(err, &dns) }},
		{"an unknown certificate", private.URL, "TLS to HOST failed: x509: certificate signed by unknown authority",
			func(err error) bool { return errors.As(err, &authority) }},
		{"no TLS", "https://" + plain.Listener.Addr().String(), "TLS to HOST failed: the server speaks plain HTTP (use http://)",
			func(err error) bool { return errors.As(err, &notTLS) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			response := deliver(t, overNetwork(t, test.url), newEvent(t, "charge.succeeded"))
			_, host, _ := strings.Cut(test.url, "://")
			require.EqualError(t, response.Err, strings.ReplaceAll(test.want, "HOST", host))
			require.True(t, test.cause(response.Err), "%T", errors.Unwrap(response.Err))
			require.False(t, response.Accepted())
		})
	}
}

// unlistened returns the address of a port that nobody can listen on while the test
// runs, unlike one that was closed: a connection has it at its other end.
func unlistened(t *testing.T) string {
	t.Helper()
	conn, err := net.Dial("tcp", listen(t).Addr().String())
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().String()
}

func TestTLS(t *testing.T) {
	t.Parallel()
	handler := new(recorder)
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())

	endpoint := &webhooktest.Endpoint{URL: server.URL, TLS: &tls.Config{RootCAs: roots}, Timeout: patience}
	t.Cleanup(endpoint.Close)
	require.True(t, deliver(t, endpoint, newEvent(t, "charge.succeeded")).Accepted())
	require.Equal(t, "HTTP/1.1", handler.last(t).Proto, "as Stripe speaks it, over TLS too")
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		waitForEnd(w, r)
	})
	server := serve(t, handler)
	for _, endpoint := range []*webhooktest.Endpoint{{Handler: handler, URL: server.URL, Timeout: patience}, {URL: server.URL, Timeout: patience}} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		response, err := endpoint.Deliver(ctx, newEvent(t, "charge.succeeded"))
		endpoint.Close()
		require.NoError(t, err)
		where := server.Listener.Addr().String()
		if endpoint.Handler != nil {
			where = "the handler"
		}
		require.EqualError(t, response.Err, "interrupted while waiting for "+where)
		require.ErrorIs(t, response.Err, context.Canceled)
	}
}

func TestResponseString(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"id":"evt_1","type":"charge.succeeded"}`)
	tests := []struct {
		response webhooktest.Response
		want     string
	}{
		{webhooktest.Response{StatusCode: 200, Duration: 3400 * time.Microsecond}, "[200 POST] OK charge.succeeded [evt_1] 3ms"},
		{webhooktest.Response{StatusCode: 400, Duration: 12_345 * time.Nanosecond}, "[400 POST] Bad Request charge.succeeded [evt_1] 12µs"},
		{webhooktest.Response{StatusCode: 599, Duration: 2500 * time.Millisecond}, "[599 POST] charge.succeeded [evt_1] 2.5s"},
		{webhooktest.Response{Err: errors.New("no response")}, "[ERROR] no response: charge.succeeded [evt_1] 0s"},
		{webhooktest.Response{StatusCode: 200, Err: errors.New("broke off")}, "[ERROR] broke off: charge.succeeded [evt_1] 0s"},
	}
	for _, test := range tests {
		test.response.Event = event
		require.Equal(t, test.want, test.response.String())
	}
}

// A handler's text must not move the cursor or forge a line of a log.
func TestExcerpt(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, body, want string }{
		{"nothing", "", ""},
		{"white space around", "\n no \n", "no"},
		{"lines", "one\r\n\r\ntwo\n  three", "one two three"},
		{"an escape sequence", "\x1b[2Jgone", "\uFFFD[2Jgone"},
		{"no UTF-8", "caf\xe9", "caf\uFFFD"},
		{"a right-to-left override", "a\u202eb", "a\uFFFDb"},
		{"other scripts", "東京 שלום 😀", "東京 שלום 😀"},
		{"just fits", strings.Repeat("é", 200), strings.Repeat("é", 200)},
		{"too long", strings.Repeat("é", 201), strings.Repeat("é", 200) + "…"},
	}
	for _, test := range tests {
		response := webhooktest.Response{Body: []byte(test.body)}
		require.Equal(t, test.want, response.Excerpt(), test.name)
	}
}
