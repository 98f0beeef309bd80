package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

func TestReuse(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	target := s.target(t)
	for range 5 {
		requireFine(t, target, "{}")
	}
	require.EqualValues(t, 1, s.connections.Load())
	target.Close()
	requireFine(t, target, "{}")
	require.EqualValues(t, 2, s.connections.Load(), "a closed connection is not used")
}

// A server that closes an idle connection, or says something, is noticed before the next
// request, which must not be lost.
func TestServerEndsIdleConnection(t *testing.T) {
	t.Parallel()
	for name, farewell := range farewells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			end, ended := make(chan bool), make(chan bool)
			s := serve(t, func(s *stand, p *peer) {
				p.request()
				s.requests.Add(1)
				p.say(fine)
				if p.number == 0 {
					<-end
					p.say(farewell)
					p.Close()
					close(ended)
				}
			})
			target := s.target(t)
			requireFine(t, target, "{}")
			close(end)
			<-ended
			requireFine(t, target, "{}")
			require.EqualValues(t, 2, s.requests.Load())
		})
	}
}

var farewells = map[string]string{
	"closes":   "",
	"says 408": "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n",
}

// A connection that is no socket cannot be looked at, only read for a moment.
func TestPeerEndsIdlePipe(t *testing.T) {
	t.Parallel()
	for name, farewell := range farewells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dial, connections := piped(func(p *peer) {
					p.request()
					p.say(fine)
					time.Sleep(time.Second)
					p.say(farewell)
				})
				target := targetOf(t, "http://shop.test", dial)
				requireFine(t, target, "{}")
				time.Sleep(2 * time.Second)
				requireFine(t, target, "{}")
				require.Equal(t, 2, *connections)
				target.Close()
				time.Sleep(2 * time.Second) // for the peer to end
			})
		})
	}
}

// dialHidden hides the socket of a connection, as a user's own connections may.
func dialHidden(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, address)
	return struct{ net.Conn }{c}, err
}

func TestReuseWithoutSocket(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	target := targetOf(t, "http://"+s.address, dialHidden)
	for range 3 {
		requireFine(t, target, "{}")
	}
	require.EqualValues(t, 1, s.connections.Load())
}

// Whoever closes a connection in reply to a request may have handled it.
func TestRepetition(t *testing.T) {
	t.Parallel()
	const once, twice = 2, 3 // requests that arrive, with the first one
	tests := []struct {
		name, method string
		header       http.Header
		half         string // of a response
		requests     int32
		reason       string
	}{
		{"POST", "POST", nil, "", once, "it must not go out twice"},
		{"PUT", "PUT", nil, "", once, "net/http sends it once"},
		{"GET", "GET", nil, "", twice, "it changes nothing"},
		{"HEAD", "HEAD", nil, "", twice, "it changes nothing"},
		{"with a key", "POST", http.Header{"Idempotency-Key": {"7"}}, "", twice, "the server knows it by its key"},
		{"with another key", "POST", http.Header{"X-Idempotency-Key": {"7"}}, "", twice, "the server knows it by its key"},
		{"GET, half answered", "GET", nil, "HTTP/1.1 200 OK\r\n", once, "the server got it"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, func(s *stand, p *peer) {
				for p.request() {
					if s.requests.Add(1) == 2 {
						p.say(test.half)
						return
					}
					p.say(fine)
				}
			})
			target := s.target(t)
			requireFine(t, target, "{}")
			request := post(t.Context(), "{}")
			request.Method, request.Header = test.method, test.header
			_, _, err := send(target, request)
			require.Equal(t, test.requests == twice, err == nil, test.reason)
			require.Equal(t, test.requests, s.requests.Load(), test.reason)
		})
	}
}

// What never left is sent again, whatever it is.
func TestNothingWritten(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	var dialed []*unwritable
	target := targetOf(t, "http://"+s.address, func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		dialed = append(dialed, &unwritable{Conn: c})
		return dialed[len(dialed)-1], err
	})
	requireFine(t, target, "{}")
	dialed[0].broken = true
	requireFine(t, target, "{}")
	require.EqualValues(t, 2, s.requests.Load())
	require.Len(t, dialed, 2)
}

// Unless the connection is new: the server is not there.
func TestNothingWrittenAtFirst(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	_, _, err := send(targetOf(t, "http://shop.test", over(&unwritable{near, true})), post(t.Context(), "{}"))
	require.ErrorIs(t, err, errUnwritable)
}

type unwritable struct {
	net.Conn
	broken bool
}

var errUnwritable = errors.New("broken for a test")

func (u *unwritable) Write(p []byte) (int, error) {
	if u.broken {
		return 0, errUnwritable
	}
	return u.Conn.Write(p)
}

func TestIdleForLong(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int{maxIdle - time.Second: 1, maxIdle + time.Second: 2} {
		synctest.Test(t, func(t *testing.T) {
			dial, connections := piped(func(p *peer) { answering(fine)(new(stand), p) })
			target := targetOf(t, "http://shop.test", dial)
			requireFine(t, target, "{}")
			time.Sleep(wait)
			requireFine(t, target, "{}")
			require.Equal(t, want, *connections, wait)
		})
	}
}

func TestIdleConnectionsAreLimited(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	defer far.Close()
	var i idle
	for range sockets.MaxConnections {
		require.True(t, i.put(newConn(near, near, &i)))
	}
	require.False(t, i.put(newConn(near, near, &i)))
	i.close()
	require.Nil(t, i.take())
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shop")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Skip(err) // paths of sockets are short on some systems
	}
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(listener) })
	t.Cleanup(func() { server.Close(); running.Wait() })
	target := targetOf(t, "http://shop.test", func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	})
	requireFine(t, target, "{}")
	requireFine(t, target, "{}")
}

// Each sender gets the response to its own request.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	const senders, each = 32, 20
	s := serve(t, func(_ *stand, p *peer) {
		for request := p.head(); request != nil; request = p.head() {
			body, _ := io.ReadAll(request.Body)
			p.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n" + string(body) + "\r\n0\r\n\r\n")
		}
	})
	target := s.target(t)
	var running sync.WaitGroup
	for sender := range senders {
		running.Go(func() {
			for i := range each {
				text := string([]byte{'a' + byte(sender), 'a' + byte(i), '.', '.'})
				_, got, err := send(target, post(context.Background(), text))
				if err != nil || got != text {
					t.Errorf("sent %q, got %q, %v", text, got, err)
				}
			}
		})
	}
	running.Wait()
	require.LessOrEqual(t, s.connections.Load(), int32(senders))
}
