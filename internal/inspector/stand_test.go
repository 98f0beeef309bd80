package inspector_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v76/webhook"

	"github.com/fakestripe/fakestripe/internal/inspector"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/payment"
)

const secret = "whsec_of_the_inspectors_tests"

// patience is how long a test waits for what is sure to come. It only turns a hang into
// a failure, and is no measure of speed.
const patience = time.Minute

// A stand is a hub, an endpoint, and the inspector of both behind a server.
type stand struct {
	t        testing.TB
	hub      *listen.Hub
	endpoint listen.Endpoint
	source   *webhooktest.Source
	given    string                                       // secret, of the next start
	complete func(context.Context, payment.Request) error // of the next start

	server    *httptest.Server
	url       string // of the inspector
	inspector atomic.Pointer[http.Handler]
}

// newStand delivers to a handler over the network, or to nobody when it is nil.
func newStand(t testing.TB, handler http.Handler) *stand {
	s := &stand{t: t, hub: &listen.Hub{Retries: listen.Schedule{}}, source: new(webhooktest.Source)}
	if handler != nil {
		s.endpoint = s.add(listen.Endpoint{URL: serve(t, handler).URL + "/webhook", Secret: secret})
	}
	s.server = serve(t, s)
	s.url = s.server.URL
	s.start()
	t.Cleanup(func() { s.shutdown() }) // before the servers, which it lets go
	return s
}

// serve serves a handler as long as the test runs. The context of its requests ends
// with the test, so a handler that waits for it cannot keep the test from ending.
func serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return t.Context() }
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// start serves the inspector of the hub.
func (s *stand) start() {
	var handler http.Handler = inspector.New(inspector.Config{Given: s.given, Hub: s.hub, Source: s.source, Version: "0.0.0-test", Complete: s.complete})
	s.inspector.Store(&handler)
}

// stop breaks off what is under way, and answers nobody any more. The port stays the
// test's own: another process could take it before the next start.
func (s *stand) stop() {
	s.inspector.Store(nil)
	s.server.CloseClientConnections()
}

// ServeHTTP implements http.Handler.
func (s *stand) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler := s.inspector.Load()
	if handler == nil {
		panic(http.ErrAbortHandler)
	}
	(*handler).ServeHTTP(w, r)
}

// shutdown ends the hub, and what it still delivers after a while.
func (s *stand) shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.hub.Shutdown(ctx)
}

func (s *stand) add(e listen.Endpoint) listen.Endpoint {
	s.t.Helper()
	added, err := s.hub.AddEndpoint(e)
	require.NoError(s.t, err)
	return added
}

// shop is a handler that stripe-go guards, and that fails for invoices.
var shop = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	event, err := webhook.ConstructEventWithOptions(body, r.Header.Get("Stripe-Signature"), secret, webhook.ConstructEventOptions{IgnoreAPIVersionMismatch: true})
	switch {
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	case event.Type == "invoice.paid":
		http.Error(w, "cannot book invoices today", http.StatusInternalServerError)
	default:
		w.Header().Set("X-Shop", "open")
		_, _ = io.WriteString(w, `{"received":true}`)
	}
})

// event makes an event.
func (s *stand) event(eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	s.t.Helper()
	event, err := s.source.Event(eventType, edits...)
	require.NoError(s.t, err)
	return event
}

// deliver submits an event and waits until its one delivery is finished.
func (s *stand) deliver(event *webhooktest.Event, mutations ...string) listen.Delivery {
	s.t.Helper()
	deliveries, err := s.hub.Submit(s.t.Context(), listen.Request{Event: event, Mutations: mutations})
	require.NoError(s.t, err)
	require.Len(s.t, deliveries, 1)
	return s.finished(deliveries[0].ID)
}

// finished waits for the end of a delivery.
func (s *stand) finished(id string) (last listen.Delivery) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	for d := range s.hub.Follow(ctx, id) {
		last = d
	}
	require.True(s.t, last.Finished(), "delivery %s: %s", id, last.State)
	return last
}

// get reads a route.
func (s *stand) get(path string) (status int, header http.Header, body string) {
	s.t.Helper()
	response, err := http.Get(s.url + path)
	require.NoError(s.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(s.t, err)
	return response.StatusCode, response.Header, string(data)
}

// getJSON reads a route that answers with 200 and JSON.
func (s *stand) getJSON(path string, into any) {
	s.t.Helper()
	status, header, body := s.get(path)
	require.Equal(s.t, http.StatusOK, status, body)
	require.Equal(s.t, "application/json", header.Get("Content-Type"))
	require.NoError(s.t, json.Unmarshal([]byte(body), into))
}

// post sends JSON, given as a text or a value.
func (s *stand) post(path string, value any) (status int, answer answer) {
	s.t.Helper()
	body, ok := value.(string)
	if !ok {
		encoded, err := json.Marshal(value)
		require.NoError(s.t, err)
		body = string(encoded)
	}
	response, err := http.Post(s.url+path, "application/json", bytes.NewReader([]byte(body)))
	require.NoError(s.t, err)
	defer response.Body.Close()
	require.NoError(s.t, json.NewDecoder(response.Body).Decode(&answer))
	return response.StatusCode, answer
}

// An answer is what the routes that change something say.
type answer struct {
	Deliveries []row
	Error      string
	Line       int
	Column     int
	Type       string
	EventID    string `json:"event_id"`
}

// A row is a delivery as the list has it.
type row struct {
	ID        string
	EventID   string `json:"event_id"`
	Type      string
	URL       string
	State     string
	Reason    string
	Status    int
	Error     string
	Attempts  int
	Mutations []string
	ReplayOf  string `json:"replay_of"`
}

// A detail is a delivery in full.
type detail struct {
	row
	Body     string
	Sent     string
	Attempts []struct {
		Number       int
		Status       int
		StatusText   string      `json:"status_text"`
		Request      [][2]string `json:"request_header"`
		Response     [][2]string `json:"response_header"`
		ResponseBody string      `json:"response_body"`
		Error        string
		Signature    struct {
			Verdict, Why, Header string
			Parts                []struct {
				Name, Value, Note string
				Right             bool
			}
		}
	}
}

func (s *stand) detail(id string) (d detail) {
	s.t.Helper()
	s.getJSON("/inspect/deliveries/"+id, &d)
	return d
}
