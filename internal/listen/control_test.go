package listen_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// newServer serves a handler and returns its URL. The context of its requests ends with
// the test, so a handler that waits for it cannot keep the test from ending.
func newServer(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return t.Context() }
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func newClient(t testing.TB, base string) *listen.Client {
	t.Helper()
	client, err := listen.NewClient(base)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

func TestAnotherProcessSubmits(t *testing.T) {
	t.Parallel()
	handler := &shop{answers: []int{500}}
	hub := &listen.Hub{Retries: listen.Schedule{0}}
	defer shutdown(t, hub)
	add(t, hub, listen.Endpoint{URL: "/a", Handler: handler})
	add(t, hub, listen.Endpoint{URL: "/b", Handler: always(204)})
	client := newClient(t, newServer(t, listen.Control(hub)))
	client.Trigger = listen.NewTrigger("charge.succeeded")
	event := newEvent(t, "charge.succeeded")
	last := make(map[string]listen.Delivery)
	for d, err := range client.Submit(t.Context(), event) {
		require.NoError(t, err)
		last[d.ID] = d
	}
	require.Len(t, last, 2)
	require.Equal(t, listen.Delivered, last["dlv_1"].State)
	require.Equal(t, 500, last["dlv_1"].Attempts[0].Status)
	require.Equal(t, 200, last["dlv_1"].Attempts[1].Status)
	require.Equal(t, 204, last["dlv_2"].Attempts[0].Status)
	d, _ := hub.Delivery("dlv_1")
	require.Equal(t, event.Body(), d.Body, "byte for byte")
	require.Equal(t, client.Trigger, d.Trigger)
	require.Equal(t, client.Trigger, last["dlv_2"].Trigger)

	for d, err := range client.Submit(t.Context(), event, "unsigned", "header=X-A: b&c=d") {
		require.NoError(t, err)
		last[d.ID] = d
	}
	require.Equal(t, []string{"unsigned", "header=X-A: b&c=d"}, last["dlv_3"].Mutations)
	require.Equal(t, 400, last["dlv_3"].Attempts[0].Status)
}

func submitError(t *testing.T, client *listen.Client, event *webhooktest.Event, mutations ...string) (last error) {
	t.Helper()
	for _, err := range client.Submit(t.Context(), event, mutations...) {
		last = err
	}
	require.Error(t, last)
	return last
}

func TestWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	hub := &listen.Hub{Queue: 1, Retries: listen.Schedule{time.Hour}}
	add(t, hub, listen.Endpoint{Handler: always(500)})
	server := newServer(t, listen.Control(hub))
	client := newClient(t, server)
	event := newEvent(t, "charge.succeeded")
	require.ErrorContains(t, submitError(t, client, event, "tampered"), `unknown mutation "tampered": did you mean `)
	submit(t, hub, newEvent(t, "charge.succeeded"))
	err := submitError(t, client, event)
	require.ErrorIs(t, err, listen.ErrQueueFull)
	require.EqualError(t, err, "the queue is full: 1 unfinished deliveries, at most 1")

	for body, want := range map[string]int{
		"junk": 400,
		`{"a":"` + strings.Repeat("x", listen.MaxEvent) + `"}`: 413,
	} {
		answer, err := http.Post(server+listen.ControlPath, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.Equal(t, want, answer.StatusCode)
		answer.Body.Close()
	}
	answer, err := http.Get(server + listen.ControlPath)
	require.NoError(t, err)
	answer.Body.Close()
	require.Equal(t, 405, answer.StatusCode)

	shutdown(t, hub)
	require.ErrorIs(t, submitError(t, client, event), listen.ErrClosed)
}

func TestListenEndsMeanwhile(t *testing.T) {
	t.Parallel()
	hub := &listen.Hub{Retries: listen.Schedule{time.Hour}}
	add(t, hub, listen.Endpoint{Handler: always(500)})
	client := newClient(t, newServer(t, listen.Control(hub)))
	var last error
	for d, err := range client.Submit(t.Context(), newEvent(t, "charge.succeeded")) {
		last = err
		if len(d.Attempts) == 1 {
			shutdown(t, hub)
		}
	}
	require.ErrorIs(t, last, listen.ErrClosed)
}

func TestNoListen(t *testing.T) {
	t.Parallel()
	client := newClient(t, "127.0.0.1:1")
	err := client.Check(t.Context())
	require.ErrorIs(t, err, listen.ErrNoListen)
	if runtime.GOOS != "windows" { // which has another number for it
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	err = client.Check(ended)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, listen.ErrNoListen, "nobody knows")
	require.ErrorIs(t, submitError(t, client, newEvent(t, "charge.succeeded")), listen.ErrNoListen)

	stranger := newClient(t, newServer(t, http.NotFoundHandler()))
	require.ErrorContains(t, stranger.Check(t.Context()), "another server answers there")
	require.EqualError(t, submitError(t, stranger, newEvent(t, "charge.succeeded")), "listen returned 404 Not Found: 404 page not found")

	breaking := newClient(t, newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"delivery":{"id":"dlv_1"}}` + "\n"))
	})))
	require.ErrorContains(t, submitError(t, breaking, newEvent(t, "charge.succeeded")), "connection to listen lost")

	for _, base := range []string{"http://", "ftp://localhost", "http://[::1", ""} {
		_, err := listen.NewClient(base)
		require.ErrorContains(t, err, "http://127.0.0.1:12113", base)
	}
}

func TestAClientHasTheToken(t *testing.T) {
	t.Parallel()
	var got []string
	server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.URL.Path+" "+r.Header.Get("Authorization")+" "+r.URL.RawQuery)
		_, _ = w.Write([]byte(`{"fakestripe":"listen"}`))
	}))
	client := newClient(t, server+"/?token=hunter2")
	require.NoError(t, client.Check(context.Background()))
	require.Equal(t, server, client.Base())
	require.Equal(t, []string{"/healthz Bearer hunter2 "}, got)
}

// Large events are read one at a time. One that does not arrive holds the others up for as
// long as its body may take, and none of them forever.
func TestALargeEventWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		hub := new(listen.Hub)
		control := listen.Control(hub)
		post := func(body io.Reader) *httptest.ResponseRecorder {
			r := httptest.NewRequestWithContext(t.Context(), "POST", listen.ControlPath, body)
			r.ContentLength = listen.MaxEvent
			w := httptest.NewRecorder()
			control.ServeHTTP(w, r)
			return w
		}
		stuck, never := io.Pipe()
		first := make(chan *httptest.ResponseRecorder)
		go func() { first <- post(stuck) }()
		synctest.Wait()
		began := time.Now()
		w := post(strings.NewReader(""))
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Contains(t, w.Body.String(), "send this one again")
		require.Equal(t, 5*time.Minute, time.Since(began))

		_ = never.CloseWithError(os.ErrDeadlineExceeded) // as the server does with a body that drips
		w = <-first
		require.Equal(t, http.StatusRequestTimeout, w.Code)
		require.Contains(t, w.Body.String(), "took too long to arrive")
		require.Equal(t, http.StatusBadRequest, post(strings.NewReader("{}")).Code, "it is the turn of others")
		shutdown(t, hub)
	})
}
