package stripeapi

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/routes"
)

// writing says what creating, deleting and actions do to an object: the file
// writes.json.
type writing struct {
	// Lists are shown with an object on demand: of which kind their elements are.
	Lists map[string]map[string]string `json:"lists"`

	// UnlessGiven are fields that are null in a new object unless a parameter sets
	// them. The fixtures fill them, as real objects do.
	UnlessGiven []string `json:"unless_given"`

	// Required are the parameters that creating an object asks for; a|b is either.
	Required map[string][]string `json:"required"`

	Create  map[string]changeTo            `json:"create"`
	Delete  map[string]changeTo            `json:"delete"` // the kinds that stay whole when they are deleted
	Actions map[string]map[string]changeTo `json:"actions"`
}

// change answers POST.
func (s *Server) change(q *request, t target) (*answer, *apiError) {
	var tree *node
	var failed *apiError
	switch {
	case t.Use == routes.Singleton && t.Event != "":
		tree, failed = s.preview(q, t)
	case t.Use == routes.Singleton:
		tree, failed = s.updateOne(q, t)
	case t.id == "" && t.rest == "":
		tree, failed = s.create(t, q.params)
	case t.rest != "":
		tree, failed = s.act(q, t)
	default:
		tree, failed = s.update(t, q.params)
	}
	if failed == nil {
		failed = s.expand(tree, q.params)
	}
	if failed != nil {
		return nil, failed
	}
	return answerWith(tree), nil
}

func (s *Server) updateOne(q *request, t target) (*node, *apiError) {
	o, failed := s.one(t, q.account)
	if failed != nil {
		return nil, failed
	}
	return s.save(o, q.params, nil)
}

func (s *Server) update(t target, params *param) (*node, *apiError) {
	o, failed := s.writable(t)
	if failed != nil {
		return nil, failed
	}
	return s.save(o, params, nil)
}

// writable returns an object that is not deleted.
func (s *Server) writable(t target) (*stored, *apiError) {
	o, failed := s.addressed(t)
	if failed == nil && o.deleted {
		return nil, missing(o.kind, o.id)
	}
	return o, failed
}

// act answers POST /v1/{collection}/{id}/{action}.
func (s *Server) act(q *request, t target) (*node, *apiError) {
	to, ok := known().writing.Actions[t.Kinds[0]][t.rest]
	if !ok {
		return nil, unrecognized(q.method, q.path)
	}
	o, failed := s.writable(t)
	if failed != nil {
		return nil, failed
	}
	return s.save(o, q.params, &to)
}

// save changes an object and keeps it.
func (s *Server) save(o *stored, params *param, to *changeTo) (*node, *apiError) {
	tree := o.tree()
	w := newWorld(s.seed(), o.kind+" "+o.id, s.now().Unix())
	if to != nil {
		w = s.worldFor(o.ref, o.kind, tree)
		s.transit(w, o.kind, tree, *to)
	}
	w.learn(known().kind(o.kind).template, tree)
	if failed := s.apply(w, o.kind, tree, params); failed != nil {
		return nil, failed
	}
	if updated := tree.child("updated"); updated != nil && updated.kind == '0' {
		tree.put("updated", value(s.now().Unix()))
	}
	s.carryInner(tree)
	s.store.keep(o.ref, tree, stated)
	return tree, nil
}

// worldFor returns the world of an object and of those that refer to it.
func (s *Server) worldFor(r ref, kind string, tree *node) *world {
	w, _ := s.worldOf(r)
	template := known().kind(kind).template
	w.learnTime(template, tree)
	w.learn(template, tree)
	return w
}

// delete answers DELETE.
func (s *Server) delete(q *request, t target) (*answer, *apiError) {
	var o *stored
	var failed *apiError
	switch {
	case t.Use == routes.Singleton && t.Event == "":
		o, failed = s.one(t, q.account)
	case t.id != "" && t.rest == "":
		o, failed = s.writable(t)
	default:
		failed = unrecognized(q.method, q.path)
	}
	if failed != nil {
		return nil, failed
	}
	if to, lasting := known().writing.Delete[o.kind]; lasting {
		tree, failed := s.save(o, q.params, &to)
		if failed != nil {
			return nil, failed
		}
		return answerWith(tree), nil
	}
	tree := tombstone(o.ref)
	s.store.keep(o.ref, tree, stated)
	return answerWith(tree), nil
}

// create answers POST /v1/{collection}.
func (s *Server) create(t target, params *param) (*node, *apiError) {
	kind := kindToMake(t, params)
	for _, name := range known().writing.Required[kind] {
		if !slices.ContainsFunc(strings.Split(name, "|"), func(either string) bool { return params.field(either) != nil }) {
			return nil, lacking(name)
		}
	}
	tree, failed := s.make(kind, known().writing.Create[kind], params, t.parent)
	if failed != nil {
		return nil, failed
	}
	if id := params.get("id"); id != "" && known().kind(kind).id != "" {
		tree.put("id", text(id))
	}
	r := refOf(kind, tree)
	if old, exists := s.state().objects.get(r); exists && r.id != "" && !old.deleted {
		e := invalid("id", "%s already exists.", r.id)
		e.code = "resource_already_exists"
		return nil, e
	}
	if confirm, ok := known().writing.Actions[kind]["confirm"]; ok && params.get("confirm") == "true" {
		s.transit(s.worldFor(r, kind, tree), kind, tree, confirm)
	}
	if kind == "refund" {
		if failed := s.refunded(tree, params); failed != nil {
			return nil, failed
		}
	}
	s.carryInner(tree)
	s.store.keep(r, tree, stated)
	if kind == "checkout.session" || kind == "payment_link" || kind == "quote" {
		if failed := s.makeLineItems(r, tree, params); failed != nil {
			return nil, failed
		}
	}
	return tree, nil
}

// kindToMake chooses the kind of a collection that holds several.
func kindToMake(t target, params *param) string {
	for _, name := range []string{"external_account", "source", "bank_account"} {
		kind := params.get(name, "object")
		if kind == "" && (strings.HasPrefix(params.get(name), "btok_") || strings.HasPrefix(params.get(name), "ba_")) {
			kind = "bank_account"
		}
		if slices.Contains(t.Kinds, kind) {
			return kind
		}
	}
	return t.Kinds[0]
}
