package stripeapi

import (
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A reader reads the object or list at a path.
type reader struct {
	graph *graph
	maker maker
	find  finder
	lists lister
}

// read executes GET.
func (r *reader) read(q *request, t target) (*node, *apiError) {
	switch {
	case t.Use == routes.MakeOnly:
		return nil, unrecognized(q.method, q.path)
	case t.Use == routes.Singleton:
		return r.readOne(q, t)
	case t.id == "":
		return r.lists.list(t.url, t.Kinds, t.parent, q.params)
	case t.id == "search" && t.rest == "":
		return r.lists.search(t.url, t.Kinds, q.params)
	}
	o, failed := r.find.addressed(t)
	switch {
	case failed != nil:
		return nil, failed
	case t.rest != "":
		return r.readPart(q, t, o)
	}
	return o.tree(), nil
}

// readOne returns an object without an id in its path.
func (r *reader) readOne(q *request, t target) (*node, *apiError) {
	o, failed := r.find.singleton(t, q.account)
	switch {
	case failed != nil:
		return nil, failed
	case t.rest != "":
		return nil, unrecognized(q.method, q.path)
	}
	return o.tree(), nil
}

// preview returns an object without an ID, such as the upcoming invoice: from an event,
// or made for the answer.
func (r *reader) preview(q *request, t target) (*node, *apiError) {
	var tree *node
	var failed *apiError
	if o, ok := r.graph.objects.get(ref{kind: t.Kinds[0], scope: q.params.get("customer")}); ok {
		tree = o.tree()
	} else if tree, failed = r.maker.make(t.Kinds[0], changeTo{Event: t.Event}, q.params, t.parent); failed != nil {
		return nil, failed
	}
	if t.rest == "" {
		return tree, nil
	}
	part := tree.child(t.rest)
	if part.child("object").str() != "list" {
		return nil, unrecognized(q.method, q.path)
	}
	return page(itemsOf(part.child("data").children), q.path, q.params)
}

// readPart returns a list that belongs to an object: /v1/invoices/{id}/lines.
func (r *reader) readPart(q *request, t target, o *stored) (*node, *apiError) {
	field, id, _ := strings.Cut(t.rest, "/")
	items, ok := r.lists.part(o, field)
	if held := shaped(o.tree(), q.version).child(field); held.child("object").str() == "list" {
		items = held.child("data").children // a version may derive these from the object
	}
	switch {
	case !ok:
		return nil, unrecognized(q.method, q.path)
	case id == "":
		return page(itemsOf(items), t.url+"/"+t.id+"/"+field, q.params)
	}
	for _, item := range items {
		if item.child("id").str() == id {
			return item, nil
		}
	}
	return nil, missing(lastPart(field), id)
}
