package stripeapi

import (
	"slices"
	"strings"
)

// maxExpand is the maximum depth of an expansion
// (https://docs.stripe.com/api/expanding_objects).
const maxExpand = 4

const maxPaths = 50 // to expand in one request; Stripe states no limit

// An expander replaces IDs by objects.
type expander struct {
	graph *graph
	lists lister
}

// expand replaces the IDs named by expand[] with their objects. It leaves what it cannot
// expand.
func (x *expander) expand(tree *node, params *param) *apiError {
	paths := params.field("expand").texts()
	if len(paths) > maxPaths {
		return invalid("expand", "Array is too long: %d elements, want at most %d.", len(paths), maxPaths)
	}
	for _, path := range paths {
		keys := strings.Split(path, ".")
		depth := len(keys)
		if keys[0] == "data" {
			depth--
		}
		if depth > maxExpand {
			return invalid("expand", "You cannot expand more than %d levels of a property: %s", maxExpand, path)
		}
		x.expandIn(tree, keys)
	}
	return nil
}

func (x *expander) expandIn(n *node, keys []string) {
	if n == nil || len(keys) == 0 {
		return
	}
	key := keys[0]
	field := n.child(key)
	if field.isNull() && n.kind == '{' {
		field = x.onDemand(n, key)
	}
	if field.isNull() {
		return
	}
	if field.kind == '[' {
		field = listOf(slices.Clone(field.children)...)
		n.put(key, field)
		for i, element := range field.children {
			field.children[i] = x.expanded(element, key)
			x.expandIn(field.children[i], keys[1:])
		}
		return
	}
	field = x.expanded(field, key)
	n.put(key, field)
	x.expandIn(field, keys[1:])
}

// expanded returns the object with an ID.
func (x *expander) expanded(n *node, key string) *node {
	id := n.str()
	if id == "" {
		return n
	}
	kind, ok := x.graph.kindOf(id, key)
	if !ok {
		return n
	}
	o, failed := x.graph.lookup(ref{kind: kind, id: id})
	if failed != nil {
		return n
	}
	return o.tree()
}

// onDemand returns a field or list shown only on request.
func (x *expander) onDemand(n *node, key string) *node {
	kind, id := n.child("object").str(), n.child("id").str()
	if field := x.graph.hidden(n, key); field != nil {
		n.put(key, field)
		return field
	}
	if kind == "invoice" && key == "confirmation_secret" {
		secret := x.graph.confirmationSecret(n)
		n.put(key, secret)
		return secret
	}
	o, ok := x.graph.objects.get(ref{kind: kind, id: id})
	if !ok {
		return nil
	}
	items, ok := x.lists.part(o, key)
	if !ok {
		return nil
	}
	tree, failed := page(itemsOf(items), urlOf(kind)+"/"+id+"/"+key, nil)
	if failed != nil {
		return nil
	}
	n.put(key, tree)
	return tree
}
