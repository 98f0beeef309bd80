package stripeapi

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A finder finds objects by path.
type finder struct{ graph *graph }

// addressed returns the object at a path, of any kind.
func (f *finder) addressed(t target) (*stored, *apiError) {
	for _, r := range f.graph.objects.withID(t.id) {
		if slices.Contains(t.Kinds, r.kind) && known().kind(r.kind).id != "" {
			return f.graph.lookup(r)
		}
	}
	kind := t.Kinds[0]
	for _, other := range t.Kinds {
		if slices.Contains(known().byPrefix(t.id), other) {
			kind = other
		}
	}
	return f.graph.lookup(ref{kind: kind, id: t.id, scope: t.scope()})
}

// singleton returns the only object of a kind: of the account, or of the customer or
// subscription in the path.
func (f *finder) singleton(t target, account string) (*stored, *apiError) {
	kind := t.Kinds[0]
	if kind == "account" {
		return f.ownAccount(account), nil
	}
	if known().kind(kind).id == "" {
		return f.graph.lookup(ref{kind: kind, scope: t.scope()})
	}
	for _, o := range f.graph.objects.ofKinds(t.Kinds) { // a discount
		if !o.deleted && belongs(o.tree(), t.parent) {
			return o, nil
		}
	}
	if e, _ := f.graph.events.about("url", t.url); e != nil && !strings.HasSuffix(e.typ, ".deleted") {
		return f.below(t), nil
	}
	e := missing(kind, "")
	e.message = "There is no " + kind + " at " + t.url
	return nil, e
}

// below makes the only object of a kind below another, if a thin event named no ID.
func (f *finder) below(t target) *stored {
	b := render.NewBindings(f.graph.seed(), t.url, f.graph.now().Unix())
	tree := fill(b, known().kind(t.Kinds[0]).template)
	for field, id := range t.parent {
		tree.put(field, text(id))
	}
	return f.graph.objects.keep(refOf(t.Kinds[0], tree), tree, inferred)
}

// ownAccount returns the account of the API key, or the one in Stripe-Account.
func (f *finder) ownAccount(account string) *stored {
	if account == "" {
		account = render.NewBindings(f.graph.seed(), "account", 0).ID("acct")
	}
	r := ref{kind: "account", id: account}
	if o, ok := f.graph.objects.get(r); ok {
		return o
	}
	return f.graph.infer(r)
}

// writable returns an object, unless it is deleted.
func (f *finder) writable(t target) (*stored, *apiError) {
	o, failed := f.addressed(t)
	if failed == nil && o.deleted {
		return nil, missing(o.kind, o.id)
	}
	return o, failed
}
