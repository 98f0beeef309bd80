package stripeapi

import (
	"net/http"
	"slices"
	"strings"
)

// eventAPI handles requests below /v1/events.
type eventAPI struct {
	graph   *graph
	expand  expander
	retry   func(eventID, endpointID string) *apiError
	pending func(eventID string) bool // whether some endpoint has not received it
}

func (a *eventAPI) serve(q *request, parts []string) (*answer, *apiError) {
	switch {
	case q.method == http.MethodGet && len(parts) == 0:
		return a.list(q)
	case q.method == http.MethodGet && len(parts) == 1:
		return a.read(parts[0], q.params)
	case q.method == http.MethodPost && len(parts) == 2 && parts[1] == "retry":
		return a.redeliver(parts[0], q.params.get("webhook_endpoint"))
	}
	return nil, unrecognized(q.method, q.path)
}

// read returns an event as delivered, except for layout and expansion.
func (a *eventAPI) read(id string, params *param) (*answer, *apiError) {
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	found, failed := a.graph.events.find(id, false)
	if failed != nil {
		return nil, failed
	}
	if params.field("expand") == nil {
		return found.answer(), nil
	}
	tree := mustNode(found.text)
	if failed := a.expand.expand(tree, params); failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

// list lists events, newest first (https://docs.stripe.com/api/events/list).
func (a *eventAPI) list(q *request) (*answer, *apiError) {
	undelivered := a.undelivered(q.params.get("delivery_success"))
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	typ, types := q.params.get("type"), q.params.field("types").texts()
	var items []item
	for _, found := range a.graph.events.newest(false) {
		switch {
		case typ != "" && !matchesType(typ, found.typ),
			len(types) > 0 && !slices.Contains(types, found.typ),
			!undelivered(found.id),
			!passesTime(found.created, q.params.field("created")):
			continue
		}
		items = append(items, item{id: found.id, text: found.text})
	}
	tree, failed := page(items, "/v1/events", q.params)
	if failed == nil {
		failed = a.expand.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

// undelivered returns the filter for delivery_success. It calls the Server's function
// without the lock, once per event.
func (a *eventAPI) undelivered(success string) func(id string) bool {
	if success == "" {
		return func(string) bool { return true }
	}
	a.graph.mu.Lock()
	events := a.graph.events.newest(false)
	a.graph.mu.Unlock()
	passing := make(map[string]bool)
	for _, event := range events {
		passing[event.id] = a.pending(event.id) == (success == "false")
	}
	return func(id string) bool { return passing[id] }
}

// matchesType matches a type, or a pattern such as charge.*.
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

// redeliver requests another delivery of an event.
func (a *eventAPI) redeliver(id, endpoint string) (*answer, *apiError) {
	a.graph.mu.Lock()
	found, failed := a.graph.events.find(id, false)
	a.graph.mu.Unlock()
	if failed == nil {
		failed = a.retry(id, endpoint)
	}
	if failed != nil {
		return nil, failed
	}
	return found.answer(), nil
}

// answer returns the event as added, in the layout of the API.
func (e *event) answer() *answer {
	return &answer{status: http.StatusOK, body: indented(e.text), object: "event", id: e.id}
}
