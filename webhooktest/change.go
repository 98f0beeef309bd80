package webhooktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
)

// What a handler stores is any JSON. Two deliveries are compared by the change
// that each makes in it, with everything that must differ (ids, times) taken out:
// ids that we sent become the roles that they have in the case.

// roles are the names of ids in one delivery.
type roles map[string]string

// name gives the ids of an event their roles: each the place where it stands.
// An id that has a role keeps it, so that the events of one object agree.
func (r roles) name(event *Event, as string) {
	if event.id != "" {
		r[event.id] = "{event}"
	}
	var value any
	if json.Unmarshal(event.body, &value) == nil {
		r.nameIn(value, as)
	}
}

func (r roles) nameIn(value any, place string) {
	switch value := value.(type) {
	case string:
		if _, _, isID := splitID(`"` + value + `"`); isID && r[value] == "" {
			r[value] = "{" + place + "}"
		}
	case []any:
		for i, element := range value {
			r.nameIn(element, place+"."+strconv.Itoa(i))
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			r.nameIn(value[key], place+"."+key)
		}
	}
}

// plain returns a value without what must differ between two deliveries.
func (r roles) plain(value any) any {
	switch value := value.(type) {
	case string:
		return r.text(value)
	case float64:
		if timelike(value) {
			return "{time}"
		}
		return value
	case []any:
		plain := make([]any, len(value))
		for i, element := range value {
			plain[i] = r.plain(element)
		}
		return plain
	case map[string]any:
		plain := make(map[string]any, len(value))
		for key, member := range value {
			plain[r.text(key)] = r.plain(member)
		}
		return plain
	}
	return value
}

// text replaces ids, the longest first, and times in a text.
func (r roles) text(text string) string {
	if role, ok := r[text]; ok {
		return role
	}
	for _, id := range slices.SortedFunc(maps.Keys(r), func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	}) {
		text = strings.ReplaceAll(text, id, r[id])
	}
	return timeText().ReplaceAllString(text, "{time}")
}

var timeText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z| ?[+-]\d\d:?\d\d)?( UTC)?|\b1[6-9]\d{8}(\d{3})?\b`)
})

// timelike reports whether a number is a Unix time of our days, in seconds or
// milliseconds.
func timelike(n float64) bool {
	return n == math.Trunc(n) && (n >= 1.6e9 && n < 2.1e9 || n >= 1.6e12 && n < 2.1e12)
}

// A change is what a delivery did to the state, by place.
type change map[string]effect

// An effect is what happened at one place: a number moved, and values or rows came.
type effect struct {
	delta float64
	rows  []string // as canonical JSON, sorted
}

// changeOf returns what is new after a delivery. What is gone does not count.
func changeOf(before, after any, r roles) change {
	c := make(change)
	c.compare("state", before, after, r)
	for place, e := range c {
		slices.Sort(e.rows)
		c[place] = e
	}
	return c
}

func (c change) compare(place string, before, after any, r roles) {
	switch after := after.(type) {
	case float64:
		if number, ok := before.(float64); (ok || before == nil) && !timelike(after) {
			c.add(place, after-number, "")
		} else if before != any(after) {
			c.add(place, 0, canonical(r.plain(after)))
		}
	case []any:
		old, _ := before.([]any)
		for _, row := range added(old, after) {
			c.add(place+"[]", 0, canonical(r.plain(row)))
		}
	case map[string]any:
		old, _ := before.(map[string]any)
		c.compareMaps(place, old, after, r)
	default:
		if after != nil && before != after {
			c.add(place, 0, canonical(r.plain(after)))
		}
	}
}

// compareMaps follows the keys. A new key that is an id of the handler's own is a
// row: nobody could name it twice.
func (c change) compareMaps(place string, before, after map[string]any, r roles) {
	for key, value := range after {
		old, existed := before[key]
		name := r.text(key)
		if eventTypes()[key] {
			name = "{type}" // a count by type says no more than a count
		}
		if !existed && name == key && foreignID().MatchString(key) {
			c.add(place+".*", 0, canonical(r.plain(value)))
			continue
		}
		c.compare(place+"."+name, old, value, r)
		if _, isMap := value.(map[string]any); !existed && isMap && name != key {
			c.add(place+"."+name, 0, "{new}") // an entry without numbers or texts is one too
		}
	}
}

// eventTypes are all types that a handler may have as keys.
var eventTypes = sync.OnceValue(func() map[string]bool {
	types := map[string]bool{futureType: true}
	for _, eventType := range fixtures.Types(fixtures.DefaultVersion) {
		types[eventType] = true
	}
	return types
})

// foreignID matches keys that databases and handlers make up.
var foreignID = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\d+$|^[0-9a-f]{8,}$|^[0-9a-fA-F-]{36}$|^[a-z]*[_-]?[0-9A-Za-z]*\d[0-9A-Za-z]{8,}$`)
})

func (c change) add(place string, delta float64, row string) {
	e := c[place]
	e.delta += delta
	if row != "" {
		e.rows = append(e.rows, row)
	}
	if e.delta != 0 || len(e.rows) > 0 {
		c[place] = e
	} else {
		delete(c, place)
	}
}

// added returns the rows that a list has more than before.
func added(before, after []any) []any {
	counts := make(map[string]int)
	for _, row := range before {
		counts[canonical(row)]++
	}
	var more []any
	for _, row := range after {
		if key := canonical(row); counts[key] > 0 {
			counts[key]--
		} else {
			more = append(more, row)
		}
	}
	return more
}

// canonical is a value as text: encoding/json sorts the keys.
func canonical(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
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

// touched are the places that perfect delivery touches.
func (y yardstick) touched() map[string]bool {
	touched := make(map[string]bool)
	for _, c := range []change{y.first, y.second} {
		for place := range c {
			touched[place] = true
		}
	}
	return touched
}

// same reports whether two effects are.
func (e effect) same(other effect) bool {
	return math.Abs(e.delta-other.delta) <= 1e-6*max(1, math.Abs(e.delta)) && slices.Equal(e.rows, other.rows)
}

// String words an effect for a report.
func (e effect) String() string {
	var words []string
	if e.delta != 0 || len(e.rows) == 0 {
		words = append(words, fmt.Sprintf("%+g", e.delta))
	}
	switch n := len(e.rows); {
	case n == 1:
		words = append(words, excerpt(e.rows[0]))
	case n > 1:
		words = append(words, fmt.Sprintf("%d of %s", n, excerpt(e.rows[0])))
	}
	return strings.Join(words, ", ")
}

// masked hides the words with digits in rows: numbers and names that a handler
// makes up differ each time.
func (e effect) masked() effect {
	rows := make([]string, len(e.rows))
	for i, row := range e.rows {
		rows[i] = digitWord().ReplaceAllString(row, "#")
	}
	slices.Sort(rows)
	return effect{e.delta, rows}
}

var digitWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^\s"{}:,]*\d[^\s"{}:,]*`) })

// A yardstick is what perfect delivery does, learned twice.
type yardstick struct {
	first, second change
}

// judge compares adverse delivery with the yardstick, at the places that perfect
// delivery touches and that are the same both times.
func (y yardstick) judge(adverse change) (differences []string, judged int) {
	touched := maps.Clone(y.first)
	maps.Copy(touched, y.second)
	for _, place := range touched.places() {
		want, again, got := y.first[place], y.second[place], adverse[place]
		if !want.same(again) {
			want, again, got = want.masked(), again.masked(), got.masked()
		}
		if !want.same(again) {
			continue // volatile
		}
		judged++
		got = got.like(want)
		if !got.same(want) {
			differences = append(differences, fmt.Sprintf("%s: %s instead of %s", place, got, want))
		}
	}
	return differences, judged
}

// like keeps the rows that the other has too: what else a handler notes about
// adverse delivery is its own business.
func (e effect) like(other effect) effect {
	rows := slices.DeleteFunc(slices.Clone(e.rows), func(row string) bool { return !slices.Contains(other.rows, row) })
	return effect{e.delta, rows}
}
