package statediff

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// A Diff is the effect of a delivery on the state, by place.
type Diff map[string]Change

// A Change is what happened at one place: a number changed, and values or records were
// added.
type Change struct {
	Delta   float64
	Records []Record // sorted
}

// Between returns the difference that a delivery made. Removed values have their own
// places.
func Between(before, after any, n Normalizer) Diff {
	d := make(Diff)
	d.compare("state", before, after, n.roles())
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
		d.emptied(place, before, r)
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
	if !d.recount(place, was, is) {
		d.add(place, 0, is)
	}
}

// compareLists adds the new records of a list. A record that differs from a removed one
// only in numbers is the same record, with a new count.
func (d Diff) compareLists(place string, before, after []any, r *roles) {
	before, after = apart(before, after)
	gone := make(map[string][]Record)
	for _, value := range less(before, after) {
		old := newRecord(r.plain(value))
		gone[old.key()] = append(gone[old.key()], old)
	}
	fresh := make(map[string][]Record)
	for _, value := range less(after, before) {
		added := newRecord(r.plain(value))
		fresh[added.key()] = append(fresh[added.key()], added)
	}
	for key, records := range fresh {
		old := gone[key]
		if len(records) == 1 && len(old) == 1 && d.recount(place, old[0], records[0]) {
			continue
		}
		d.add(place, 0, records...)
		delete(gone, key)
	}
	for key, records := range gone {
		if len(fresh[key]) == 0 {
			d.gone(place, records...)
		}
	}
}

// recount treats a record as an earlier one with new counts, if only numbers differ. A
// number by itself counts only inside a text. The serial number of a row that replaced a
// similar one is not a count.
func (d Diff) recount(place string, before, after Record) bool {
	if len(after.fields) == 0 || before.key() != after.key() {
		return false
	}
	for i, l := range after.fields {
		now, counts := number(l.value)
		if was, _ := number(before.fields[i].value); counts && !isSerial(l.path) {
			d.add(place+after.label()+l.path, now-was)
		}
	}
	return true
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
			d.gone(place+"."+r.text(key), newRecord(r.plain(value)))
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
		if !existed && name == key && isOwnKey(key) {
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
func (r *roles) keyOfRow(name string, row any) string {
	if !isOwnKey(name) {
		return name
	}
	named := make(map[string]bool)
	if r.namedBy(row, named); len(named) == 0 {
		return name
	}
	return "*[" + slices.Min(slices.Collect(maps.Keys(named))) + "]"
}

// equal reports whether two decoded JSON values are equal.
func equal(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && maps.EqualFunc(a, b, equal)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	}
	switch b.(type) {
	case map[string]any, []any:
		return false // not comparable in Go
	}
	return a == b
}

// FutureType is an event type that no handler handles.
const FutureType = "fakestripe.future_thing.happened"

// isEventType reports whether a key is an event type.
func isEventType(key string) bool { return eventTypes()[key] }

// eventTypes are the types that a handler may use as keys.
var eventTypes = sync.OnceValue(func() map[string]bool {
	types := map[string]bool{FutureType: true}
	for _, version := range fixtures.Versions() {
		for _, eventType := range fixtures.Types(version.Name) {
			types[eventType] = true
		}
	}
	for _, eventType := range fixtures.ThinTypes() {
		types[eventType] = true
	}
	return types
})

func (d Diff) add(place string, delta float64, records ...Record) {
	e := d[place]
	e.Delta += delta
	e.Records = append(e.Records, records...)
	if e.Delta != 0 || len(e.Records) > 0 {
		d[place] = e
	} else {
		delete(d, place)
	}
}

// Places returns the places of the changes, sorted.
func (d Diff) Places() []string { return slices.Sorted(maps.Keys(d)) }

// Lines describes the changes, a line for each place.
func (d Diff) Lines() []string {
	var all []difference
	for _, place := range d.Places() {
		if !IsGone(place) || !d.gains(place) {
			all = append(all, difference{place, d[place].String()})
		}
	}
	return lines(all)
}

// Without returns the diff without some places.
func (d Diff) Without(places map[string]bool) Diff {
	rest := maps.Clone(d)
	maps.DeleteFunc(rest, func(place string, _ Change) bool { return places[place] })
	return rest
}

// At returns the part of a diff at some places.
func (d Diff) At(places map[string]bool) Diff {
	rest := maps.Clone(d)
	maps.DeleteFunc(rest, func(place string, _ Change) bool { return !places[place] })
	return rest
}

// Within returns the places of the diff that are in a set.
func (d Diff) Within(places map[string]bool) []string {
	return slices.DeleteFunc(d.Places(), func(place string) bool { return !places[place] })
}

// same reports whether two changes are equal.
func (e Change) same(other Change) bool {
	return math.Abs(e.Delta-other.Delta) <= 1e-6*max(1, math.Abs(e.Delta)) &&
		slices.EqualFunc(e.Records, other.Records, func(a, b Record) bool { return a.text == b.text })
}

// covers reports whether a change includes another.
func (e Change) covers(other Change) bool {
	further := e.Delta*other.Delta > 0 && math.Abs(e.Delta) >= math.Abs(other.Delta)
	if other.Delta != 0 && !further && !(Change{Delta: e.Delta}).same(Change{Delta: other.Delta}) {
		return false
	}
	counts := make(map[string]int)
	for _, record := range e.Records {
		counts[record.text]++
	}
	for _, record := range other.Records {
		if counts[record.text]--; counts[record.text] < 0 {
			return false
		}
	}
	return true
}

// AsMuchAs reports whether two diffs change the same places, by the same amounts and with
// the same numbers of records, whatever the records contain.
func (d Diff) AsMuchAs(other Diff) bool {
	return maps.EqualFunc(d, other, func(a, b Change) bool {
		return len(a.Records) == len(b.Records) && (Change{Delta: a.Delta}).same(Change{Delta: b.Delta})
	})
}

// Only returns the diff at the places of another.
func (d Diff) Only(other Diff) Diff {
	rest := maps.Clone(d)
	maps.DeleteFunc(rest, func(place string, _ Change) bool { _, both := other[place]; return !both })
	return rest
}

// Holds reports whether a function takes every value that the diff leaves. A number that
// changed in place is none.
func (d Diff) Holds(takes func(value string) bool) bool {
	for place, e := range d {
		if e.Delta != 0 {
			return false
		}
		for _, r := range e.Records {
			if !IsGone(place) && slices.ContainsFunc(r.fields, func(l field) bool { return !takes(l.value) }) {
				return false
			}
		}
	}
	return len(d) > 0
}

// Names reports whether a place or a value of the diff has a name in it.
func (d Diff) Names(name string) bool {
	for place, e := range d {
		if strings.Contains(place, name) {
			return true
		}
		for _, r := range e.Records {
			if !IsGone(place) && slices.ContainsFunc(r.fields, func(l field) bool { return strings.Contains(l.value, name) }) {
				return true
			}
		}
	}
	return false
}

// Near returns the part of a diff in the lists and at the places given. A record new in a
// list has the list's place; its later counts have their own.
func (d Diff) Near(places map[string]bool) Diff {
	lists := make(map[string]bool)
	for place := range places {
		lists[listOf(place)] = true
	}
	near := maps.Clone(d)
	maps.DeleteFunc(near, func(place string, _ Change) bool { return !lists[listOf(place)] })
	return near
}

// listOf returns the place of the list that contains a place, or the place itself.
func listOf(place string) string {
	if list, _, within := strings.Cut(place, "[]"); within {
		return list + "[]"
	}
	return place
}

// hiding returns the change without the record fields that a function selects.
func (e Change) hiding(hide func(r Record, l field) bool) Change {
	records := make([]Record, len(e.Records))
	for i, r := range e.Records {
		records[i] = r.masked(func(l field) bool { return hide(r, l) })
	}
	slices.SortFunc(records, compareRecords)
	return Change{e.Delta, records}
}

// values returns the values of each field of the records, sorted.
func (e Change) values(place string) map[spot]string {
	lists := make(map[spot][]string)
	for _, r := range e.Records {
		for _, l := range r.fields {
			at := spot{place, r.shape, l.path}
			lists[at] = append(lists[at], l.value)
		}
	}
	values := make(map[spot]string, len(lists))
	for at, list := range lists {
		slices.Sort(list)
		values[at] = strings.Join(list, "\x00")
	}
	return values
}

// like keeps the records that the other change has, too. Other notes about deliveries are
// the handler's choice.
func (e Change) like(other Change) Change {
	records := slices.DeleteFunc(slices.Clone(e.Records), func(mine Record) bool {
		return !slices.ContainsFunc(other.Records, func(theirs Record) bool { return theirs.text == mine.text })
	})
	return Change{e.Delta, records}
}
