package statediff

import (
	"slices"
	"strings"
)

// MovesElsewhere reports whether clean delivery changes places where an effect changed nothing.
func (b Baseline) MovesElsewhere(did Diff) bool {
	for place := range b.Touched() {
		if !IsGone(place) && len(did.Near(map[string]bool{place: true})) == 0 {
			return true
		}
	}
	return false
}

// WithoutLog leaves out the rows that name an event where another, which no handler acts on,
// has left such rows, too: they are those of a log.
func WithoutLog(did, ofAny Diff) Diff {
	rest := make(Diff)
	for place, e := range did {
		records := slices.DeleteFunc(slices.Clone(e.Records), func(r Record) bool {
			return r.namesEvent() && ofAny[place].hasShape(r.shape)
		})
		if e.Delta != 0 || len(records) > 0 {
			rest[place] = Change{e.Delta, records}
		}
	}
	return rest
}

// namesEvent reports whether a record has the id of an event in it.
func (r Record) namesEvent() bool {
	return slices.ContainsFunc(r.fields, func(l field) bool { return strings.Contains(l.value, eventName) })
}
