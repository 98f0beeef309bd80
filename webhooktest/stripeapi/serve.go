package stripeapi

import (
	"net/http"

	"github.com/fakestripe/fakestripe/fixtures"
)

// ServeHTTP implements [http.Handler]: it answers a request as Stripe's API does, and
// records it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	api := s.built()
	call := s.callOf(r, api.ids.id("req"))
	var q *request
	failed := authorize(r, s.Key) // before reading anything from a stranger
	if failed == nil {
		q, failed = readRequest(r)
		call.Params = q.params.flat()
	}
	if failed == nil {
		failed = s.faults.admit(r, s.seed)
		if r.Context().Err() != nil {
			call.Error = "the client hung up"
			s.record(call)
			return
		}
	}
	var a *answer
	if failed == nil {
		a, failed = s.replays.once(q, &call, w.Header(), api.serve)
	}
	if failed != nil {
		a, call.Error = failed.answer(), failed.message
		if failed.intent != nil {
			a.object, a.id = failed.intent.child("object").str(), failed.intent.child("id").str()
		}
	}
	call.Status, call.Object, call.ID = a.status, a.object, a.id
	call.Unchanged = a.unchanged && call.Write()
	s.record(call)
	if failed != nil && failed.silent && hungUp(w) {
		return
	}
	a.write(w, r, call, s.version(call.Version))
}

// hungUp closes the connection of a request, if it has one of its own.
func hungUp(w http.ResponseWriter) bool {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func (s *Server) callOf(r *http.Request, id string) Call {
	header := r.Header.Get
	return Call{
		At: s.now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery,
		Account: header("Stripe-Account"), Context: header("Stripe-Context"), IdempotencyKey: header("Idempotency-Key"),
		Version: header("Stripe-Version"), Client: r.UserAgent(), RequestID: id,
	}
}

// record numbers and stores an answered call.
func (s *Server) record(call Call) {
	call.Duration = s.now().Sub(call.At)
	call = s.calls.add(call)
	if s.OnCall != nil {
		s.OnCall(call)
	}
}

func (s *Server) version(requested string) string {
	switch {
	case requested != "":
		return requested
	case s.Version != "":
		return s.Version
	}
	return fixtures.DefaultVersion
}
