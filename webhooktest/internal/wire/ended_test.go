package wire

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// The end of the context ends a request in any phase.
func TestEndOfTheContext(t *testing.T) {
	t.Parallel()
	over := func(script func(*peer)) Dialer { dial, _ := piped(script); return dial }
	waits := func(ctx context.Context, _, _ string) (net.Conn, error) { <-ctx.Done(); return nil, io.EOF }
	takes := over(func(p *peer) { p.rest() })
	stops := func(ctx context.Context) Dialer {
		return over(func(p *peer) { _, _ = p.Read(make([]byte, 1)); <-ctx.Done() })
	}
	halts := func(text string) Dialer {
		return over(func(p *peer) { p.request(); p.say(text); p.rest() })
	}
	phases := []struct {
		name, url string
		dial      func(context.Context) Dialer
		size      int
	}{
		{"connecting", "http://shop.test", func(context.Context) Dialer { return waits }, 2},
		{"shaking hands", "https://shop.test", func(context.Context) Dialer { return takes }, 2},
		{"writing", "http://shop.test", stops, 2},
		{"writing a large message", "http://shop.test", stops, 10 << 20},
		{"waiting", "http://shop.test", func(context.Context) Dialer { return halts("") }, 2},
		{"reading the head", "http://shop.test", func(context.Context) Dialer { return halts("HTTP/1.1 200 OK\r\n") }, 2},
		{"reading the body", "http://shop.test", func(context.Context) Dialer { return halts("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf") }, 2},
		{"reading a chunk", "http://shop.test", func(context.Context) Dialer {
			return halts("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf")
		}, 2},
	}
	ends := map[error]func(context.Context) (context.Context, context.CancelFunc){
		context.DeadlineExceeded: func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		},
		context.Canceled: func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Minute, cancel)
			return ctx, cancel
		},
	}
	for _, phase := range phases {
		for want, end := range ends {
			t.Run(phase.name+", "+want.Error(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := end(t.Context())
					defer cancel()
					start := time.Now()
					_, _, err := send(targetOf(t, phase.url, phase.dial(ctx)), post(ctx, strings.Repeat("x", phase.size)))
					require.Equal(t, want, err)
					require.Equal(t, time.Minute, time.Since(start))
				})
			})
		}
	}
}

// A context that has ended sends nothing, not even over an idle connection.
func TestEndBeforeTheBeginning(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	target := s.target(t)
	requireFine(t, target, "{}")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := send(target, post(ctx, "{}"))
	require.Equal(t, context.Canceled, err)
	requireFine(t, target, "{}")
	require.EqualValues(t, 2, s.requests.Load())
	require.EqualValues(t, 1, s.connections.Load())
}

// A connection that was interrupted is not used again, though its response was complete.
func TestEndBeforeTheBodyIsRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dial, _ := piped(func(p *peer) { answering(fine)(new(stand), p) })
		target := targetOf(t, "http://shop.test", dial)
		ctx, cancel := context.WithCancel(t.Context())
		response, err := target.RoundTrip(post(ctx, "{}"))
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.Equal(t, "fine", string(body), "it had arrived")
		require.Nil(t, target.idle.pop())
	})
}

// A GET that got no response in time is not sent again.
func TestEndRepeatsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dial, connections := piped(func(p *peer) {
			p.request()
			p.say(fine)
			p.rest()
		})
		target := targetOf(t, "http://shop.test", dial)
		requireFine(t, target, "{}")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		request := post(ctx, "{}")
		request.Method = http.MethodGet
		_, _, err := send(target, request)
		require.Equal(t, context.DeadlineExceeded, err)
		require.Equal(t, 1, *connections)
	})
}

// An idle connection outlives the contexts of its requests.
func TestEndAfterTheResponse(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	target := s.target(t)
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		_, _, err := send(target, post(ctx, "{}"))
		require.NoError(t, err)
		cancel()
	}
	require.EqualValues(t, 1, s.connections.Load())
}

// A sender that leaves has sent everything, and waits for nothing.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"small": 2, "large": 10 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := make(chan int, 1)
			s := serve(t, func(_ *stand, p *peer) {
				body, err := io.ReadAll(p.head().Body)
				if err != nil {
					t.Error(err)
				}
				p.rest() // until the sender is gone
				got <- len(body)
			})
			_, _, err := send(s.target(t), post(Leaving(t.Context()), strings.Repeat("x", size)))
			require.Equal(t, context.Canceled, err)
			require.Equal(t, size, <-got)
		})
	}
}

func TestLeavingGetsNothingRepeated(t *testing.T) {
	t.Parallel()
	s := serve(t, answering(fine))
	target := s.target(t)
	requireFine(t, target, "{}")
	request := post(Leaving(t.Context()), "{}")
	request.Method = http.MethodGet
	_, _, err := send(target, request)
	require.Equal(t, context.Canceled, err)
	require.EqualValues(t, 1, s.connections.Load())
}

func TestAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ url, address, name string }{
		{"http://shop.test", "shop.test:80", ""},
		{"https://shop.test", "shop.test:443", "shop.test"},
		{"https://shop.test:8443/webhook", "shop.test:8443", "shop.test"},
		{"http://[::1]:4242", "[::1]:4242", ""},
		{"https://[::1]", "[::1]:443", "::1"},
		{"http://[fe80::1%25eth0]:80", "[fe80::1%eth0]:80", ""},
		{"https://bücher.test:8443", "xn--bcher-kva.test:8443", "xn--bcher-kva.test"},
	}
	for _, test := range tests {
		to, err := url.Parse(test.url)
		require.NoError(t, err)
		target := New(to, nil, nil)
		require.Equal(t, test.address, target.address)
		if test.name != "" {
			require.Equal(t, test.name, target.tls.ServerName)
		}
	}
}
