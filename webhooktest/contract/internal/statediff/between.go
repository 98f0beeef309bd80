package statediff

import (
	"maps"
	"slices"
	"strings"
)

// Between returns the difference that a delivery made. Removed values have their own
// places.
func Between(before, after any, n Normalizer) Diff {
	d := make(Diff)
	r := n.roles()
	r.start = before
	d.compare("state", before, after, r)
	for _, e := range d {
		slices.SortFunc(e.Records, compareRecords)
	}
	return d
}

func (d Diff) compare(place string, before, after any, r *roles) {
	switch after := after.(type) {
	case float64:
		if number, ok := before.(float64); (ok || before == nil) && !timelike(after) {
			d.add(place, after-number)
			return
		}
		d.compareTexts(place, before, after, r)
	case []any:
		old, _ := before.([]any)
		d.compareLists(place+"[]", old, after, r)
	case map[string]any:
		old, _ := before.(map[string]any)
		d.compareMaps(place, old, after, r)
	case nil:
		compareNothing(d, place, before, r)
	default:
		if before != after {
			d.compareTexts(place, before, after, r)
		}
	}
}

// compareTexts compares two scalars. A new time is no change; new numbers in the same words
// are counts.
func (d Diff) compareTexts(place string, before, after any, r *roles) {
	was, is := newRecord(r.plain(before)), newRecord(r.plain(after))
	if !d.recount(place, was, is, r) {
		d.add(place, 0, is)
	}
}

// compareLists adds the new records of a list. A record that differs from a removed one
// only in numbers is the same record, with a new count.
func (d Diff) compareLists(place string, before, after []any, r *roles) {
	before, after = apart(before, after)
	removed, added := compareHolders(d, place, less(before, after), less(after, before), r)
	gone := make(map[string][]Record)
	for _, value := range removed {
		old := newRecord(r.plain(value))
		gone[old.key()] = append(gone[old.key()], old)
	}
	fresh := make(map[string][]Record)
	for _, value := range added {
		now := newRecord(r.plain(value))
		fresh[now.key()] = append(fresh[now.key()], now)
	}
	for key, records := range fresh {
		old := gone[key]
		if len(records) == 1 && len(old) == 1 && d.recount(place, old[0], records[0], r) {
			continue
		}
		d.add(place, 0, records...)
		delete(gone, key)
	}
	for key, records := range gone {
		if len(fresh[key]) == 0 {
			addGone(d, place, records...)
		}
	}
}

// recount treats a record as an earlier one with new counts, if only numbers differ. A
// number by itself counts only inside a text. The serial number of a row that replaced a
// similar one is not a count.
func (d Diff) recount(place string, before, after Record, r *roles) bool {
	if len(after.fields) == 0 || before.key() != after.key() {
		return false
	}
	for i, l := range after.fields {
		now, counts := number(l.value)
		if was, _ := number(before.fields[i].value); counts && now != was && !isSerial(l.path) && !numbered(r).isNext(place, l.path, now) {
			d.add(place+after.label()+l.path, now-was)
		}
	}
	return true
}

// numbered returns the numbers of the rows in the state before.
func numbered(r *roles) tables {
	if r.known == nil {
		r.known = make(tables)
		r.known.collect("state", r.start)
	}
	return r.known
}

// isSerial reports whether a column holds a row's serial number.
func isSerial(path string) bool {
	return slices.Contains([]string{".id", ".pk", ".rowid"}, strings.ToLower(path))
}

// apart removes the common prefix and suffix of two lists: most only grow.
func apart(a, b []any) (restA, restB []any) {
	for len(a) > 0 && len(b) > 0 && equal(a[0], b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && equal(a[len(a)-1], b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// less returns the values of a that b lacks, each as often as b lacks it.
func less(a, b []any) (rest []any) {
	counts := make(map[string]int)
	for _, value := range b {
		counts[Canonical(value)]++
	}
	for _, value := range a {
		if key := Canonical(value); counts[key] > 0 {
			counts[key]--
		} else {
			rest = append(rest, value)
		}
	}
	return rest
}

// compareMaps compares by key. A new key that is the handler's own id counts as a record,
// because its name differs in every run.
func (d Diff) compareMaps(place string, before, after map[string]any, r *roles) {
	for key, value := range before {
		if _, stays := after[key]; !stays {
			name := r.text(key)
			if isKeyOfRow(name, value) {
				name = "*"
			}
			addGone(d, place+"."+name, newRecord(r.plain(value)))
		}
	}
	for key, value := range after {
		old, existed := before[key]
		if existed && (equal(old, value) || isRowVersion(key, value)) {
			continue // most of a state is as it was
		}
		name := r.text(key)
		if isEventType(key) {
			name = "{type}" // a count by type says no more than a count
		}
		if !existed && name == key && isKeyOfRow(key, value) {
			d.add(place+".*", 0, newRecord(r.plain(value)))
			continue
		}
		d.compare(place+"."+r.keyOfRow(name, value), old, value, r)
		if _, isMap := value.(map[string]any); !existed && isMap && name != key {
			d.add(place+"."+name, 0, newRecord("{new}")) // an entry without numbers or texts counts, too
		}
	}
}

// keyOfRow names an entry by the object that it tells about, if its key is the handler's own.
// An entry of several columns that tells about none of ours may be another each time, such as
// the seat of an order: the key says nothing.
func (r *roles) keyOfRow(name string, row any) string {
	if !isKeyOfRow(name, row) {
		return name
	}
	named := make(map[string]bool)
	switch r.namedBy(row, named); {
	case len(named) > 0:
	case saysMore(row):
		return "*"
	default:
		return name
	}
	return "*[" + slices.Min(slices.Collect(maps.Keys(named))) + "]"
}

// compareNothing compares a value with nothing: an empty list may be null, and so is a plan that
// has ended. A time that is taken back is no more of an effect than a new one.
func compareNothing(d Diff, place string, before any, r *roles) {
	switch before := before.(type) {
	case nil:
	case []any:
		d.compareLists(place+"[]", before, nil, r)
	case map[string]any:
		d.compareMaps(place, before, nil, r)
	default:
		if plain := r.plain(before); plain != timeName {
			addGone(d, place, newRecord(plain))
		}
	}
}

// addGone records values that were removed at a place. Keys of the handler's own in it, which
// differ each time, say no more than the values.
func addGone(d Diff, place string, records ...Record) {
	d.add(anyKey(place)+goneSuffix, 0, records...)
}
