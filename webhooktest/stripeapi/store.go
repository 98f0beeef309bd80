package stripeapi

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A ref names an object. The scope is the customer or account of objects whose ids
// are not their own, such as the capability card_payments.
type ref struct{ kind, id, scope string }

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
	origin  origin
	created int64
	asOf    int64 // when the last event about it was created
	ended   bool  // that event was about its end
	seq     int64 // in which order objects became known
	turn    int64 // in which order they came to be as they are
	ids     []string
	deleted bool
}

func (o *stored) tree() *node { return mustNode(o.text) }

// An event is what Add was given.
type event struct {
	id, typ string
	text    []byte // byte for byte
	created int64
	seq     int64
	thin    bool
}

// A store keeps events and objects.
type store struct {
	events  kept[string, *event]
	objects kept[ref, *stored]
	byID    map[string][]ref
	holding mentions
	seq     int64
}

func newStore() *store {
	s := &store{byID: make(map[string][]ref), holding: make(mentions)}
	s.events.count, s.events.bytes = KeptEvents, KeptBytes
	s.objects.count, s.objects.bytes = KeptObjects, KeptBytes
	s.objects.forgotten = func(_ ref, o *stored) { s.unindex(o) }
	return s
}

func (s *store) next() int64 {
	s.seq++
	return s.seq
}

// keep makes a tree the state of an object. An object keeps its place in lists.
func (s *store) keep(r ref, tree *node, from origin) *stored {
	o := &stored{ref: r, text: tree.encode(), origin: from, created: tree.child("created").int(), ids: idsIn(tree), deleted: tree.child("deleted").plain() == "true"}
	old, known := s.objects.get(r)
	switch {
	case known && old.origin > from:
		return old
	case known:
		s.holding.remove(old)
		o.turn = s.next()
		o.seq, o.asOf, o.ended = old.seq, old.asOf, old.ended
		if o.deleted {
			o.created = old.created
		}
	default:
		o.seq = s.next()
		o.turn = o.seq
		s.byID[r.id] = append(s.byID[r.id], r)
	}
	s.holding.add(o)
	s.objects.put(r, o, o.size())
	return o
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

// unindex takes out what leads to an object that is no longer kept.
func (s *store) unindex(o *stored) {
	s.holding.remove(o)
	rest := slices.DeleteFunc(s.byID[o.id], func(other ref) bool { return other == o.ref })
	if len(rest) == 0 {
		delete(s.byID, o.id)
		return
	}
	s.byID[o.id] = rest
}

// ofKinds returns the objects of some kinds, newest first.
func (s *store) ofKinds(kinds []string) []*stored {
	var found []*stored
	for r, o := range s.objects.newest() {
		if slices.Contains(kinds, r.kind) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b *stored) int {
		return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.seq, a.seq))
	})
	return found
}

// newestEvents returns the events, newest first.
func (s *store) newestEvents(thin bool) []*event {
	var found []*event
	for _, e := range s.events.newest() {
		if e.thin == thin {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *event) int {
		return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.seq, a.seq))
	})
	return found
}

// mentioning returns the objects that hold an id, the best known and newest first,
// a few of them.
func (s *store) mentioning(id string) []*stored {
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

// thatHold yields the objects that hold an id, or another text, newest first.
func (s *store) thatHold(text string) iter.Seq[*stored] {
	if looksLikeID(text) {
		return s.holding.of(text)
	}
	return func(yield func(*stored) bool) {
		quoted := rawjson.Quote(text)
		for _, o := range s.objects.newest() {
			if bytes.Contains(o.text, quoted) && !yield(o) {
				return
			}
		}
	}
}

// mentioned says whether an object or an event holds an id, and for one that does
// not look like an id, whether a field named after the kind does.
func (s *store) mentioned(kind, id string) bool {
	isID := looksLikeID(id)
	for o := range s.thatHold(id) {
		if isID || holdsAs(o.text, kind, id) {
			return true
		}
	}
	quoted := rawjson.Quote(id)
	for _, e := range s.events.newest() {
		if bytes.Contains(e.text, quoted) && (isID || holdsAs(e.text, kind, id)) {
			return true
		}
	}
	return false
}

// holdsAs says whether a field named after a kind holds an id.
func holdsAs(text []byte, kind, id string) (found bool) {
	mustNode(text).walk(func(_, key string, v *node) {
		found = found || v.str() == id && key == lastPart(kind)
	})
	return found
}

// lastPart returns what fields that refer to a kind are called: card for
// issuing.card.
func lastPart(kind string) string { return kind[strings.LastIndexByte(kind, '.')+1:] }

// looksLikeID tells ids ("cus_Nx12") from names of states ("requires_capture").
func looksLikeID(s string) bool {
	prefix, rest := cutPrefix(s)
	return prefix != "" && rest != "" && strings.ContainsFunc(rest, func(r rune) bool { return r < 'a' }) && !strings.ContainsFunc(rest, notBase62)
}

func notBase62(r rune) bool { return r > 'z' || !strings.ContainsRune(render.Base62, r) }

// cutPrefix cuts an id after its last underscore that follows small letters:
// sub_sched and 1Qd0….
func cutPrefix(id string) (prefix, rest string) {
	at := strings.LastIndexByte(id, '_')
	if at <= 0 || strings.ContainsFunc(id[:at], func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return "", ""
	}
	return id[:at], id[at+1:]
}
