package stripeapi

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An event is an event passed to Add.
type event struct {
	id, typ string
	text    []byte // byte for byte
	fetched []byte // a thin event as fetched, nil before
	created int64
	seq     int64
	thin    bool
}

// before reports whether an event is older than the one behind an object's state.
func (e *event) before(o *stored) bool {
	sameSecond := e.created == o.asOf && (o.ended || strings.HasSuffix(e.typ, ".created"))
	return e.created > 0 && (e.created < o.asOf || sameSecond)
}

// eventLog stores events. The zero value is empty.
type eventLog struct {
	kept kept[string, *event]
	seq  int64
}

// add stores an event, replacing one with the same ID.
func (l *eventLog) add(e *event) {
	l.seq++
	e.seq = l.seq
	if l.kept.count == 0 {
		l.kept.count, l.kept.bytes = KeptEvents, KeptBytes
	}
	l.kept.put(e.id, e, len(e.text))
}

// holds reports whether the event with an ID has exactly these bytes.
func (l *eventLog) holds(id string, payload []byte) bool {
	old, known := l.kept.get(id)
	return known && bytes.Equal(old.text, payload)
}

// find returns a snapshot event or a thin one by ID.
func (l *eventLog) find(id string, thin bool) (*event, *apiError) {
	e, ok := l.kept.get(id)
	if !ok || e.thin != thin {
		return nil, missing("event", id)
	}
	return e, nil
}

// newest returns the snapshot events or the thin ones, newest first.
func (l *eventLog) newest(thin bool) []*event {
	var found []*event
	for _, e := range l.kept.newest() {
		if e.thin == thin {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b *event) int {
		return cmp.Or(cmp.Compare(b.created, a.created), cmp.Compare(b.seq, a.seq))
	})
	return found
}

// about returns the newest thin event with a text in a field of its related object, and
// its tree, or nils.
func (l *eventLog) about(field, value string) (*event, *node) {
	last := []byte(value[strings.LastIndexByte(value, '/')+1:]) // slashes may be escaped
	for _, e := range l.kept.newest() {
		if !e.thin || !bytes.Contains(e.text, last) {
			continue
		}
		if tree := mustNode(e.text); tree.child("related_object").child(field).str() == value {
			return e, tree
		}
	}
	return nil, nil
}

// thatHold yields the texts of events that contain a text as a JSON string. For a thin
// event, that is its latest form.
func (l *eventLog) thatHold(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		quoted := rawjson.Quote(text)
		for _, e := range l.kept.newest() {
			text := e.text
			if e.fetched != nil {
				text = e.fetched
			}
			if bytes.Contains(text, quoted) && !yield(text) {
				return
			}
		}
	}
}
