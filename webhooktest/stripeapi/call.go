package stripeapi

import (
	"slices"
	"time"
)

// A Call is one request that the API received, and what it answered. The key that
// came with the request is not kept.
type Call struct {
	N              int                 `json:"n"` // 1, 2, … in the order of arrival
	At             time.Time           `json:"at"`
	Duration       time.Duration       `json:"duration"` // until the answer, in nanoseconds
	Method         string              `json:"method"`
	Path           string              `json:"path"`
	Query          string              `json:"query,omitempty"`           // as it was sent
	Params         map[string][]string `json:"params,omitempty"`          // of query and body, flat: items[0][price]
	Account        string              `json:"account,omitempty"`         // the Stripe-Account header
	Context        string              `json:"context,omitempty"`         // the Stripe-Context header
	IdempotencyKey string              `json:"idempotency_key,omitempty"` // the Idempotency-Key header
	Version        string              `json:"version,omitempty"`         // the Stripe-Version header
	Client         string              `json:"client,omitempty"`          // the User-Agent header
	RequestID      string              `json:"request_id"`                // the Request-Id of the answer
	Status         int                 `json:"status"`
	Object         string              `json:"object,omitempty"`   // what was answered: "refund", "list"
	ID             string              `json:"id,omitempty"`       // of what was answered
	Replayed       bool                `json:"replayed,omitempty"` // the answer to an earlier request with this idempotency key
	Error          string              `json:"error,omitempty"`    // the message, when the answer was an error
}

// Write says whether the call asked to change something: any method but GET and
// HEAD.
func (c *Call) Write() bool { return c.Method != "GET" && c.Method != "HEAD" }

// Calls returns the calls that are kept, oldest first.
func (s *Server) Calls() []Call { return s.CallsSince(0) }

// CallsSince returns the calls that came after the n-th and are kept, oldest first.
// A test that remembers Call.N, or calls [Server.Called] before it delivers, sees
// what a handler asked meanwhile.
func (s *Server) CallsSince(n int) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var calls []Call
	for number, call := range s.calls.newest() {
		if number <= n {
			break
		}
		calls = append(calls, call)
	}
	slices.Reverse(calls)
	return calls
}

// Called returns how many calls there were, the forgotten ones included.
func (s *Server) Called() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.called
}

// record keeps a call that was answered and gives it its number.
func (s *Server) record(call Call) {
	call.Duration = s.now().Sub(call.At)
	s.mu.Lock()
	s.called++
	call.N = s.called
	s.calls.count, s.calls.bytes = KeptCalls, KeptBytes
	s.calls.put(call.N, call, call.size())
	s.mu.Unlock()
	if s.OnCall != nil {
		s.OnCall(call)
	}
}

// size is about how many bytes a call takes.
func (c *Call) size() int {
	size := 500 + len(c.Path) + len(c.Query) + len(c.IdempotencyKey) + len(c.Error)
	for name, texts := range c.Params {
		size += len(name)
		for _, text := range texts {
			size += len(text)
		}
	}
	return size
}
