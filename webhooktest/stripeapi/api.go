package stripeapi

import (
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// An api has a part for each group of paths. The parts share the graph, which holds all
// data. Each line uses only the lines above it:
//
//	node, param              JSON, and the parameters of a request
//	catalog, facts, writing  facts about Stripe, read once
//	objects, eventLog        stored data and its indexes
//	graph                    both, with their lock; infers what others refer to
//	maker, merge, lineItems  new objects, other states, parameters merged in
//	finder, lister, expander the object or list at a path; objects in place of ids
//	reader, writer           GET; POST and DELETE
//	objectAPI and the others requests below some paths, which take the graph's lock
//
// Besides it, a [Server] owns faults, replays (idempotency keys) and calls, each with its
// own lock.
type api struct {
	graph *graph
	ids   *ids

	objects   objectAPI
	events    eventAPI
	endpoints endpointAPI
	thin      thinAPI
}

// hooks are a Server's callbacks. They are called without the graph's lock.
type hooks struct {
	changed     func(Change, Endpoint) *apiError
	retry       func(eventID, endpointID string) *apiError
	undelivered func(eventID string) bool
}

func newAPI(seed func() uint64, now func() time.Time, pages func() string, h hooks) *api {
	g, ids := &graph{seed: seed, now: now, pages: pages, objects: newObjects()}, &ids{seed: seed}
	g.billed.count, g.billed.bytes = KeptObjects, KeptBytes
	maker, finder, items := maker{g}, finder{g}, lineItems{g}
	lists := lister{graph: g, items: items}
	expand := expander{graph: g, lists: lists}
	return &api{
		graph: g, ids: ids,
		objects: objectAPI{
			graph: g, expand: expand,
			reader: reader{graph: g, maker: maker, find: finder, lists: lists},
			writer: writer{graph: g, maker: maker, find: finder, items: items, bills: biller{g, maker}},
		},
		events:    eventAPI{graph: g, expand: expand, retry: h.retry, pending: h.undelivered},
		endpoints: endpointAPI{graph: g, lists: lists, ids: ids, changed: h.changed},
		thin:      thinAPI{g},
	}
}

// serve answers a request, in the API version it names.
func (a *api) serve(q *request) (*answer, *apiError) {
	answer, failed := a.route(q)
	answer.finish(q.version)
	return answer, failed
}

// route passes a request to the part for its path.
func (a *api) route(q *request) (*answer, *apiError) {
	switch segments := routes.Segments(q.path); {
	case strings.HasPrefix(q.path, "/v2/"):
		return a.thin.serve(q)
	case len(segments) > 1 && segments[1] == "events":
		return a.events.serve(q, segments[2:])
	case len(segments) > 1 && segments[1] == "webhook_endpoints":
		return a.endpoints.serve(q, segments[2:])
	}
	return a.objects.serve(q)
}
