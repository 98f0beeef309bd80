package stripeapi

import (
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// lookup returns an object by ID, known or inferred from references to it.
func (g *graph) lookup(r ref) (*stored, *apiError) {
	k := known().kind(r.kind)
	if k.id != "" && r.id != "" {
		r.scope = ""
	}
	if o, ok := g.objects.get(r); ok {
		return o, nil
	}
	if k.id != "" && !(r.kind == "payment_method" && isTestMethod(r.id)) && !(known().fits(r.kind, r.id) && g.mentioned(r.kind, r.id)) {
		return nil, missing(r.kind, r.id)
	}
	return g.infer(r), nil
}

// infer makes a referenced object: an object of its kind, with the bindings of the objects
// that refer to it. Their links and shared facts agree. It has the state from the newest
// thin event, if any.
func (g *graph) infer(r ref) *stored {
	b, from := g.bindingsOf(r)
	template := known().kind(r.kind).template
	if eventType := g.lastThinType(r); eventType != "" {
		if _, lasting := writes().Delete[r.kind]; strings.HasSuffix(eventType, ".deleted") && !lasting {
			return g.objects.keep(r, tombstone(r), inferred)
		}
		if state := render.ThinState(eventType); state != nil && mustNode(state).child("object").str() == r.kind {
			template = mustNode(state)
		}
	}
	if state := derived(r.kind, from); state != nil && g.lastThinType(r) == "" {
		template = state
	}
	tree := fill(b, template)
	for _, o := range from {
		shareFacts(b, o.kind, o.tree(), r.kind, tree)
	}
	if r.kind == "balance_transaction" {
		balance(tree, r.id, from)
	}
	if r.id != "" {
		tree.put("id", text(r.id))
	}
	if r.kind == "payment_method" && isTestMethod(r.id) {
		tree.put("customer", null()) // it belongs to nobody
	}
	for _, field := range []string{"customer", "account"} {
		if r.scope != "" && tree.child(field) != nil {
			tree.put(field, text(r.scope))
		}
	}
	return g.objects.keep(r, tree, inferred)
}

// lastThinType returns the type of the newest thin event about an object, or "".
func (g *graph) lastThinType(r ref) (eventType string) {
	if r.id == "" {
		return ""
	}
	e, tree := g.events.about("id", r.id)
	if e == nil || tree.at("related_object.type").str() != r.kind {
		return ""
	}
	return e.typ
}

// forget drops an inferred object after a new thin event: it has changed.
func (g *graph) forget(id string) {
	for _, r := range slices.Clone(g.objects.withID(id)) {
		if o, _ := g.objects.get(r); o.origin == inferred {
			g.objects.remove(r)
		}
	}
}

// bindingsOf returns the bindings of a referenced object, and the objects that refer to
// it.
func (g *graph) bindingsOf(r ref) (*render.Bindings, []*stored) {
	b := render.NewBindings(g.seed(), r.kind+" "+r.id+r.scope, g.now().Unix())
	if k := known().kind(r.kind); k.id != "" {
		b.IDs[k.id] = r.id
	}
	about := r.id
	if about == "" {
		about = r.scope
	}
	if about == "" {
		return b, nil
	}
	from := g.objects.mentioning(about)
	for i, o := range from {
		template, tree := known().kind(o.kind).template, o.tree()
		if i == 0 {
			learnTime(b, template, tree)
		}
		learn(b, template, tree)
	}
	return b, from
}

// inferAll infers all referenced objects of some kinds, for lists.
func (g *graph) inferAll(kinds []string) {
	g.inferPayments(kinds)
	c := known()
	var wanted []ref
	seen := make(map[ref]bool)
	for _, name := range kinds {
		k := c.kind(name)
		if k.id == "" {
			continue
		}
		for id := range g.references(k.id + "_") {
			r := ref{kind: name, id: id}
			if seen[r] {
				continue
			}
			seen[r] = true
			if _, isKnown := g.objects.get(r); !isKnown && g.owner(id) == name {
				wanted = append(wanted, r)
			}
		}
	}
	for _, r := range wanted {
		g.infer(r)
	}
}

// owner returns the kind of an ID.
func (g *graph) owner(id string) string {
	kind, _ := g.kindOf(id, "")
	return kind
}

// references yields the IDs with a prefix in objects that were not inferred.
func (g *graph) references(prefix string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, o := range g.objects.newest() {
			if o.origin == inferred {
				continue
			}
			for _, id := range o.ids {
				if strings.HasPrefix(id, prefix) && !strings.Contains(id, "_secret_") && !yield(id) {
					return
				}
			}
		}
	}
}
