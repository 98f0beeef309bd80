package stripeapi

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// A Server is the part of Stripe's API that webhook handlers need. The zero value works
// and is empty. Set the fields before the first request. A Server is safe for concurrent
// use, and starts no goroutines.
//
// # Objects
//
// A thin event contains no object. GET /v2/core/events/{id} returns it with the data of
// its type, and related_object.url leads to its object: for API v1, in the state of the
// newest thin event or, if there is one, of a snapshot event; for v2, only ID, type and
// mode are known.
//
// Lists filter by the fields of objects (customer=, status=, created[gte]=), have pages
// (limit, starting_after, ending_before, has_more) and are sorted newest first, like
// Stripe's. /search supports Stripe's query language. expand[] works four levels deep,
// also in lists, and includes on-demand fields such as the line items of a checkout
// session.
//
// Objects keep the shape they were registered with: that of their event's API version.
// Objects made by the API or given to Put have the shape of 2023-10-16, or of the version
// that introduced them. A request with a later Stripe-Version gets objects in the shape
// of that version; with an earlier or unknown version, as they are. Events stay as
// delivered, as at Stripe. Filters, expand[] and writes use the stored shape: a parameter
// introduced by a later version sets a field of its own name, not the field it replaced.
// Stripe-Account is recorded but does not separate accounts: objects are visible with and
// without it.
//
// Confirming a PaymentIntent with one of Stripe's test cards
// (https://docs.stripe.com/testing) declines it, with 402 and the decline code, or waits
// for 3-D Secure; [Server.OutcomeOf] returns the result of a payment. The payment methods
// pm_card_… exist; attaching one makes a copy. With [Server.Pages], new Checkout Sessions
// and payment links have their url there.
//
// A request with an Idempotency-Key is executed once. Repeated, it gets the same response,
// marked Idempotent-Replayed; a different request with the same key gets an
// idempotency_error. Errors have Stripe's shape, types and codes.
//
// # Bounds
//
// A Server keeps up to [KeptEvents] events, [KeptObjects] objects, [KeptCalls] calls and
// [KeptKeys] idempotency keys, and [KeptBytes] of each; it forgets the oldest first. A
// body above [MaxBody] is a 413. For an object or event of more than 1 MiB, the elements
// of lists above 64 KiB are shown, but not found, filtered, paged or expanded, and the
// answer is compact JSON. A page ends early at 16 MiB (see has_more).
type Server struct {
	// Version is the API version named in responses to requests without one. Empty means
	// fixtures.DefaultVersion. It is only a label: objects have the shape of the request's
	// version, or else the one they were added with.
	Version string

	// Key is the only accepted API key, sent as Bearer or as the user name of Basic. Empty
	// means any sk_test_ key: for servers that only this machine can reach.
	Key string

	// Seed determines invented IDs, and which requests fail by rate. If 0, one is drawn when
	// needed and stored here.
	Seed uint64

	// Now is the clock. Nil means time.Now.
	Now func() time.Time

	// Pages is the base URL of the hosted pages for Checkout Sessions and payment links: a
	// new object's url is there, at SessionPage or LinkPage and its id. Empty means that
	// there are no such pages, and the url leads nowhere.
	Pages string

	// OnEndpoint is called when a client creates, updates or deletes a webhook endpoint. An
	// error refuses the request, with its message. If nil, endpoints are stored, but receive
	// nothing.
	OnEndpoint func(Change, Endpoint) error

	// OnRetry is called for POST /v1/events/{id}/retry, which delivers an event again: to
	// one endpoint or, with an empty endpointID, to all. An error refuses the request. If
	// nil, such requests are refused.
	OnRetry func(eventID, endpointID string) error

	// OnCall is called after each request has been answered and recorded. These callbacks
	// may call the Server's methods.
	OnCall func(Call)

	// Undelivered reports whether an event has not reached all its endpoints: GET
	// /v1/events?delivery_success=false lists those. Nil means that all events have.
	Undelivered func(eventID string) bool

	faults  faults
	calls   calls
	replays replays

	draw  sync.Once // of the seed
	build sync.Once // of api
	api   *api
}

// built returns the API, building it on first use.
func (s *Server) built() *api {
	s.build.Do(func() {
		s.api = newAPI(s.seed, s.now, func() string { return s.Pages }, hooks{changed: s.changed, retry: s.retry, undelivered: s.undelivered})
	})
	return s.api
}

// Add registers an event: it can be fetched, and its object takes the state in the event.
// For a type ending in .deleted, only {id, object, deleted} remains, as at Stripe; an
// ended subscription remains whole. Objects expanded inside are registered, too. A known
// event changes nothing.
//
// A handler of an old event gets the present state from the API: an event created before
// the latest one about the same object does not revert its state. Of two events created
// in the same second, a type ending in .created is older, one ending in .deleted is
// newer, and otherwise the first one added is older.
//
// Thin events (object v2.core.event) are added, too; they contain no object. The error
// says why the bytes are not an event. Add keeps the bytes without copying them: do not
// modify them.
func (s *Server) Add(payload []byte) error {
	if err := s.built().graph.add(payload); err != nil {
		return fmt.Errorf("event: %w", err)
	}
	return nil
}

// Put registers an object that no event contains, such as a price in the application's
// configuration. The JSON needs at least object ("price") and id. It replaces a known
// object.
func (s *Server) Put(object []byte) error {
	if err := s.built().graph.put(object); err != nil {
		return fmt.Errorf("object: %w", err)
	}
	return nil
}

// Object returns the current state of an object, by kind ("refund") and ID. It matches a
// GET, but finds only objects from events, clients' writes or Put.
func (s *Server) Object(kind, id string) (object []byte, ok bool) {
	return s.built().graph.text(kind, id)
}

// AddEndpoint registers or updates a webhook endpoint made elsewhere. It does not call
// OnEndpoint. It assigns a missing ID.
func (s *Server) AddEndpoint(endpoint Endpoint) Endpoint {
	return s.built().endpoints.add(endpoint)
}

// RemoveEndpoint removes a webhook endpoint. It does not call OnEndpoint.
func (s *Server) RemoveEndpoint(id string) { s.built().endpoints.remove(id) }

// Fail replaces the rules for failing requests. Without any, none fails. The first rule
// that matches and hits decides.
func (s *Server) Fail(rules ...Failure) { s.faults.fail(rules) }

// Slow replaces the rules for delaying requests. Without any, none is delayed. The first
// match decides. The wait ends early if the client hangs up, or the rules are replaced.
func (s *Server) Slow(rules ...Slowness) { s.faults.slowDown(rules) }

// Calls returns the recorded calls, oldest first.
func (s *Server) Calls() []Call { return s.calls.since(0) }

// CallsSince returns the recorded calls after the n-th, oldest first. To see a handler's
// calls during a delivery, call [Server.Called] before it, or remember Call.N.
func (s *Server) CallsSince(n int) []Call { return s.calls.since(n) }

// Called returns the number of calls, including forgotten ones.
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

// Billed returns the PaymentIntent of a subscription's invoice made by the API, the invoice
// of such a PaymentIntent, or "" for any other ID.
func (s *Server) Billed(id string) string {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	other, _ := g.billed.get(id)
	return other
}

// OutcomeOf returns the result of paying an object: a PaymentIntent, Invoice, Subscription
// or SetupIntent with one of Stripe's test cards or payment methods, such as
// pm_card_visa_chargeDeclined, or of a customer who has one. For a Refund, it returns the
// result of the refund.
func (s *Server) OutcomeOf(kind, id string) Outcome {
	g := s.built().graph
	g.mu.Lock()
	defer g.mu.Unlock()
	o, ok := g.objects.get(ref{kind: kind, id: id})
	if !ok {
		return Outcome{}
	}
	return g.outcome(o.tree())
}
