package stripeapi

import (
	"bytes"
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An event is what Add was given.
type event struct {
	id, typ string
	text    []byte // byte for byte
	fetched []byte // of a thin event, once it was fetched
	created int64
	seq     int64
	thin    bool
}

// before says whether an event is from before the one that an object's state is
// from.
func (e *event) before(o *stored) bool {
	sameSecond := e.created == o.asOf && (o.ended || strings.HasSuffix(e.typ, ".created"))
	return e.created > 0 && (e.created < o.asOf || sameSecond)
}

// eventLog keeps events. The zero value is empty.
type eventLog struct {
	kept kept[string, *event]
	seq  int64
}

// add keeps an event, in place of one with its id.
func (l *eventLog) add(e *event) {
	l.seq++
	e.seq = l.seq
	if l.kept.count == 0 {
		l.kept.count, l.kept.bytes = KeptEvents, KeptBytes
	}
	l.kept.put(e.id, e, len(e.text))
}

// holds says whether these bytes are kept as the event with an id.
func (l *eventLog) holds(id string, payload []byte) bool {
	old, known := l.kept.get(id)
	return known && bytes.Equal(old.text, payload)
}

// find returns a snapshot event, or a thin one, by its id.
func (l *eventLog) find(id string, thin bool) (*event, *apiError) {
	e, ok := l.kept.get(id)
	if !ok || e.thin != thin {
		return nil, missing("event", id)
	}
	return e, nil
}

// newest returns the snapshot events, or the thin ones, newest first.
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

// about returns the newest thin event of whose related object a field is a text, and its
// tree. Both are nil when there is none.
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

// thatHold yields the texts of the events that hold a text as a JSON string. Of thin events
// it is what was last told of them.
func (l *eventLog) thatHold(text string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		quoted := rawjson.Quote(text)
		for _, e := range l.kept.newest() {
			told := e.text
			if e.fetched != nil {
				told = e.fetched
			}
			if bytes.Contains(told, quoted) && !yield(told) {
				return
			}
		}
	}
}
