package stripeapi

import (
	"bytes"
	"cmp"
	"iter"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// objects stores the current state of objects, with indexes by ID, by kind, and by the
// IDs they contain.
type objects struct {
	kept    kept[ref, *stored]
	byID    map[string][]ref
	holding mentions
	seq     int64
}

func newObjects() *objects {
	s := &objects{byID: make(map[string][]ref), holding: make(mentions)}
	s.kept.count, s.kept.bytes = KeptObjects, KeptBytes
	s.kept.forgotten = func(_ ref, o *stored) { s.unindex(o) }
	return s
}

// next returns the next sequence number.
func (s *objects) next() int64 {
	s.seq++
	return s.seq
}

func (s *objects) get(r ref) (*stored, bool) { return s.kept.get(r) }

// withID returns the refs of the objects with an ID.
func (s *objects) withID(id string) []ref { return s.byID[id] }

// newest yields the objects, last changed first.
func (s *objects) newest() iter.Seq2[ref, *stored] { return s.kept.newest() }

// remove forgets an object.
func (s *objects) remove(r ref) {
	if o, ok := s.kept.get(r); ok {
		s.kept.remove(r)
		s.unindex(o)
	}
}

// keep sets the state of an object. The object keeps its place in lists.
func (s *objects) keep(r ref, tree *node, from origin) *stored {
	o := newStored(r, tree, from)
	tree.version = o.version
	old, known := s.kept.get(r)
	switch {
	case known && old.origin > from:
		return old
	case known:
		s.holding.remove(old)
		o.turn = s.next()
		o.seq, o.asOf, o.eventType, o.ended, o.moved = old.seq, old.asOf, old.eventType, old.ended, old.moved
		if o.deleted {
			o.created = old.created
		}
	default:
		o.seq = s.next()
		o.turn = o.seq
		s.byID[r.id] = append(s.byID[r.id], r)
	}
	s.holding.add(o)
	s.kept.put(r, o, o.size())
	return o
}

// moved notes the action by which a client changed an object.
func (s *objects) moved(r ref, action string) {
	if o, known := s.kept.get(r); known {
		o.moved = action
	}
}

// unindex removes a forgotten object from the indexes.
func (s *objects) unindex(o *stored) {
	s.holding.remove(o)
	rest := slices.DeleteFunc(s.byID[o.id], func(other ref) bool { return other == o.ref })
	if len(rest) == 0 {
		delete(s.byID, o.id)
		return
	}
	s.byID[o.id] = rest
}

// ofKinds returns the objects of some kinds, newest first.
func (s *objects) ofKinds(kinds []string) []*stored {
	var found []*stored
	for r, o := range s.kept.newest() {
		if slices.Contains(kinds, r.kind) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b *stored) int {
		return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.seq, a.seq))
	})
	return found
}

// mentioning returns a few objects that contain an ID, the best known and newest first.
func (s *objects) mentioning(id string) []*stored {
	const few = 8
	var found []*stored
	for _, wanted := range []origin{stated, embedded, inferred} {
		for o := range s.thatHold(id) {
			if o.origin != wanted || o.id == id {
				continue
			}
			if found = append(found, o); len(found) == few {
				return found
			}
		}
	}
	return found
}

// thatHold yields the objects that contain an ID, or other text, newest first.
func (s *objects) thatHold(text string) iter.Seq[*stored] {
	if looksLikeID(text) {
		return s.holding.of(text)
	}
	return func(yield func(*stored) bool) {
		quoted := rawjson.Quote(text)
		for _, o := range s.kept.newest() {
			if bytes.Contains(o.text, quoted) && !yield(o) {
				return
			}
		}
	}
}
