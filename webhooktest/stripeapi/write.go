package stripeapi

import (
	"bytes"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// A writer changes the objects at a path.
type writer struct {
	graph *graph
	maker maker
	find  finder
	items lineItems
	bills biller
}

// change executes POST.
func (w *writer) change(q *request, t target) (*node, *apiError) {
	switch {
	case t.Use == routes.Singleton:
		return w.updateOne(q, t)
	case t.id == "" && t.rest == "":
		return w.create(t, q.params)
	case t.rest != "":
		return w.act(q, t)
	}
	return w.update(t, q.params)
}

func (w *writer) updateOne(q *request, t target) (*node, *apiError) {
	o, failed := w.find.singleton(t, q.account)
	if failed != nil {
		return nil, failed
	}
	return w.save(o, q.params, nil)
}

func (w *writer) update(t target, params *param) (*node, *apiError) {
	o, failed := w.find.writable(t)
	if failed != nil {
		return nil, failed
	}
	return w.save(o, params, nil)
}

// act executes POST /v1/{collection}/{id}/{action}.
func (w *writer) act(q *request, t target) (*node, *apiError) {
	to, ok := writes().Actions[t.Kinds[0]][t.rest]
	if !ok {
		return nil, unrecognized(q.method, q.path)
	}
	o, failed := w.find.writable(t)
	if failed != nil {
		return nil, failed
	}
	if failed := reached(o, t.rest, to); failed != nil {
		return nil, failed
	}
	tree, failed := w.do(o, q, t, to)
	if failed == nil {
		w.graph.objects.moved(refOf(o.kind, tree), t.rest)
	}
	return tree, failed
}

// do executes an action that is possible.
func (w *writer) do(o *stored, q *request, t target, to changeTo) (tree *node, failed *apiError) {
	if t.rest == "attach" && isTestMethod(t.id) {
		if o, failed = w.copyMethod(o); failed != nil {
			return nil, failed
		}
	}
	if t.rest == "pay" && o.kind == "invoice" {
		if failed := w.payInvoice(o.tree(), q.params); failed != nil {
			return nil, failed
		}
	}
	if t.rest == "confirm" {
		return w.confirmed(o, q.params, to)
	}
	tree, failed = w.save(o, q.params, &to)
	if t.rest == "pay" && failed == nil {
		w.bills.settled(tree)
	}
	return tree, failed
}

// confirmed updates an intent from the parameters, and pays it.
func (w *writer) confirmed(o *stored, params *param, to changeTo) (*node, *apiError) {
	tree, failed := w.save(o, params, nil)
	if failed == nil {
		failed = w.confirm(o.ref, tree, params, to)
	}
	if failed != nil {
		return nil, failed
	}
	w.graph.change(o.ref, tree)
	w.bills.settle(tree)
	return tree, nil
}

// save changes and stores an object.
func (w *writer) save(o *stored, params *param, to *changeTo) (*node, *apiError) {
	tree := o.tree()
	b := render.NewBindings(w.graph.seed(), o.kind+" "+o.id, w.graph.now().Unix())
	if to != nil {
		b = w.maker.bindingsFor(o.ref, o.kind, tree)
		w.maker.transit(b, o.kind, tree, *to)
	}
	learn(b, known().kind(o.kind).template, tree)
	if failed := apply(w.graph, b, o.kind, tree, params); failed != nil {
		return nil, failed
	}
	if (to == nil || to.Idempotent) && bytes.Equal(tree.encode(), o.tree().encode()) {
		return tree, nil
	}
	if updated := tree.child("updated"); updated != nil && updated.kind == '0' {
		tree.put("updated", value(w.graph.now().Unix()))
	}
	w.graph.change(o.ref, tree)
	return tree, nil
}

// delete executes DELETE.
func (w *writer) delete(q *request, t target) (*node, *apiError) {
	var o *stored
	var failed *apiError
	switch {
	case t.Use == routes.Singleton && t.Event == "":
		o, failed = w.find.singleton(t, q.account)
	case t.id != "" && t.rest == "":
		o, failed = w.find.writable(t)
	default:
		failed = unrecognized(q.method, q.path)
	}
	if failed != nil {
		return nil, failed
	}
	if to, lasting := writes().Delete[o.kind]; lasting {
		if reached(o, "cancel", to) != nil {
			return nil, missing(o.kind, o.id)
		}
		tree, failed := w.save(o, q.params, &to)
		w.graph.objects.moved(o.ref, "cancel")
		return tree, failed
	}
	tree := tombstone(o.ref)
	w.graph.change(o.ref, tree)
	return tree, nil
}
