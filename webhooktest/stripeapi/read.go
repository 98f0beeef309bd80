package stripeapi

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// read answers GET.
func (s *Server) read(q *request, t target) (*answer, *apiError) {
	tree, failed := s.readTree(q, t)
	if failed == nil {
		failed = s.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (s *Server) readTree(q *request, t target) (*node, *apiError) {
	switch {
	case t.Use == routes.MakeOnly:
		return nil, unrecognized(q.method, q.path)
	case t.Use == routes.Singleton:
		return s.readOne(q, t)
	case t.id == "":
		return s.list(t.url, t.Kinds, t.parent, q.params)
	case t.id == "search" && t.rest == "":
		return s.search(t.url, t.Kinds, q.params)
	}
	o, failed := s.addressed(t)
	switch {
	case failed != nil:
		return nil, failed
	case t.rest != "":
		return s.readPart(q, t, o)
	}
	return o.tree(), nil
}

// addressed returns the object that a path leads to, of whichever kind it is.
func (s *Server) addressed(t target) (*stored, *apiError) {
	for _, r := range s.state().byID[t.id] {
		if slices.Contains(t.Kinds, r.kind) && known().kind(r.kind).id != "" {
			return s.lookup(r)
		}
	}
	kind := t.Kinds[0]
	for _, other := range t.Kinds {
		if slices.Contains(known().byPrefix(t.id), other) {
			kind = other
		}
	}
	return s.lookup(ref{kind: kind, id: t.id, scope: t.scope()})
}

// scope is the customer or account in a path.
func (t *target) scope() string { return t.parent["customer"] + t.parent["account"] }

// readOne returns an object that has no id in its path.
func (s *Server) readOne(q *request, t target) (*node, *apiError) {
	if t.Event != "" {
		return s.preview(q, t)
	}
	o, failed := s.one(t, q.account)
	switch {
	case failed != nil:
		return nil, failed
	case t.rest != "":
		return nil, unrecognized(q.method, q.path)
	}
	return o.tree(), nil
}

// one returns the object that there is one of: of the account, or of the customer
// or subscription in the path.
func (s *Server) one(t target, account string) (*stored, *apiError) {
	kind := t.Kinds[0]
	if kind == "account" {
		return s.ownAccount(account), nil
	}
	if known().kind(kind).id == "" {
		return s.lookup(ref{kind: kind, scope: t.scope()})
	}
	for _, o := range s.state().ofKinds(t.Kinds) { // a discount
		if !o.deleted && belongs(o.tree(), t.parent) {
			return o, nil
		}
	}
	e := missing(kind, "")
	e.message = "There is no " + kind + " at " + t.url
	return nil, e
}

// ownAccount is the account that the API key belongs to, or that Stripe-Account
// names.
func (s *Server) ownAccount(account string) *stored {
	if account == "" {
		account = newWorld(s.seed(), "account", 0).fill("acct")
	}
	r := ref{kind: "account", id: account}
	if o, ok := s.state().objects.get(r); ok {
		return o
	}
	return s.infer(r)
}

// preview returns an object that has no id yet, such as the upcoming invoice: the
// one that an event carried, or one that is made for the answer.
func (s *Server) preview(q *request, t target) (*node, *apiError) {
	var tree *node
	var failed *apiError
	if o, ok := s.state().objects.get(ref{kind: t.Kinds[0], scope: q.params.get("customer")}); ok {
		tree = o.tree()
	} else if tree, failed = s.make(t.Kinds[0], changeTo{Event: t.Event}, q.params, t.parent); failed != nil {
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
func (s *Server) readPart(q *request, t target, o *stored) (*node, *apiError) {
	field, id, _ := strings.Cut(t.rest, "/")
	items, ok := s.part(o, field)
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

// part returns the elements of a list that belongs to an object: one that it holds,
// or one that it shows on demand.
func (s *Server) part(o *stored, field string) ([]*node, bool) {
	if held := o.tree().child(field); held.child("object").str() == "list" {
		return held.child("data").children, true
	}
	kind, ok := known().writing.Lists[o.kind][field]
	if !ok {
		return nil, false
	}
	if kind == "item" {
		return s.lineItems(o), true
	}
	s.materialize([]string{kind})
	var items []*node
	for _, other := range s.state().ofKinds([]string{kind}) {
		if tree := other.tree(); !other.deleted && belongs(tree, map[string]string{lastPart(o.kind): o.id}) {
			items = append(items, tree)
		}
	}
	return items, true
}

// belongs says whether the fields of an object hold the ids of a path.
func belongs(tree *node, parent map[string]string) bool {
	for field, id := range parent {
		if there := tree.child(field); idOf(there) != id {
			return false
		}
	}
	return true
}

// idOf returns the id in a field, expanded or not.
func idOf(n *node) string {
	if n != nil && n.kind == '{' {
		return n.child("id").str()
	}
	return n.plain()
}
