package stripeapi

import (
	"net/http"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A maker makes new objects and changes their state.
type maker struct{ graph *graph }

// make makes an object in the initial state of its kind, linked to the objects named in
// the parameters, with the parameters merged in.
func (m *maker) make(kind string, to changeTo, params *param, parent map[string]string) (*node, *apiError) {
	template, err := newState(kind, to)
	if err != nil {
		return nil, &apiError{status: http.StatusInternalServerError, typ: "api_error", message: err.Error()}
	}
	writes().fit(kind, func(name string) string { return params.get(name) }, template)
	b, from := m.bindingsToMake(template, params, parent)
	delete(b.IDs, known().kind(kind).id) // it is new, whatever the others refer to
	for _, field := range writes().UnlessGiven {
		if template.child(field) != nil && !linked(b, template.child(field)) {
			template.put(field, null())
		}
	}
	if template.child("metadata") != nil {
		template.put("metadata", object())
	}
	tree := fill(b, template)
	for _, o := range from {
		shareFacts(b, o.kind, o.tree(), kind, tree)
	}
	for field, id := range parent {
		tree.put(field, text(id))
	}
	if created := tree.child("created"); created != nil {
		tree.put("created", value(b.Now))
	}
	if failed := apply(m.graph, b, kind, tree, params); failed != nil {
		return nil, failed
	}
	tree.version = fixtures.DefaultVersion
	return tree, nil
}

// bindingsToMake returns the objects named in the parameters, and their bindings, at the
// current time.
func (m *maker) bindingsToMake(template *node, params *param, parent map[string]string) (*render.Bindings, []*stored) {
	b := render.NewBindings(m.graph.seed(), "make "+value(m.graph.objects.next()).plain(), m.graph.now().Unix())
	var from []*stored
	const most = 20 // more IDs than any request names
	name := func(field, id string) {
		if placeholder, ok := render.Placeholder(template.child(field).str()); ok {
			b.Bind(placeholder, id)
		}
		kind, ok := m.graph.kindOf(id, field)
		if !ok || !looksLikeID(id) || len(from) == most {
			return
		}
		if o, failed := m.graph.lookup(ref{kind: kind, id: id}); failed == nil {
			learn(b, known().kind(kind).template, o.tree())
			from = append(from, o)
		}
	}
	for field, id := range parent {
		name(field, id)
	}
	for i, field := range params.keys {
		if p := params.fields[i]; p.kind == scalar && p.text != "" && field != "id" {
			name(field, p.text)
		}
	}
	return b, from
}
