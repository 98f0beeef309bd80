package statediff

import (
	"slices"
	"strings"
)

// An event may take an entry away: a role, a seat, a deleted row. That is an effect like any
// other, unless the list gains something meanwhile: it may be limited in length, and what
// went is the oldest of it.

// goneSuffix marks the places of removed values.
const goneSuffix = ", removed"

// IsGone reports whether a place holds removed values.
func IsGone(place string) bool { return strings.HasSuffix(place, goneSuffix) }

// gone records values that were removed at a place. Keys of the handler's own in it, which
// differ each time, say no more than the values.
func (d Diff) gone(place string, records ...Record) {
	d.add(anyKey(place)+goneSuffix, 0, records...)
}

// emptied compares a value with nothing: an empty list may be null, and so is a plan that
// has ended. A time that is taken back is no more of an effect than a new one.
func (d Diff) emptied(place string, before any, r *roles) {
	switch before := before.(type) {
	case nil:
	case []any:
		d.compareLists(place+"[]", before, nil, r)
	case map[string]any:
		d.compareMaps(place, before, nil, r)
	default:
		if plain := r.plain(before); plain != timeName {
			d.gone(place, newRecord(plain))
		}
	}
}

// anyKey replaces the keys of a place that the handler generates.
func anyKey(place string) string {
	keys := strings.Split(place, ".")
	for i, key := range keys {
		name := strings.TrimRight(key, "[]")
		if isOwnKey(name) {
			keys[i] = "*" + key[len(name):]
		}
	}
	return strings.Join(keys, ".")
}

// gains reports whether something was added where values were removed.
func (d Diff) gains(gone string) bool {
	from := strings.TrimSuffix(gone, goneSuffix)
	for place := range d {
		if !IsGone(place) && anyKey(place) == from {
			return true
		}
	}
	return false
}

// isLimit reports whether what clean delivery removes at a place may only make room in a
// list of limited length.
func (b Baseline) isLimit(place string) bool {
	return IsGone(place) && slices.ContainsFunc(b.References, func(reference Diff) bool { return reference.gains(place) })
}

// isAnyRow reports whether nothing is known of the rows that were removed.
func (e Change) isAnyRow() bool {
	return !slices.ContainsFunc(e.Records, func(r Record) bool { return !r.isHidden() })
}
