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

// A graph is what the API knows: the events that were added, the objects that they
// carried and clients wrote, and those that others refer to, which it infers.
type graph struct {
	seed  func() uint64
	now   func() time.Time
	pages func() string // the base URL of the hosted pages

	mu      sync.Mutex // of what follows; all methods but add, put and text are called with the lock held
	objects *objects
	events  eventLog
	changes int // made by clients
}

// add keeps an event, and the object that it carries.
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

// carry keeps the object of an event, unless its state is from a newer event.
func (g *graph) carry(e *event, object *node) error {
	r, err := identify(object)
	if err != nil {
		return err
	}
	if old, ok := g.objects.get(r); ok && e.before(old) {
		return nil
	}
	deleted := strings.HasSuffix(e.typ, ".deleted")
	g.keepInner(object)
	if _, lasting := writes().Delete[r.kind]; deleted && !lasting {
		object = tombstone(r)
	}
	o := g.objects.keep(r, object, stated)
	o.asOf, o.ended, o.told = e.created, deleted, e.typ
	return nil
}

// put keeps an object that no event carried.
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

// change keeps what a client made of an object.
func (g *graph) change(r ref, tree *node) {
	g.changes++
	g.keep(r, tree)
}

// keep keeps an object, and what is expanded inside.
func (g *graph) keep(r ref, tree *node) {
	g.keepInner(tree)
	g.objects.keep(r, tree, stated)
}

// keepInner keeps what is expanded inside an object.
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

// kindOf returns which kind an id is of: a stored one's, the one that its prefix
// belongs to, or the one that the field it stands in is called after.
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

// mentioned says whether an object or an event holds an id, and for one that does
// not look like an id, whether a field named after the kind does.
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

// holdsAs says whether a field named after a kind holds an id, or a thin event refers to it.
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
