package stripeapi

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A Server is Stripe's API, as far as a webhook handler needs it. The zero value
// works and knows nothing yet. Set the fields before the first request. A Server is
// safe for use by several goroutines, and starts none.
type Server struct {
	// Version is the API version that answers name when the request names none.
	// Empty: fixtures.DefaultVersion. It is a label: objects are answered in the shape of
	// the version that a request names, and else in the one that they were added with.
	Version string

	// Key is the one API key that is accepted, as Bearer or as the user name of Basic.
	// Empty: any sk_test_ key, for a server that only this machine can reach.
	Key string

	// Seed fixes the ids that the API invents and which requests fail by rate. 0: one
	// is drawn when it is needed, and stored here.
	Seed uint64

	// Now is the clock. Nil: time.Now.
	Now func() time.Time

	// Pages is the base URL of the pages on which Checkout Sessions and payment links are
	// paid: the url of a new one is there, at SessionPage or LinkPage and its id. Empty:
	// no such page is served, and the url leads nowhere.
	Pages string

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

	draw  sync.Once // of the seed
	build sync.Once // of api
	api   *api
}

// built returns the API, which is built when it is first needed.
func (s *Server) built() *api {
	s.build.Do(func() {
		s.api = newAPI(s.seed, s.now, func() string { return s.Pages }, hooks{changed: s.changed, retry: s.retry, undelivered: s.undelivered})
	})
	return s.api
}

// Add registers an event: it can be fetched, and the object that it carries is from
// now on in the state that it has there. Of an event whose type ends in .deleted only
// {id, object, deleted} stays, as Stripe answers for deleted objects; an ended
// subscription stays whole. Objects that are expanded inside become known as well. An
// event that is known already changes nothing.
//
// A handler that is handed an old event asks the API for the present state. So an
// event that was created before the last one that was added about the object does
// not change its state back. Of two that were created in the same second, one whose
// type ends in .created is the older and one that ends in .deleted the newer, and of
// others the one that was added first is the older.
//
// Thin events (object v2.core.event) are added too; they carry no object. The error
// says why the bytes are no event. They are kept as they are, without a copy, and must
// not be changed.
func (s *Server) Add(payload []byte) error {
	if err := s.built().graph.add(payload); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return nil
}

// Put registers an object that no event carries, such as a price that the application
// has in its configuration. It is JSON with at least object ("price") and id. An
// object that is known already is replaced.
func (s *Server) Put(object []byte) error {
	if err := s.built().graph.put(object); err != nil {
		return fmt.Errorf("object: %w", err)
	}
	return nil
}

// Object returns the current state of an object: of a kind ("refund") and with an
// id. It is what a GET answers, but finds only what an event carried, a client
// wrote, or Put gave.
func (s *Server) Object(kind, id string) (object []byte, ok bool) {
	return s.built().graph.text(kind, id)
}

// AddEndpoint registers a webhook endpoint that was made elsewhere, or that changed.
// OnEndpoint is not called. An endpoint without an ID gets one.
func (s *Server) AddEndpoint(endpoint Endpoint) Endpoint {
	return s.built().endpoints.add(endpoint)
}

// RemoveEndpoint makes the API forget a webhook endpoint. OnEndpoint is not called.
func (s *Server) RemoveEndpoint(id string) { s.built().endpoints.remove(id) }

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
// what a handler called meanwhile.
func (s *Server) CallsSince(n int) []Call { return s.calls.since(n) }

// Called returns how many calls there were, the forgotten ones included.
func (s *Server) Called() int { return s.calls.number() }

func (s *Server) seed() uint64 {
	s.draw.Do(func() {
		for s.Seed == 0 {
			s.Seed = uint64(rand.Uint32())
		}
	})
	return s.Seed
}

func (s *Server) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// changed reports a change of an endpoint to OnEndpoint.
func (s *Server) changed(change Change, e Endpoint) *apiError {
	if s.OnEndpoint == nil {
		return nil
	}
	if err := s.OnEndpoint(change, e); err != nil {
		return invalid("url", "%s", err)
	}
	return nil
}

func (s *Server) retry(eventID, endpointID string) *apiError {
	if s.OnRetry == nil {
		return invalid("", "Nothing is delivered here: events are delivered again by fakestripe listen, or by a program that sets OnRetry.")
	}
	if err := s.OnRetry(eventID, endpointID); err != nil {
		return invalid("webhook_endpoint", "%s", err)
	}
	return nil
}

func (s *Server) undelivered(eventID string) bool {
	return s.Undelivered != nil && s.Undelivered(eventID)
}
