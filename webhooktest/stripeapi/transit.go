package stripeapi

import "github.com/fakestripe/fakestripe/webhooktest/internal/render"

// transit moves an object to another state by changing the fields of that state.
func (m *maker) transit(b *render.Bindings, kind string, tree *node, to changeTo) {
	template, err := stateOf(kind, to.of(tree))
	if err != nil {
		return // a test rules this out
	}
	writes().fit(kind, func(name string) string { return tree.child(name).plain() }, template)
	began := b.Now
	b.Now = m.graph.now().Unix()
	target := fill(b, template)
	b.Now = began
	shareFacts(b, kind, tree, kind, target)                                                   // the amount paid is the amount due
	if has := tree.child("payment_intent"); kind == "invoice" && has != nil && has.isNull() { // finalizing creates it
		tree.put("payment_intent", target.child("payment_intent"))
	}
	target.walk(func(path, key string, v *node) {
		_, set := to.Set[path]
		if set || render.IsState(path) {
			tree.set(path, v)
		}
	})
}

// bindingsFor returns the bindings of an object and of the objects that refer to it.
func (m *maker) bindingsFor(r ref, kind string, tree *node) *render.Bindings {
	b, _ := m.graph.bindingsOf(r)
	template := known().kind(kind).template
	learnTime(b, template, tree)
	learn(b, template, tree)
	return b
}
