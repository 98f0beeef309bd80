package statediff

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// A Diff is the effect of a delivery on the state, by place.
type Diff map[string]Change

// A Change is what happened at one place: a number changed, and values or records were
// added.
type Change struct {
	Delta   float64
	Records []Record // sorted
}

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
