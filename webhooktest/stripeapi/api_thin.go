package stripeapi

import (
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// thinAPI handles requests below /v2: events and event destinations of thin events
// (https://docs.stripe.com/api/v2/core/events).
type thinAPI struct{ graph *graph }

func (a *thinAPI) serve(q *request) (*answer, *apiError) {
	parts := routes.Segments(q.path)
	if q.method != http.MethodGet {
		return nil, unrecognized(q.method, q.path)
	}
	a.graph.mu.Lock()
	defer a.graph.mu.Unlock()
	if len(parts) < 3 || len(parts) > 4 || parts[1] != "core" {
		return a.related(q)
	}
	id := strings.Join(parts[3:], "")
	switch {
	case parts[2] == "events" && id != "":
		e, failed := a.graph.events.find(id, true)
		if failed != nil {
			failed.code = "not_found"
			return nil, failed
		}
		return &answer{status: http.StatusOK, body: a.fetched(e), object: render.ThinObject, id: id}, nil
	case parts[2] == "events":
		var items []*node
		for _, e := range a.graph.events.newest(true) {
			tree := mustNode(a.fetched(e))
			if about := q.params.get("object_id"); about == "" || about == tree.at("related_object.id").str() {
				items = append(items, tree)
			}
		}
		return thinPage(items, q.params)
	case parts[2] == "event_destinations":
		found, failed := a.destinations(id, q.params)
		if about, _ := a.graph.events.about("url", q.path); failed == nil || about == nil {
			return found, failed
		}
	}
	return a.related(q)
}

// related returns the object of a thin event. For an object of v2, only the event's
// reference is known.
func (a *thinAPI) related(q *request) (*answer, *apiError) {
	_, event := a.graph.events.about("url", q.path)
	if event == nil {
		return nil, unrecognized(q.method, q.path)
	}
	about := event.child("related_object")
	tree := object()
	tree.put("id", about.child("id"))
	tree.put("object", about.child("type"))
	tree.put("created", event.child("created"))
	tree.put("livemode", event.child("livemode"))
	return answerWith(tree), nil
}

// fetched returns a thin event as fetched: with the data of its type, which a delivery
// lacks. Without data, it is the delivered text, byte for byte.
func (a *thinAPI) fetched(e *event) []byte {
	if e.fetched == nil {
		e.fetched = a.withData(e)
	}
	return e.fetched
}

func (a *thinAPI) withData(e *event) []byte {
	data, related := render.ThinData(e.typ)
	if data == nil {
		return e.text
	}
	tree := mustNode(e.text)
	if tree.child("data") != nil {
		return e.text
	}
	created, err := time.Parse(time.RFC3339, tree.child("created").str())
	if err != nil {
		created = a.graph.now()
	}
	b := render.NewBindings(a.graph.seed(), e.id, created.Unix())
	if about := tree.child("related_object"); related != nil && !about.isNull() {
		learn(b, mustNode(related), about)
	}
	tree.put("data", fill(b, mustNode(data)))
	return indented(tree.encode())
}

// destinations lists webhook endpoints as event destinations.
func (a *thinAPI) destinations(id string, params *param) (*answer, *apiError) {
	var items []*node
	for _, o := range a.graph.objects.ofKinds([]string{endpointKind}) {
		if o.deleted || id != "" && o.id != id {
			continue
		}
		items = append(items, destination(o.tree()))
	}
	switch {
	case id == "":
		return thinPage(items, params)
	case len(items) == 0:
		failed := missing("event_destination", id)
		failed.code = "not_found"
		return nil, failed
	}
	return answerWith(items[0]), nil
}

func destination(endpoint *node) *node {
	tree := object()
	tree.put("id", endpoint.child("id"))
	tree.put("object", text("v2.core.event_destination"))
	for _, field := range []string{"description", "enabled_events", "livemode", "metadata", "status"} {
		tree.put(field, endpoint.child(field))
	}
	tree.put("event_payload", text("snapshot"))
	tree.put("name", endpoint.child("url"))
	tree.put("type", text("webhook_endpoint"))
	webhook := object()
	webhook.put("url", endpoint.child("url"))
	tree.put("webhook_endpoint", webhook)
	return tree
}

// thinPage returns the first page of a list, in v2's format.
func thinPage(items []*node, params *param) (*answer, *apiError) {
	limit, failed := limitOf(params)
	if failed != nil {
		return nil, failed
	}
	tree := object()
	tree.put("data", listOf(items[:min(limit, len(items))]...))
	tree.put("next_page_url", null())
	tree.put("previous_page_url", null())
	return answerWith(tree), nil
}
