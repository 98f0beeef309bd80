package webhooktest_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// epoch is the time in tests whose result must not depend on the day.
var epoch = time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)

// patience is how long a test waits for what comes unless something hangs: no
// machine is so slow.
const patience = time.Minute

// stopped is a clock that stands still.
func stopped(at time.Time) func() time.Time {
	return func() time.Time { return at }
}

// newEvent returns an event that is the same in each run.
func newEvent(t testing.TB, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	source := webhooktest.Source{Seed: 42, Now: stopped(epoch)}
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return event
}

// parse returns an event with a payload of the test's own.
func parse(t testing.TB, body string) *webhooktest.Event {
	t.Helper()
	event, err := webhooktest.ParseEvent([]byte(body))
	require.NoError(t, err)
	return event
}

// deliver sends an event that can be sent.
func deliver(t testing.TB, e *webhooktest.Endpoint, event *webhooktest.Event, mutations ...string) *webhooktest.Response {
	t.Helper()
	response, err := e.Deliver(t.Context(), event, mutations...)
	require.NoError(t, err)
	return response
}

// silent is where servers log the panics and TLS errors that a test provokes.
var silent = log.New(io.Discard, "", 0)

// serve starts a server on loopback that says nothing on stderr.
func serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = silent
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// overNetwork returns an endpoint that sends to a URL, closed with the test.
func overNetwork(t testing.TB, url string) *webhooktest.Endpoint {
	t.Helper()
	endpoint := &webhooktest.Endpoint{URL: url, Timeout: patience}
	t.Cleanup(endpoint.Close)
	return endpoint
}

// A delivery is a request as a handler sees it.
type delivery struct {
	Method, Host, URI, Proto string
	Header                   http.Header
	ContentLength            int64
	TransferEncoding         []string
	Body                     string
}

func (d *delivery) signature() string { return d.Header.Get(webhooktest.SignatureHeader) }

// elements returns the values of one key of the signature header.
func (d *delivery) elements(key string) []string {
	var values []string
	for element := range strings.SplitSeq(d.signature(), ",") {
		if value, ok := strings.CutPrefix(element, key+"="); ok {
			values = append(values, value)
		}
	}
	return values
}

// A recorder is a handler that notes what it gets and answers 200.
type recorder struct {
	mu  sync.Mutex
	got []*delivery
}

func (r *recorder) ServeHTTP(_ http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, &delivery{
		Method: request.Method, Host: request.Host, URI: request.RequestURI, Proto: request.Proto,
		Header:        request.Header,
		ContentLength: request.ContentLength, TransferEncoding: request.TransferEncoding,
		Body: string(body),
	})
}

func (r *recorder) all() []*delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got
}

func (r *recorder) last(t testing.TB) *delivery {
	t.Helper()
	all := r.all()
	require.NotEmpty(t, all, "the handler got nothing")
	return all[len(all)-1]
}

// accept reads the request, as a sound handler does, and answers 200.
var accept = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
})
