package stripeapi

import (
	"cmp"
	"errors"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A ref names an object. The scope is the customer or account of objects without a unique
// ID, such as the capability card_payments.
type ref struct{ kind, id, scope string }

// refOf returns the ref of an object of a kind.
func refOf(kind string, tree *node) ref {
	r := ref{kind: kind, id: tree.child("id").str()}
	if r.id == "" || known().kind(kind).id == "" {
		r.scope = tree.child("customer").str() + tree.child("account").str()
	}
	return r
}

// identify returns the ref of an object's tree. The error says why the tree is not an
// object.
func identify(tree *node) (ref, error) {
	if tree == nil || tree.kind != '{' {
		return ref{}, errors.New("want a JSON object")
	}
	kind := tree.child("object").str()
	if kind == "" {
		return ref{}, errors.New("no field object with its type, such as \"customer\"")
	}
	return refOf(kind, tree), nil
}

// tombstone is the rest of a deleted object.
func tombstone(r ref) *node {
	tree := object()
	if r.id != "" {
		tree.put("id", text(r.id))
	}
	tree.put("object", text(r.kind))
	tree.put("deleted", value(true))
	return tree
}

// An origin is the source of an object's state. A worse source does not replace a better
// one.
type origin int

const (
	inferred origin = iota // from references
	embedded               // expanded inside another
	stated                 // from an event, a client's write, or Put
)

// stored is the current state of an object.
type stored struct {
	ref
	text      []byte // compact JSON
	version   string // API version of the text's shape
	origin    origin
	created   int64
	eventType string // type of that event
	asOf      int64  // creation time of the last event about it
	ended     bool   // that event was about its end
	moved     string // the action by which a client changed it last, such as cancel
	seq       int64  // order of first appearance
	turn      int64  // order of the last change
	ids       []string
	deleted   bool
}

func newStored(r ref, tree *node, from origin) *stored {
	return &stored{
		ref: r, text: tree.encode(), version: cmp.Or(tree.version, fixtures.DefaultVersion), origin: from, created: tree.child("created").int(), ids: idsIn(tree), deleted: tree.child("deleted").plain() == "true",
	}
}

// tree returns the object, for the caller to change.
func (o *stored) tree() *node {
	tree := mustNode(o.text)
	tree.version = o.version
	return tree
}

// size estimates the memory of an object: its text, and index entries for its IDs.
func (o *stored) size() int {
	const each, object = 120, 300
	size := object + len(o.text)
	for _, id := range o.ids {
		size += each + len(id)
	}
	return size
}

// belongs reports whether the fields of an object contain the IDs of a path.
func belongs(tree *node, parent map[string]string) bool {
	for field, id := range parent {
		if there := tree.child(field); idOf(there) != id {
			return false
		}
	}
	return true
}
