package stripeapi

import (
	"net/http"
	"slices"
	"strings"
)

// eventRequest answers requests below /v1/events.
func (s *Server) eventRequest(q *request, parts []string) (*answer, *apiError) {
	switch {
	case q.method == http.MethodGet && len(parts) == 0:
		return s.listEvents(q)
	case q.method == http.MethodGet && len(parts) == 1:
		return s.readEvent(parts[0], q.params)
	case q.method == http.MethodPost && len(parts) == 2 && parts[1] == "retry":
		return s.retryEvent(parts[0], q.params.get("webhook_endpoint"))
	}
	return nil, unrecognized(q.method, q.path)
}

func (s *Server) event(id string, thin bool) (*event, *apiError) {
	e, ok := s.state().events.get(id)
	if !ok || e.thin != thin {
		return nil, missing("event", id)
	}
	return e, nil
}

// readEvent returns an event as it was delivered, byte for byte unless something in
// it is expanded.
func (s *Server) readEvent(id string, params *param) (*answer, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, failed := s.event(id, false)
	if failed != nil {
		return nil, failed
	}
	if params.field("expand") == nil {
		return &answer{status: http.StatusOK, body: e.text, object: "event", id: id}, nil
	}
	tree := mustNode(e.text)
	if failed := s.expand(tree, params); failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

// listEvents lists events, newest first (https://docs.stripe.com/api/events/list).
func (s *Server) listEvents(q *request) (*answer, *apiError) {
	undelivered := s.undelivered(q.params.get("delivery_success"))
	s.mu.Lock()
	defer s.mu.Unlock()
	typ, types := q.params.get("type"), q.params.field("types").texts()
	var items []item
	for _, e := range s.state().newestEvents(false) {
		switch {
		case typ != "" && !matchesType(typ, e.typ),
			len(types) > 0 && !slices.Contains(types, e.typ),
			!undelivered(e.id),
			!passesTime(e.created, q.params.field("created")):
			continue
		}
		items = append(items, item{id: e.id, text: e.text})
	}
	tree, failed := page(items, "/v1/events", q.params)
	if failed == nil {
		failed = s.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

// undelivered returns the filter delivery_success. What is asked of the owner of
// the Server is asked without the lock, once for each event.
func (s *Server) undelivered(success string) func(id string) bool {
	if success == "" {
		return func(string) bool { return true }
	}
	s.mu.Lock()
	events := s.state().newestEvents(false)
	s.mu.Unlock()
	passing := make(map[string]bool)
	for _, e := range events {
		failed := s.Undelivered != nil && s.Undelivered(e.id)
		passing[e.id] = failed == (success == "false")
	}
	return func(id string) bool { return passing[id] }
}

// matchesType knows charge.* as well as a type.
func matchesType(pattern, typ string) bool {
	if prefix, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(typ, prefix)
	}
	return pattern == typ
}

func passesTime(created int64, p *param) bool {
	switch {
	case p == nil:
		return true
	case p.kind == scalar:
		return value(created).plain() == p.text
	}
	return inRange(created, p)
}

// retryEvent has an event delivered again.
func (s *Server) retryEvent(id, endpoint string) (*answer, *apiError) {
	s.mu.Lock()
	e, failed := s.event(id, false)
	s.mu.Unlock()
	switch {
	case failed != nil:
		return nil, failed
	case s.OnRetry == nil:
		return nil, invalid("", "Nothing is delivered here: events are delivered again by fakestripe listen, or by a program that sets OnRetry.")
	}
	if err := s.OnRetry(id, endpoint); err != nil {
		return nil, invalid("webhook_endpoint", "%s", err)
	}
	return &answer{status: http.StatusOK, body: e.text, object: "event", id: id}, nil
}
