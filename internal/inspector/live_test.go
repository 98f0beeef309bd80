package inspector_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/inspector"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A reader follows the live list as the page does.
type reader struct {
	t        *testing.T
	lines    *bufio.Scanner
	rows     map[string]row
	messages map[string]int
	last     json.RawMessage
}

func (s *stand) follow(t *testing.T) *reader {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), "GET", s.url+"/inspect/live", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { response.Body.Close() })
	require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	secured(t, "live", response.Header)
	r := &reader{t: t, lines: bufio.NewScanner(response.Body), rows: make(map[string]row), messages: make(map[string]int)}
	r.lines.Buffer(nil, 16<<20)
	return r
}

// next reads a message and returns its name, "" at the end.
func (r *reader) next() string {
	r.t.Helper()
	var name string
	for r.lines.Scan() {
		line := r.lines.Text()
		if line == "" {
			r.take(name)
			return name
		}
		if text, ok := strings.CutPrefix(line, "event: "); ok {
			name = text
		}
		if text, ok := strings.CutPrefix(line, "data: "); ok {
			r.last = json.RawMessage(text)
		}
	}
	return ""
}

func (r *reader) take(name string) {
	r.messages[name]++
	switch name {
	case "reset":
		clear(r.rows)
	case "deliveries":
		var rows []row
		require.NoError(r.t, json.Unmarshal(r.last, &rows))
		for _, row := range rows {
			r.rows[row.ID] = row
		}
	}
}

// until reads until a condition holds.
func (r *reader) until(holds func() bool) {
	r.t.Helper()
	for !holds() {
		require.NotEmpty(r.t, r.next(), "the stream ended early")
	}
}

func TestLive(t *testing.T) {
	s := newStand(t, shop)
	before := s.deliver(s.event("charge.succeeded"))
	r := s.follow(t)
	r.until(func() bool { return r.messages["ready"] == 1 })
	require.Equal(t, 1, r.messages["reset"])
	require.Equal(t, 1, r.messages["endpoints"])
	require.Equal(t, listen.Delivered, r.rows[before.ID].State)

	after := s.deliver(s.event("invoice.paid"))
	r.until(func() bool { return r.rows[after.ID].State == listen.GivenUp })
	require.Equal(t, 500, r.rows[after.ID].Status)
	require.Equal(t, 1, r.messages["reset"], "nothing was lost")

	s.add(listen.Endpoint{URL: "http://user:password@shop.example/two", Secret: secret, Events: []string{"charge.refunded"}})
	s.deliver(s.event("charge.succeeded"))
	r.until(func() bool { return r.messages["endpoints"] == 2 })
	for name := ""; name != "deliveries"; name = r.next() {
		require.NotContains(t, string(r.last), "password")
		require.NotContains(t, string(r.last), secret)
	}
}

func TestLiveEndsWithTheHub(t *testing.T) {
	s := newStand(t, shop)
	r := s.follow(t)
	r.until(func() bool { return r.messages["ready"] == 1 })
	s.shutdown()
	for r.next() != "" {
	}
}

// pipes is a listener without a network, and without a buffer anywhere: what nobody
// reads cannot be written.
type pipes struct {
	accepting chan net.Conn
	closed    chan struct{}
	once      sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.accepting:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// live asks for the live list over a connection of its own, and reads nothing yet.
func (p *pipes) live(t *testing.T) net.Conn {
	client, server := net.Pipe()
	p.accepting <- server
	_, err := client.Write([]byte("GET /inspect/live HTTP/1.1\r\nHost: localhost\r\n\r\n"))
	require.NoError(t, err)
	return client
}

func read(t *testing.T, connection net.Conn) *reader {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	require.NoError(t, err)
	r := &reader{t: t, lines: bufio.NewScanner(response.Body), rows: make(map[string]row), messages: make(map[string]int)}
	r.lines.Buffer(nil, 16<<20)
	return r
}

// servePipes serves the inspector of a hub, in a bubble of synctest.
func servePipes(t *testing.T, hub *listen.Hub) *pipes {
	p := &pipes{accepting: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: inspector.New(inspector.Config{Hub: hub})}
	go func() { _ = server.Serve(p) }()
	t.Cleanup(func() {
		server.Close()
		hub.Shutdown(context.Background())
	})
	_, err := hub.AddEndpoint(listen.Endpoint{URL: "http://shop.example/", Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})
	require.NoError(t, err)
	return p
}

// A reader that does not read holds up neither the hub nor another reader, and has
// everything when it reads again.
func TestLiveWithASlowReader(t *testing.T) {
	realpart.Long(t)
	synctest.Test(t, func(t *testing.T) {
		const n = 2000
		hub := new(listen.Hub)
		p := servePipes(t, hub)
		slow, quick := p.live(t), read(t, p.live(t))
		defer slow.Close()
		var source webhooktest.Source
		for range n {
			event, err := source.Event("charge.succeeded")
			require.NoError(t, err)
			_, err = hub.Submit(t.Context(), listen.Request{Event: event})
			require.NoError(t, err)
		}
		all := func(r *reader) func() bool {
			return func() bool {
				done := 0
				for _, row := range r.rows {
					if row.State == listen.Delivered {
						done++
					}
				}
				return done == n
			}
		}
		quick.until(all(quick))
		time.Sleep(8 * time.Second) // of the bubble's time: the reader's patience is almost over
		late := read(t, slow)
		late.until(func() bool { return late.messages["reset"] == 2 }) // the hub did not wait for it: changes were lost
		late.until(all(late))
	})
}

// Whoever never reads is given up: the connection is closed, the hub told.
func TestLiveGivesUpAStuckReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := servePipes(t, new(listen.Hub))
		stuck := p.live(t)
		time.Sleep(time.Minute)
		_, err := http.ReadResponse(bufio.NewReader(stuck), nil)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	})
}

// Whoever reads is told that there is nothing to tell.
func TestLiveBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := read(t, servePipes(t, new(listen.Hub)).live(t))
		started := time.Now()
		r.until(func() bool { return r.messages["beat"] == 3 })
		require.Less(t, time.Since(started), time.Minute)
		require.Equal(t, 1, r.messages["reset"])
	})
}
