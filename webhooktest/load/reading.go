package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// A reading holds the contents of a state at one moment, by place: sums, counts, and how
// often each event appears. Its size depends on the number of places and events, not of
// rows.
type reading struct {
	ids    *index
	places map[string]*place
	maps   keySets   // objects with entries rather than fields, and their fields
	rows   *rowRules // nil: learn the values beside an id

	members keySets             // of objects, while learning
	values  map[valueKey]string // beside ids, of the learning events
	wrong   map[*tracked]*oddities
}

// keySets are the names of members by the path of their object.
type keySets map[string]map[string]bool

func (k keySets) add(object, name string) {
	if k[object] == nil {
		k[object] = make(map[string]bool)
	}
	k[object][name] = true
}

// A place is a path in a state, with [] for an element, {pi} for a key that names one of
// our PaymentIntents, and * for a key that the handler generated.
type place struct {
	count   int     // number of values
	sum     float64 // of the numbers among them
	seen    map[*tracked][]uint8
	foreign bool // names events that were not sent yet
}

// A valueKey is a value beside an id of an event.
type valueKey struct {
	place  string
	in     *tracked
	number int
}

// rowRules is what was learned about rows that name an event.
type rowRules struct {
	stable   map[string]bool     // id places that identify a row
	expected map[rowPlace]string // values that each event has
}

// A rowPlace is a place in the rows of the events of a series.
type rowPlace struct {
	place string
	in    *tracked
}

// oddities are events whose rows hold values other than those of one clean delivery.
type oddities struct {
	lost, doubled, wrong bitmap
	said                 map[int]string // the first wrong values
}

const mostSaid = 100

// learningEvents is the number of events of each type delivered before a load.
const learningEvents = 2

// readState reads a state: a value, or an io.Reader of JSON.
func readState(ctx context.Context, state func(context.Context) (any, error), ids *index, maps keySets, rows *rowRules, learned int) (*reading, error) {
	value, err := state(ctx)
	if err != nil {
		return nil, err
	}
	from, streamed := value.(io.Reader)
	if closer, ok := value.(io.Closer); ok && streamed {
		defer closer.Close()
	}
	if !streamed {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, fmt.Errorf("state: %w", err)
		}
		from = bytes.NewReader(text)
	}
	r := &reading{
		ids: ids, places: make(map[string]*place), maps: maps, rows: rows,
		members: make(keySets), values: make(map[valueKey]string), wrong: make(map[*tracked]*oddities),
	}
	w := walker{reading: r, decoder: json.NewDecoder(from), learned: learned}
	w.decoder.UseNumber()
	if err := w.walk(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("state: %w", err)
	}
	return r, nil
}

func (r *reading) at(path string) *place {
	p := r.places[path]
	if p == nil {
		p = new(place)
		r.places[path] = p
	}
	return p
}

// saw records that an event appears at a place.
func (r *reading) saw(path string, m mark, number int) {
	size := max(m.in.size, learningEvents) // a value of an event may be there before it
	p := r.at(path)
	if number >= size { // of another part of the run, or of another
		p.foreign = true
		return
	}
	if p.seen == nil {
		p.seen = make(map[*tracked][]uint8)
	}
	counts := p.seen[m.in]
	if number >= len(counts) {
		counts = append(counts, make([]uint8, size-len(counts))...)
		p.seen[m.in] = counts
	}
	if counts[number] < 255 {
		counts[number]++
	}
}

// named reports whether a place names an event of a series.
func (p *place) named(of *tracked) bool {
	return slices.ContainsFunc(p.seen[of], func(times uint8) bool { return times > 0 })
}

// times returns how often each event of a series appears at a place.
func (r *reading) times(path string, t *tracked) []uint8 {
	if p := r.places[path]; p != nil {
		return p.seen[t]
	}
	return nil
}
