package wire

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// fine is a whole response.
const fine = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"

// A peer is the server's end of a connection.
type peer struct {
	net.Conn
	reader *bufio.Reader
	number int // of the connection, from 0
}

func newPeer(c net.Conn, number int) *peer { return &peer{c, bufio.NewReader(c), number} }

// head reads a request up to its body. It returns nil at the end of the connection.
func (p *peer) head() *http.Request {
	request, err := http.ReadRequest(p.reader)
	if err != nil {
		return nil
	}
	return request
}

// request reads a request with its body, and reports whether one came.
func (p *peer) request() bool {
	request := p.head()
	if request == nil {
		return false
	}
	_, err := io.Copy(io.Discard, request.Body)
	return err == nil
}

func (p *peer) say(text string) { _, _ = io.WriteString(p, text) }

// rest waits until the client closes the connection.
func (p *peer) rest() { _, _ = io.Copy(io.Discard, p.reader) }

// A stand is a server whose connections follow a script.
type stand struct {
	address     string
	connections atomic.Int32
	requests    atomic.Int32
}

// serve starts a server on loopback. The script handles one connection, which is closed
// when it returns.
func serve(t *testing.T, script func(*stand, *peer)) *stand {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &stand{address: listener.Addr().String()}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			number := int(s.connections.Add(1)) - 1
			running.Go(func() {
				defer c.Close()
				script(s, newPeer(c, number))
			})
		}
	})
	t.Cleanup(func() { listener.Close(); running.Wait() })
	return s
}

// answering is a script that gives each request the same response.
func answering(response string) func(*stand, *peer) {
	return func(s *stand, p *peer) {
		for p.request() {
			s.requests.Add(1)
			p.say(response)
		}
	}
}

// target returns the target for a test, closed before the server is.
func (s *stand) target(t *testing.T) *Target {
	t.Helper()
	return targetOf(t, "http://"+s.address, nil)
}

func targetOf(t *testing.T, text string, dial Dialer) *Target {
	t.Helper()
	to, err := url.Parse(text)
	require.NoError(t, err)
	target := New(to, nil, dial)
	t.Cleanup(target.Close)
	return target
}

// over is a Dialer for one connection of a test's own.
func over(c net.Conn) Dialer {
	return func(context.Context, string, string) (net.Conn, error) { return c, nil }
}

// piped is a Dialer for a bubble: each connection is a pipe with a script at its other end.
// It counts them.
func piped(script func(*peer)) (dial Dialer, connections *int) {
	connections = new(int)
	return func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		p := newPeer(far, *connections)
		*connections++
		go func() {
			defer far.Close()
			script(p)
		}()
		return near, nil
	}, connections
}

func post(ctx context.Context, body string) *http.Request {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://shop.test/webhook", strings.NewReader(body))
	if err != nil {
		panic(err) // the arguments are valid
	}
	return request
}

// send sends a request and reads the response to its end.
func send(target *Target, request *http.Request) (response *http.Response, body string, err error) {
	response, err = target.RoundTrip(request)
	if err != nil {
		return nil, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response, string(text), err
}

// requireFine sends a request that the server answers with fine.
func requireFine(t *testing.T, target *Target, body string) {
	t.Helper()
	response, text, err := send(target, post(t.Context(), body))
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, "fine", text)
}
