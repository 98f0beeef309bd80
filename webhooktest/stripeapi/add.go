package stripeapi

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Add tells the API that an event happened: it can be fetched, and the object that
// it carries is from now on in the state that it has there. Of an event whose type
// ends in .deleted only {id, object, deleted} stays, as Stripe answers for deleted
// objects; an ended subscription stays whole. Objects that are expanded inside
// become known as well. An event that is known already changes nothing.
//
// A handler that is handed an old event asks the API for the present state. So an
// event that was created before the last one that was added about the object does
// not change its state back. Of two that were created in the same second, one whose
// type ends in .created is the older and one that ends in .deleted the newer, and of
// others the one that was added first is the older.
//
// Thin events (object v2.core.event) are added too; they carry no object. The error
// says why the bytes are no event. They are kept as they are, without a copy, and must
// not be changed.
func (s *Server) Add(payload []byte) error {
	tree, err := parseNode(payload)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	id, object := tree.child("id").str(), tree.child("object").str()
	switch {
	case object != "event" && object != thinEvent:
		return fmt.Errorf("event: object is %q, want \"event\" or %q", object, thinEvent)
	case id == "":
		return errors.New("event: no id")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state()
	if old, known := st.events.get(id); known && bytes.Equal(old.text, payload) {
		return nil
	}
	e := &event{id: id, typ: tree.child("type").str(), text: payload, seq: st.next(), thin: object == thinEvent}
	if !e.thin {
		e.created = tree.child("created").int()
		if err := s.happen(e, tree.at("data.object")); err != nil {
			return fmt.Errorf("event: data.object: %w", err)
		}
	}
	st.events.put(id, e, len(payload))
	return nil
}

// happen makes the object of an event known, unless a newer event said how it is.
func (s *Server) happen(e *event, object *node) error {
	r, err := check(object)
	if err != nil {
		return err
	}
	if old, ok := s.store.objects.get(r); ok && e.before(old) {
		return nil
	}
	deleted := strings.HasSuffix(e.typ, ".deleted")
	s.carry(r, object, deleted)
	if o, ok := s.store.objects.get(r); ok {
		o.asOf, o.ended = e.created, deleted
	}
	return nil
}

// before says whether an event is from before the one that an object's state is
// from.
func (e *event) before(o *stored) bool {
	sameSecond := e.created == o.asOf && (o.ended || strings.HasSuffix(e.typ, ".created"))
	return e.created > 0 && (e.created < o.asOf || sameSecond)
}

const thinEvent = "v2.core.event"

// Put tells the API of an object that no event carries, such as a price that the
// application has in its configuration. It is JSON with at least object ("price")
// and id. An object that is known already is replaced.
func (s *Server) Put(object []byte) error {
	tree, err := parseNode(object)
	if err != nil {
		return fmt.Errorf("object: %w", err)
	}
	r, err := check(tree)
	if err != nil {
		return fmt.Errorf("object: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.carry(r, tree, false)
	return nil
}

// Object returns the current state of an object: of a kind ("refund") and with an
// id. It is what a GET answers, but finds only what an event carried, a client
// wrote, or Put gave.
func (s *Server) Object(kind, id string) (object []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.state().byID[id] {
		if o, _ := s.store.objects.get(r); r.kind == kind && o.origin > inferred {
			return bytes.Clone(o.text), true
		}
	}
	return nil, false
}

// check returns which object a tree is.
func check(tree *node) (ref, error) {
	if tree == nil || tree.kind != '{' {
		return ref{}, errors.New("want a JSON object")
	}
	kind := tree.child("object").str()
	if kind == "" {
		return ref{}, errors.New("no field object that says what it is, such as \"customer\"")
	}
	return refOf(kind, tree), nil
}

// carry makes a tree, and what is expanded inside, known.
func (s *Server) carry(r ref, tree *node, deleted bool) {
	s.carryInner(tree)
	if _, lasting := known().writing.Delete[r.kind]; deleted && !lasting {
		tree = tombstone(r)
	}
	s.store.keep(r, tree, stated)
}

func (s *Server) carryInner(tree *node) {
	s.state()
	tree.walk(func(_, _ string, v *node) {
		kind := v.child("object").str()
		if v.kind == '{' && kind != "" && kind != "list" && v.child("id").str() != "" {
			s.store.keep(refOf(kind, v), v, embedded)
		}
	})
}

func refOf(kind string, tree *node) ref {
	r := ref{kind: kind, id: tree.child("id").str()}
	if r.id == "" || known().kind(kind).id == "" {
		r.scope = tree.child("customer").str() + tree.child("account").str()
	}
	return r
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

// kindOf returns which kind an id is of: a stored one's, the one that its prefix
// belongs to, or the one that the field it stands in is called after.
func (s *Server) kindOf(id, key string) (string, bool) {
	var candidates []string
	for _, r := range s.state().byID[id] {
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

// byPrefix returns the kinds whose ids begin as an id does.
func (c *catalog) byPrefix(id string) []string {
	var longest string
	for placeholder := range c.byID {
		if strings.HasPrefix(id, placeholder+"_") && len(placeholder) > len(longest) {
			longest = placeholder
		}
	}
	return c.byID[longest]
}

// fits says whether an id may be of a kind: its prefix is not another kind's.
func (c *catalog) fits(kind, id string) bool {
	owners := c.byPrefix(id)
	if kind == "payment_method" && (slices.Contains(owners, "card") || slices.Contains(owners, "source") || slices.Contains(owners, "bank_account")) {
		return true // older ones, used as payment methods
	}
	return len(owners) == 0 || slices.Contains(owners, kind)
}
