package stripeapi

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// What a Server keeps, at the most. The oldest is forgotten first; an object that
// changes counts as new.
const (
	KeptEvents  = 10_000
	KeptObjects = 20_000
	KeptCalls   = 10_000
	KeptKeys    = 10_000   // idempotency keys, with the answers that go with them
	KeptBytes   = 64 << 20 // of each of these four
	MaxBody     = 1 << 20  // of a request, in bytes; what is larger is answered with 413
)

// A Server is Stripe's API, as far as a webhook handler needs it. The zero value
// works and knows nothing yet. Set the fields before the first request. A Server is
// safe for use by several goroutines, and starts none.
type Server struct {
	// Version is the API version that answers name when the request names none.
	// Empty: fixtures.DefaultVersion. Objects keep the shapes that they were added
	// with, whatever version a request asks for.
	Version string

	// Seed fixes the ids that the API invents and which requests fail by rate. 0: one
	// is drawn when it is needed, and stored here.
	Seed uint64

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// OnEndpoint is called when a client creates, updates or deletes a webhook
	// endpoint. An error refuses the request and is its message. Nil: endpoints are
	// kept, and nothing is delivered to them.
	OnEndpoint func(Change, Endpoint) error

	// OnRetry is called for POST /v1/events/{id}/retry, which delivers an event again,
	// to one endpoint or, when endpointID is empty, to all. An error refuses the
	// request. Nil: such requests are refused.
	OnRetry func(eventID, endpointID string) error

	// OnCall is called after each request was answered and recorded. The functions of
	// the Server may be called from all of these.
	OnCall func(Call)

	// Undelivered says whether an event has not reached all its endpoints: GET
	// /v1/events?delivery_success=false lists those. Nil: every event has.
	Undelivered func(eventID string) bool

	mu       sync.Mutex
	store    *store
	calls    kept[int, Call]
	called   int
	answers  kept[string, *replay]
	failures []Failure
	slow     []Slowness
	eased    chan struct{} // closed when slow is replaced
	rand     *rand.Rand    // of ids
	dice     *rand.Rand    // of failures by rate
}

// state returns what is stored. It is called with the lock held.
func (s *Server) state() *store {
	if s.store == nil {
		s.store = newStore()
	}
	return s.store
}

func (s *Server) seed() uint64 {
	for s.Seed == 0 {
		s.Seed = uint64(rand.Uint32())
	}
	return s.Seed
}

// newID invents an id. It is called with the lock held.
func (s *Server) newID(kind string) string {
	if s.rand == nil {
		s.rand = rand.New(rand.NewPCG(s.seed(), 0))
	}
	return render.NewID(kind, s.rand.Uint64())
}

// hit says whether a request fails, by a rate. It is called with the lock held.
func (s *Server) hit(rate float64) bool {
	if s.dice == nil {
		s.dice = rand.New(rand.NewPCG(s.seed(), 1))
	}
	return s.dice.Float64() < rate
}

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// An answer is what a request is answered with.
type answer struct {
	status int
	body   []byte // JSON, laid out
	object string // what the body is
	id     string
}

// answerWith lays a tree out as an answer.
func answerWith(tree *node) *answer {
	return &answer{
		status: http.StatusOK, body: indented(tree.encode()),
		object: tree.child("object").str(), id: tree.child("id").str(),
	}
}

func (e *apiError) answer() *answer {
	return &answer{status: e.status, body: indented(e.body().encode())}
}

// ServeHTTP answers a request as Stripe's API does, and records it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := s.callOf(r)
	q, failed := readRequest(r)
	call.Params = q.params.flat()
	if failed == nil {
		failed = s.admit(r)
	}
	if r.Context().Err() != nil {
		call.Error = "the client hung up"
		s.record(call)
		return
	}
	var a *answer
	if failed == nil {
		a, failed = s.once(q, &call, w.Header())
	}
	if failed != nil {
		a, call.Error = failed.answer(), failed.message
	}
	call.Status, call.Object, call.ID = a.status, a.object, a.id
	s.record(call)
	s.write(w, r, call, a)
}

func (s *Server) callOf(r *http.Request) Call {
	s.mu.Lock()
	id := s.newID("req")
	s.mu.Unlock()
	header := r.Header.Get
	return Call{
		At: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Account: header("Stripe-Account"), Context: header("Stripe-Context"), IdempotencyKey: header("Idempotency-Key"),
		Version: header("Stripe-Version"), Client: r.UserAgent(), RequestID: id,
	}
}

// admit lets a request in, late or not at all.
func (s *Server) admit(r *http.Request) *apiError {
	if failed := authorize(r); failed != nil {
		return failed
	}
	if delay, eased := s.delay(r.Method, r.URL.Path); delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-eased:
		case <-r.Context().Done():
			return nil
		}
	}
	return s.failure(r.Method, r.URL.Path)
}

// write sends an answer with the headers that Stripe's have.
func (s *Server) write(w http.ResponseWriter, r *http.Request, call Call, a *answer) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	h.Set("Cache-Control", "no-cache, no-store")
	h.Set("Request-Id", call.RequestID)
	h.Set("Stripe-Version", s.version(call.Version))
	echo := func(name, value string) {
		if value != "" {
			h.Set(name, value)
		}
	}
	echo("Idempotency-Key", call.IdempotencyKey)
	echo("Stripe-Account", call.Account)
	if a.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Basic realm="Stripe"`)
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // who hung up does not read it
	}
}

func (s *Server) version(asked string) string {
	switch {
	case asked != "":
		return asked
	case s.Version != "":
		return s.Version
	}
	return fixtures.DefaultVersion
}

// dispatch does what a request asks for.
func (s *Server) dispatch(q *request) (*answer, *apiError) {
	switch parts := routes.Segments(q.path); {
	case strings.HasPrefix(q.path, "/v2/"):
		return s.thinRequest(q)
	case len(parts) > 1 && parts[1] == "events":
		return s.eventRequest(q, parts[2:])
	case len(parts) > 1 && parts[1] == "webhook_endpoints":
		return s.endpointRequest(q, parts[2:])
	}
	t, ok := known().find(q.path)
	if !ok {
		return nil, unrecognized(q.method, q.path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch q.method {
	case http.MethodGet:
		return s.read(q, t)
	case http.MethodPost:
		return s.change(q, t)
	case http.MethodDelete:
		return s.delete(q, t)
	}
	return nil, unrecognized(q.method, q.path)
}
