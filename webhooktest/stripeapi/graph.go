package stripeapi

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A graph is the API's data: the events, the objects in them or written by clients, and
// the referenced objects, which it infers.
type graph struct {
	seed  func() uint64
	now   func() time.Time
	pages func() string // the base URL of the hosted pages

	mu      sync.Mutex // guards the rest; all methods except add, put and text require it
	objects *objects
	events  eventLog
	changes int                  // by clients
	billed  kept[string, string] // the invoice of a PaymentIntent, and the reverse
}

// add stores an event and its object.
func (g *graph) add(payload []byte) error {
	tree, err := parseNode(payload)
	if err != nil {
		return err
	}
	id, object := tree.child("id").str(), tree.child("object").str()
	switch {
	case object != "event" && object != render.ThinObject:
		return fmt.Errorf("object is %q, want \"event\" or %q", object, render.ThinObject)
	case id == "":
		return errors.New("no id")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.events.holds(id, payload) {
		return nil
	}
	e := &event{id: id, typ: tree.child("type").str(), text: payload, thin: object == render.ThinObject}
	if !e.thin {
		e.created = tree.child("created").int()
		object := tree.at("data.object")
		if object != nil {
			object.version = tree.child("api_version").str()
		}
		if err := g.carry(e, object); err != nil {
			return fmt.Errorf("data.object: %w", err)
		}
	} else if id := tree.at("related_object.id").str(); id != "" {
		g.forget(id)
	}
	g.events.add(e)
	return nil
}

// carry stores the object of an event, unless its state is from a newer event.
func (g *graph) carry(e *event, object *node) error {
	r, err := identify(object)
	if err != nil {
		return err
	}
	old, known := g.objects.get(r)
	if known && e.before(old) {
		return nil
	}
	if known {
		withRest(object, old.tree())
	}
	deleted := strings.HasSuffix(e.typ, ".deleted")
	g.keepInner(object)
	if _, lasting := writes().Delete[r.kind]; deleted && !lasting {
		object = tombstone(r)
	}
	o := g.objects.keep(r, object, stated)
	o.asOf, o.ended, o.eventType = e.created, deleted, e.typ
	return nil
}

// put stores an object that no event contained.
func (g *graph) put(text []byte) error {
	tree, err := parseNode(text)
	if err != nil {
		return err
	}
	r, err := identify(tree)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keep(r, tree)
	return nil
}

// change stores a client's version of an object.
func (g *graph) change(r ref, tree *node) {
	g.changes++
	g.keep(r, tree)
}

// keep stores an object, and those expanded inside.
func (g *graph) keep(r ref, tree *node) {
	g.keepInner(tree)
	g.objects.keep(r, tree, stated)
}

// keepInner stores the objects expanded inside an object.
func (g *graph) keepInner(tree *node) {
	tree.walk(func(_, _ string, v *node) {
		kind := v.child("object").str()
		if v.kind == '{' && kind != "" && kind != "list" && v.child("id").str() != "" {
			inner := *v
			inner.version = tree.version
			g.objects.keep(refOf(kind, v), &inner, embedded)
		}
	})
}

// text returns the state of an object that was not inferred.
func (g *graph) text(kind, id string) ([]byte, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, r := range g.objects.withID(id) {
		if o, _ := g.objects.get(r); r.kind == kind && o.origin > inferred {
			return bytes.Clone(o.text), true
		}
	}
	return nil, false
}

// kindOf returns the kind of an ID: from a stored object, the ID's prefix, or the name of
// the field around it.
func (g *graph) kindOf(id, key string) (string, bool) {
	var candidates []string
	for _, r := range g.objects.withID(id) {
		candidates = append(candidates, r.kind)
	}
	c := known()
	if len(candidates) == 0 {
		candidates = c.byPrefix(id)
	}
	if _, named := c.kinds[key]; named && len(candidates) == 0 {
		candidates = []string{key}
	}
	if len(candidates) == 0 {
		return "", false
	}
	if i := slices.IndexFunc(candidates, func(kind string) bool { return lastPart(kind) == key }); i >= 0 {
		return candidates[i], true
	}
	return candidates[len(candidates)-1], true
}

// mentioned reports whether an object or an event contains an ID. For one that does not
// look like an ID, a field named after the kind must contain it.
func (g *graph) mentioned(kind, id string) bool {
	isID := looksLikeID(id)
	for o := range g.objects.thatHold(id) {
		if isID || holdsAs(o.text, kind, id) {
			return true
		}
	}
	for text := range g.events.thatHold(id) {
		if isID || holdsAs(text, kind, id) {
			return true
		}
	}
	return false
}

// holdsAs reports whether a field named after a kind contains an ID, or a thin event
// refers to it.
func holdsAs(text []byte, kind, id string) (found bool) {
	tree := mustNode(text)
	if about := tree.child("related_object"); about.child("type").str() == kind && about.child("id").str() == id {
		return true
	}
	tree.walk(func(_, key string, v *node) {
		found = found || v.str() == id && key == lastPart(kind)
	})
	return found
}
