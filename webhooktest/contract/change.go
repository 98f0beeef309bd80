package contract

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A change is what a delivery did to the state, by place.
type change map[string]effect

// An effect is what happened at one place: a number moved, and values or rows came.
type effect struct {
	delta float64
	rows  []row // sorted
}

// changeOf returns what is new after a delivery, and at places of their own what is
// gone: that shows that something happened, but is never compared, for a list may be
// kept short.
func changeOf(before, after any, r roles) change {
	c := make(change)
	c.compare("state", before, after, r)
	for _, e := range c {
		slices.SortFunc(e.rows, compareRows)
	}
	return c
}

func (c change) compare(place string, before, after any, r roles) {
	switch after := after.(type) {
	case float64:
		if number, ok := before.(float64); (ok || before == nil) && !timelike(after) {
			c.add(place, after-number)
			return
		}
		c.compareTexts(place, before, after, r)
	case []any:
		old, _ := before.([]any)
		c.compareLists(place+"[]", old, after, r)
	case map[string]any:
		old, _ := before.(map[string]any)
		c.compareMaps(place, old, after, r)
	default:
		if after != nil && before != after {
			c.compareTexts(place, before, after, r)
		}
	}
}

// compareTexts compares what is neither a count nor has parts. Another time is no
// change, other numbers in the same words are counts.
func (c change) compareTexts(place string, before, after any, r roles) {
	was, is := newRow(r.plain(before)), newRow(r.plain(after))
	if !c.recount(place, was, is) {
		c.add(place, 0, is)
	}
}

// compareLists adds the rows that a list has more than before. A row that differs
// from one that is gone in numbers alone is that one, counted on.
func (c change) compareLists(place string, before, after []any, r roles) {
	before, after = apart(before, after)
	gone := make(map[string][]row)
	for _, value := range less(before, after) {
		old := newRow(r.plain(value))
		gone[old.key()] = append(gone[old.key()], old)
	}
	fresh := make(map[string][]row)
	for _, value := range less(after, before) {
		added := newRow(r.plain(value))
		fresh[added.key()] = append(fresh[added.key()], added)
	}
	for key, rows := range fresh {
		old := gone[key]
		if len(rows) == 1 && len(old) == 1 && c.recount(place, old[0], rows[0]) {
			continue
		}
		c.add(place, 0, rows...)
		delete(gone, key)
	}
	for key, rows := range gone {
		if len(fresh[key]) == 0 {
			c.add(place+goneSuffix, 0, rows...)
		}
	}
}

// goneSuffix ends the places of what is gone.
const goneSuffix = " (gone)"

// recount takes a row for another one with other numbers, if that is all that
// differs. A number alone has to be written as a text to be one.
func (c change) recount(place string, before, after row) bool {
	if len(after.leaves) == 0 || before.key() != after.key() {
		return false
	}
	for i, l := range after.leaves {
		now, counts := number(l.value)
		if was, _ := number(before.leaves[i].value); counts {
			c.add(place+after.label()+l.path, now-was)
		}
	}
	return true
}

// apart leaves out what two lists begin and end with: most only grow.
func apart(a, b []any) (restA, restB []any) {
	for len(a) > 0 && len(b) > 0 && reflect.DeepEqual(a[0], b[0]) {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && reflect.DeepEqual(a[len(a)-1], b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

// less returns the values of a that b does not have, each as often as it lacks it.
func less(a, b []any) (rest []any) {
	counts := make(map[string]int)
	for _, value := range b {
		counts[canonical(value)]++
	}
	for _, value := range a {
		if key := canonical(value); counts[key] > 0 {
			counts[key]--
		} else {
			rest = append(rest, value)
		}
	}
	return rest
}

// compareMaps follows the keys. A new key that is an id of the handler's own is a
// row: nobody could name it twice.
func (c change) compareMaps(place string, before, after map[string]any, r roles) {
	for key, value := range before {
		if _, stays := after[key]; !stays {
			c.add(place+"."+r.text(key)+goneSuffix, 0, newRow(r.plain(value)))
		}
	}
	for key, value := range after {
		old, existed := before[key]
		name := r.text(key)
		if eventTypes()[key] {
			name = "{type}" // a count by type says no more than a count
		}
		if !existed && name == key && foreignID().MatchString(key) {
			c.add(place+".*", 0, newRow(r.plain(value)))
			continue
		}
		c.compare(place+"."+name, old, value, r)
		if _, isMap := value.(map[string]any); !existed && isMap && name != key {
			c.add(place+"."+name, 0, newRow("{new}")) // an entry without numbers or texts is one too
		}
	}
}

// eventTypes are all types that a handler may have as keys.
var eventTypes = sync.OnceValue(func() map[string]bool {
	types := map[string]bool{futureType: true}
	for _, eventType := range slices.Concat(fixtures.Types(fixtures.DefaultVersion), fixtures.ThinTypes()) {
		types[eventType] = true
	}
	return types
})

// foreignID matches keys that databases and handlers make up.
var foreignID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\d+$|^[0-9a-f]{8,}$|^[0-9a-fA-F-]{36}$|^[a-z]*[_-]?[0-9A-Za-z]*\d[0-9A-Za-z]{8,}$`)
})

func (c change) add(place string, delta float64, rows ...row) {
	e := c[place]
	e.delta += delta
	e.rows = append(e.rows, rows...)
	if e.delta != 0 || len(e.rows) > 0 {
		c[place] = e
	} else {
		delete(c, place)
	}
}

// places returns where something happened, sorted.
func (c change) places() []string { return slices.Sorted(maps.Keys(c)) }

// without returns the change but for some places.
func (c change) without(places map[string]bool) change {
	rest := maps.Clone(c)
	maps.DeleteFunc(rest, func(place string, _ effect) bool { return places[place] })
	return rest
}

// within returns the places of the change that are among some.
func (c change) within(places map[string]bool) []string {
	return slices.DeleteFunc(c.places(), func(place string) bool { return !places[place] })
}

// same reports whether two effects are.
func (e effect) same(other effect) bool {
	return math.Abs(e.delta-other.delta) <= 1e-6*max(1, math.Abs(e.delta)) &&
		slices.EqualFunc(e.rows, other.rows, func(a, b row) bool { return a.text == b.text })
}

// covers reports whether an effect has all that another has, if not more.
func (e effect) covers(other effect) bool {
	further := e.delta*other.delta > 0 && math.Abs(e.delta) >= math.Abs(other.delta)
	if other.delta != 0 && !further && !(effect{delta: e.delta}).same(effect{delta: other.delta}) {
		return false
	}
	counts := make(map[string]int)
	for _, row := range e.rows {
		counts[row.text]++
	}
	for _, row := range other.rows {
		if counts[row.text]--; counts[row.text] < 0 {
			return false
		}
	}
	return true
}

// asMuchAs reports whether two changes move the same places, by as much and with as
// many rows, whatever is in the rows.
func (c change) asMuchAs(other change) bool {
	return maps.EqualFunc(c, other, func(a, b effect) bool {
		return len(a.rows) == len(b.rows) && (effect{delta: a.delta}).same(effect{delta: b.delta})
	})
}

// only returns the change at the places of another.
func (c change) only(other change) change {
	rest := maps.Clone(c)
	maps.DeleteFunc(rest, func(place string, _ effect) bool { _, both := other[place]; return !both })
	return rest
}

// hiding returns the effect with the leaves of its rows hidden that a test says yes
// to.
func (e effect) hiding(hide func(shape string, l leaf) bool) effect {
	rows := make([]row, len(e.rows))
	for i, r := range e.rows {
		rows[i] = r.without(func(l leaf) bool { return hide(r.shape, l) })
	}
	slices.SortFunc(rows, compareRows)
	return effect{e.delta, rows}
}

// values are the values of each leaf of the rows, sorted.
func (e effect) values() map[string]string {
	lists := make(map[string][]string)
	for _, r := range e.rows {
		for _, l := range r.leaves {
			lists[r.shape+" "+l.path] = append(lists[r.shape+" "+l.path], l.value)
		}
	}
	values := make(map[string]string, len(lists))
	for path, list := range lists {
		slices.Sort(list)
		values[path] = strings.Join(list, "\x00")
	}
	return values
}

// like keeps the rows that the other has too: what else a handler notes about
// adverse delivery is its own business.
func (e effect) like(other effect) effect {
	rows := slices.DeleteFunc(slices.Clone(e.rows), func(mine row) bool {
		return !slices.ContainsFunc(other.rows, func(theirs row) bool { return theirs.text == mine.text })
	})
	return effect{e.delta, rows}
}

// showing returns as many of the rows, readable, as the other has hidden.
func (e effect) showing(other effect) effect {
	return effect{e.delta, e.rows[:min(len(e.rows), len(other.rows))]}
}

// String words an effect for a report.
func (e effect) String() string {
	var words []string
	if e.delta != 0 {
		words = append(words, fmt.Sprintf("%+g", e.delta))
	}
	switch n := len(e.rows); {
	case n == 1:
		words = append(words, text.Excerpt(e.rows[0].text))
	case n > 1:
		words = append(words, fmt.Sprintf("%d of %s", n, text.Excerpt(e.rows[0].text)))
	}
	if words == nil {
		return "nothing"
	}
	return strings.Join(words, ", ")
}
