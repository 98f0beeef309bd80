package stripeapi

import (
	"cmp"
	"errors"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A ref names an object. The scope is the customer or account of objects whose ids
// are not their own, such as the capability card_payments.
type ref struct{ kind, id, scope string }

// refOf returns the name of an object of a kind.
func refOf(kind string, tree *node) ref {
	r := ref{kind: kind, id: tree.child("id").str()}
	if r.id == "" || known().kind(kind).id == "" {
		r.scope = tree.child("customer").str() + tree.child("account").str()
	}
	return r
}

// identify returns the name of the object that a tree is. The error says why it is none.
func identify(tree *node) (ref, error) {
	if tree == nil || tree.kind != '{' {
		return ref{}, errors.New("want a JSON object")
	}
	kind := tree.child("object").str()
	if kind == "" {
		return ref{}, errors.New("no field object that says what it is, such as \"customer\"")
	}
	return refOf(kind, tree), nil
}

// tombstone is what remains of a deleted object.
func tombstone(r ref) *node {
	tree := object()
	if r.id != "" {
		tree.put("id", text(r.id))
	}
	tree.put("object", text(r.kind))
	tree.put("deleted", value(true))
	return tree
}

// An origin is how the API came to know of an object. A better one is not replaced
// by a worse.
type origin int

const (
	inferred origin = iota // something refers to it
	embedded               // it was expanded inside another
	stated                 // an event carried it, a client wrote it, or Put gave it
)

// stored is the current state of an object.
type stored struct {
	ref
	text    []byte // compact JSON
	version string // of the API, whose shape the text has
	origin  origin
	created int64
	told    string // the type of that event
	asOf    int64  // when the last event about it was created
	ended   bool   // that event was about its end
	seq     int64  // in which order objects became known
	turn    int64  // in which order they came to be as they are
	ids     []string
	deleted bool
}

func newStored(r ref, tree *node, from origin) *stored {
	return &stored{
		ref: r, text: tree.encode(), version: cmp.Or(tree.version, fixtures.DefaultVersion), origin: from, created: tree.child("created").int(), ids: idsIn(tree), deleted: tree.child("deleted").plain() == "true",
	}
}

// tree returns the object, which may be changed.
func (o *stored) tree() *node {
	tree := mustNode(o.text)
	tree.version = o.version
	return tree
}

// size is about how many bytes an object takes: its text, and that it is found by each
// of the ids in it.
func (o *stored) size() int {
	const each, object = 120, 300
	size := object + len(o.text)
	for _, id := range o.ids {
		size += each + len(id)
	}
	return size
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
