package wire

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// A large message is written while the response is read.
func TestLargeMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		script      func(*peer, *http.Request)
		connections int
		reason      string
	}{
		{"read", func(p *peer, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); p.say(fine) }, 1, "all is as with small ones"},
		{"answered, then read", func(p *peer, r *http.Request) { p.say(fine); _, _ = io.Copy(io.Discard, r.Body) }, 1, "all was written in the end"},
		{"answered, then left", func(p *peer, r *http.Request) { p.say(fine); time.Sleep(time.Second) }, 2, "half a message is on its way"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dial, connections := piped(func(p *peer) {
					for request := p.head(); request != nil; request = p.head() {
						test.script(p, request)
					}
				})
				target := targetOf(t, "http://shop.test", dial)
				start := time.Now()
				requireFine(t, target, large)
				requireFine(t, target, large)
				require.Equal(t, test.connections, *connections, test.reason)
				require.Less(t, time.Since(start), time.Second, "nobody waits for the server")
				time.Sleep(2 * time.Second) // for the peer to end
			})
		})
	}
}

var large = strings.Repeat("x", 10<<20)

// The next message must not overwrite one that is still on its way.
func TestLargeMessageOnItsWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bodies := make(chan string, 2)
		dial, _ := piped(func(p *peer) {
			request := p.head()
			p.say(fine)
			time.Sleep(time.Second)
			body, _ := io.ReadAll(request.Body)
			bodies <- string(body)
		})
		target := targetOf(t, "http://shop.test", dial)
		var responses []*http.Response
		for _, letter := range []string{"a", "b"} {
			response, err := target.RoundTrip(post(t.Context(), strings.Repeat(letter, 10<<20)))
			require.NoError(t, err)
			responses = append(responses, response)
		}
		for range responses {
			body := <-bodies
			require.Equal(t, 10<<20, strings.Count(body, body[:1]))
		}
		for _, response := range responses {
			require.NoError(t, response.Body.Close())
		}
	})
}

// A server that refuses a large message closes the connection while it is written.
func TestRefusal(t *testing.T) {
	t.Parallel()
	s := serve(t, func(_ *stand, p *peer) {
		p.head()
		p.say("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfine")
		_ = p.Conn.(*net.TCPConn).CloseWrite()
		p.rest() // else the rest of the request destroys the response
	})
	target := s.target(t)
	for range 2 {
		response, body, err := send(target, post(t.Context(), large))
		require.NoError(t, err)
		require.Equal(t, http.StatusRequestEntityTooLarge, response.StatusCode)
		require.Equal(t, "fine", body)
	}
	require.EqualValues(t, 2, s.connections.Load())
}
