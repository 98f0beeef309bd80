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

// A Server is Stripe's API, as far as a webhook handler needs it. The zero value
// works and knows nothing yet. Set the fields before the first request. A Server is
// safe for use by several goroutines, and starts none.
type Server struct {
	// Version is the API version that answers name when the request names none.
	// Empty: fixtures.DefaultVersion. Objects keep the shapes that they were added
	// with, whatever version a request asks for.
	Version string

	// Key is the one API key that is taken, as Bearer or as the name of Basic. Empty:
	// any sk_test_ key, for a server that only this machine can reach.
	Key string

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

	faults  faults
	calls   calls
	replays replays

	mu    sync.Mutex // of what follows
	store *store
	rand  *rand.Rand // of ids
}

// Fail replaces the rules by which requests fail. Without any, none does. A
// request fails by the first rule that matches and hits.
func (s *Server) Fail(rules ...Failure) { s.faults.fail(rules) }

// Slow replaces the rules by which requests are slow. Without any, none is. The
// first that matches counts. The wait ends early when the client hangs up, or when
// the rules are replaced.
func (s *Server) Slow(rules ...Slowness) { s.faults.slowDown(rules) }

// Calls returns the calls that are kept, oldest first.
func (s *Server) Calls() []Call { return s.calls.since(0) }

// CallsSince returns the calls that came after the n-th and are kept, oldest first.
// A test that remembers Call.N, or calls [Server.Called] before it delivers, sees
// what a handler asked meanwhile.
func (s *Server) CallsSince(n int) []Call { return s.calls.since(n) }

// Called returns how many calls there were, the forgotten ones included.
func (s *Server) Called() int { return s.calls.number() }

// state returns what is stored. It is called with the lock held.
func (s *Server) state() *store {
	if s.store == nil {
		s.store = newStore()
	}
	return s.store
}

// lockedSeed returns the seed to who does not hold the lock.
func (s *Server) lockedSeed() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seed()
}

// seed returns the seed. It is called with the lock held.
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

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// ServeHTTP answers a request as Stripe's API does, and records it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	call := s.callOf(r)
	var q *request
	failed := s.authorize(r) // before anything is read of a stranger
	if failed == nil {
		q, failed = readRequest(r)
		call.Params = q.params.flat()
	}
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
		a, failed = s.replays.once(q, &call, w.Header(), s.dispatch)
	}
	if failed != nil {
		a, call.Error = failed.answer(), failed.message
	}
	call.Status, call.Object, call.ID = a.status, a.object, a.id
	s.record(call)
	s.write(w, r, call, a)
}

// record keeps a call that was answered and gives it its number.
func (s *Server) record(call Call) {
	call.Duration = s.now().Sub(call.At)
	call = s.calls.add(call)
	if s.OnCall != nil {
		s.OnCall(call)
	}
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

// admit lets a request in, late or not at all, as Slow and Fail say.
func (s *Server) admit(r *http.Request) *apiError {
	if delay, eased := s.faults.delay(r.Method, r.URL.Path); delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-eased:
		case <-r.Context().Done():
			return nil
		}
	}
	return s.faults.failure(r.Method, r.URL.Path, s.lockedSeed)
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
