package wire

import (
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResponses(t *testing.T) {
	t.Parallel()
	const ok, length = "HTTP/1.1 200 OK\r\n", "Content-Length: 4\r\n\r\nfine"
	const again, fresh = 1, 2 // connections for two requests
	tests := []struct {
		name, method, response string
		status                 int
		body                   string
		connections            int32
		reason                 string
	}{
		{"a length", "POST", ok + length, 200, "fine", again, "the body was read to its end"},
		{"no body", "POST", ok + "Content-Length: 0\r\n\r\n", 200, "", again, "there is nothing to read"},
		{"no content", "POST", "HTTP/1.1 204 No Content\r\n\r\n", 204, "", again, "the status rules out a body"},
		{"not modified", "POST", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, "", again, "the length is that of another response"},
		{"HEAD", "HEAD", ok + "Content-Length: 9\r\n\r\n", 200, "", again, "the length is that of a GET"},
		{"chunks", "POST", ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n2\r\nne\r\n0\r\n\r\n", 200, "fine", again, "the last chunk is the end"},
		{"a trailer", "POST", ok + "Transfer-Encoding: chunked\r\nTrailer: A\r\n\r\n4\r\nfine\r\n0\r\nA: b\r\n\r\n", 200, "fine", again, "the trailer is part of the body"},
		{"gzip", "POST", ok + "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08", 200, "\x1f\x8b\x08", again, "the caller asked for it and unpacks it"},
		{"continue", "POST", "HTTP/1.1 100 Continue\r\n\r\n" + ok + length, 200, "fine", again, "it is not the response"},
		{"early hints", "POST", strings.Repeat("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 9) + ok + length, 200, "fine", again, "they are not the response"},
		{"a redirect", "POST", "HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 307, "", again, "it is the response"},
		{"close", "POST", ok + "Connection: close\r\n" + length, 200, "fine", fresh, "the server said so"},
		{"HTTP/1.0", "POST", "HTTP/1.0 200 OK\r\n" + length, 200, "fine", fresh, "it closes unless it says otherwise"},
		{"HTTP/1.0, kept", "POST", "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + length, 200, "fine", again, "it says otherwise"},
		{"other protocols", "POST", "HTTP/1.1 101 Switching Protocols\r\n\r\n", 101, "", fresh, "what follows is not HTTP"},
		{"more than announced", "POST", ok + length + "HTTP/1.1 500 Oh\r\n\r\n", 200, "fine", fresh, "nobody asked for a second response"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, answering(test.response))
			target := s.target(t)
			for range 2 {
				request := post(t.Context(), "{}")
				request.Method = test.method
				response, body, err := send(target, request)
				require.NoError(t, err)
				require.Equal(t, test.status, response.StatusCode)
				require.Equal(t, test.body, body)
			}
			require.Equal(t, test.connections, s.connections.Load(), test.reason)
		})
	}
}

// Without a length, the end of the connection is that of the body.
func TestResponseUntilTheEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ *stand, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\n\r\nfine")
	})
	target := s.target(t)
	requireFine(t, target, "{}")
	requireFine(t, target, "{}")
	require.EqualValues(t, 2, s.connections.Load())
}

func TestBrokenResponses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, response string
		want           string
		cause          error
	}{
		{"nothing", "", "EOF", io.EOF},
		{"half a line", "HTTP/1.1 2", `malformed HTTP status code "2"`, nil},
		{"half a head", "HTTP/1.1 200 OK\r\nServer: tea\r\n", "unexpected EOF", io.ErrUnexpectedEOF},
		{"no response after a hint", "HTTP/1.1 103 Early Hints\r\n\r\n", "unexpected EOF", io.ErrUnexpectedEOF},
		{"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "unexpected EOF", io.ErrUnexpectedEOF},
		{"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf", "unexpected EOF", io.ErrUnexpectedEOF},
		{"no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n", `malformed HTTP response "SSH-2.0-OpenSSH_9.6"`, nil},
		{"a bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "invalid byte in chunk length", nil},
		{"a head without end", "HTTP/1.1 200 OK\r\nA: " + strings.Repeat("b", maxHead), "header of the response is longer than 1048576 bytes", nil},
		{"hints without end", strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", maxHead/27), "header of the response is longer than 1048576 bytes", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(_ *stand, p *peer) {
				p.request()
				if p.number > 0 {
					p.say(fine)
					return
				}
				p.say(test.response)
			})
			target := s.target(t)
			_, _, err := send(target, post(t.Context(), "{}"))
			require.EqualError(t, err, test.want)
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
			require.EqualValues(t, 1, s.connections.Load(), "a new connection is not to blame")
			requireFine(t, target, "{}")
		})
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ *stand, p *peer) {
		p.request()
		_ = p.Conn.(*net.TCPConn).SetLinger(0) // Close sends RST
	})
	_, _, err := send(s.target(t), post(t.Context(), "{}"))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

// The body may be longer than the head.
func TestLongBody(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2*maxHead)
	s := serve(t, answering("HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n"+long))
	target := s.target(t)
	for range 2 {
		_, body, err := send(target, post(t.Context(), "{}"))
		require.NoError(t, err)
		require.True(t, long == body)
	}
	require.EqualValues(t, 1, s.connections.Load())
}

// A body that is not read to its end is not waited for.
func TestBodyIsLeft(t *testing.T) {
	t.Parallel()
	gone := make(chan bool)
	s := serve(t, func(_ *stand, p *peer) {
		p.request()
		p.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nfine")
		p.rest()
		gone <- true
	})
	target := s.target(t)
	for range 2 {
		response, err := target.RoundTrip(post(t.Context(), "{}"))
		require.NoError(t, err)
		_, err = io.ReadFull(response.Body, make([]byte, 4))
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		<-gone
		require.NoError(t, response.Body.Close(), "twice is once")
	}
	require.EqualValues(t, 2, s.connections.Load())
}

// The bytes of a request are net/http's.
func TestBytes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*http.Request)
		want   string
	}{
		{"plain", func(*http.Request) {}, "POST /webhook HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 2\r\n\r\n{}"},
		{"another host", func(r *http.Request) { r.Host = "other.test" }, "POST /webhook HTTP/1.1\r\nHost: other.test\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 2\r\n\r\n{}"},
		{"headers as spelled, in order", func(r *http.Request) {
			r.Header = http.Header{"stripe-SIGNATURE": {"t=1"}, "B": {"2"}, "A": {"1"}, "User-Agent": {""}}
		},
			"POST /webhook HTTP/1.1\r\nHost: shop.test\r\nContent-Length: 2\r\nA: 1\r\nB: 2\r\nstripe-SIGNATURE: t=1\r\n\r\n{}"},
		{"chunks", func(r *http.Request) { r.ContentLength = -1 }, "POST /webhook HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Go-http-client/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"},
		{"no body", func(r *http.Request) { r.Body, r.ContentLength = http.NoBody, 0 }, "POST /webhook HTTP/1.1\r\nHost: shop.test\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			near, far := net.Pipe()
			got := make(chan string, 1)
			go func() {
				defer far.Close()
				message := make([]byte, 1000)
				n, _ := far.Read(message) // a pipe passes on one write at a time
				got <- string(message[:n])
			}()
			request := post(t.Context(), "{}")
			test.change(request)
			_, _, err := send(targetOf(t, "http://shop.test", over(near)), request)
			require.ErrorIs(t, err, io.EOF)
			require.Equal(t, test.want, <-got)
		})
	}
}
