package load

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A repeat is what a delivery changed that should have no effect: a duplicate, or a
// forgery.
type repeat struct {
	effects []string // like a genuine event's
	counts  []string // counts of deliveries: columns that grow by one, and logs
	other   []string // logs with another entry than for a genuine event
	unclear []string // rows that are either effects or a log
}

// learnAgain learns from what a duplicate changed.
func (o *oracle) learnAgain(of *stream, moved map[string]change) {
	r := o.repeated(of, moved)
	o.note(r.effects, "a duplicate of "+of.name+" has the same effect again: ")
	o.note(r.counts, "taken for a count of deliveries, since a duplicate changes it too: ")
	for _, path := range r.counts {
		o.again[path] = true
	}
	o.keepLogs(r, "duplicate")
}

// learnForged learns from what a forgery changed.
func (o *oracle) learnForged(of *stream, moved map[string]change) {
	r := o.repeated(of, moved)
	o.note(r.counts, "not judged, since a forgery changes it too: ")
	for _, path := range r.counts {
		o.noise[path] = forgedToo
	}
	o.keepLogs(r, "forgery")
}

func (o *oracle) note(paths []string, text string) {
	if len(paths) > 0 {
		o.notes = append(o.notes, text+few(paths))
	}
}

// keepLogs excludes the rows of logs, and possible logs, from the verdict.
func (o *oracle) keepLogs(r repeat, what string) {
	for _, path := range slices.Concat(r.other, r.unclear) {
		o.noise[path] = loggedToo
	}
	o.note(r.other, "not judged, since each "+what+" leaves something else there: ")
	if len(r.unclear) > 0 {
		o.unclear = fmt.Sprintf("each %s adds a row there too: %s. If that logs deliveries, leave it out of the state; if not, each %[1]s counts", what, few(r.unclear))
	}
	for _, path := range slices.Concat(r.counts, r.other, r.unclear) {
		if isCollection(path) && !slices.Contains(o.logs, path) {
			o.logs = append(o.logs, path)
		}
	}
	maps.DeleteFunc(o.rules.expected, func(at rowPlace, _ string) bool { return o.again[at.place] || !o.tells(at.place) })
}

// logged reports whether a place is in the rows of a log.
func (o *oracle) logged(path string) bool {
	return slices.ContainsFunc(o.logs, func(log string) bool { return within(path, log) })
}

// tells reports whether ids at a place show which events had an effect.
func (o *oracle) tells(path string) bool {
	return o.noise[path] == "" && !o.again[path] && !o.logged(path)
}

// within reports whether a place belongs to the elements of a collection.
func within(path, collection string) bool {
	return len(path) > len(collection) && strings.HasPrefix(path, collection)
}

// repeated sorts what changed again. Only a number that grows by exactly one, or a log, may
// count deliveries, and only if an effect elsewhere did not repeat.
func (o *oracle) repeated(of *stream, moved map[string]change) (r repeat) {
	once := o.once(of.tracked, moved)
	for _, path := range slices.Sorted(maps.Keys(moved)) {
		one, event := o.moves[of.tracked][path]
		switch c := moved[path]; {
		case !event || !o.judges(path) || inRows(path, moved) || c.like(path, change{}):
		case isCollection(path) && c.count != one.count:
			r.other = append(r.other, path)
		case len(once) == 0:
			r.effects = append(r.effects, path)
		case isCollection(path):
			o.sortRows(of, path, once, &r)
		case math.Abs(c.sum) == 1:
			r.counts = append(r.counts, path)
		default:
			r.effects = append(r.effects, path)
		}
	}
	r.join()
	return r
}

// join treats a count beside an amount that is an effect as an effect, too: {"sales": 2,
// "revenue": 8400}.
func (r *repeat) join() {
	beside := func(path string) bool {
		return slices.ContainsFunc(r.effects, func(effect string) bool { return parent(effect) == parent(path) })
	}
	for _, path := range r.counts {
		if !isCollection(path) && beside(path) {
			r.effects = append(r.effects, path)
		}
	}
	r.counts = slices.DeleteFunc(r.counts, func(path string) bool { return slices.Contains(r.effects, path) })
	slices.Sort(r.effects)
}

// parent returns the object with a place as a member.
func parent(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }

// inRows reports whether a place belongs to rows that were added.
func inRows(path string, moved map[string]change) bool {
	for collection := range moved {
		if isCollection(collection) && within(path, collection) {
			return true
		}
	}
	return false
}

// once returns the places that an event changes, and that did not change again.
func (o *oracle) once(of *tracked, moved map[string]change) (places []string) {
	for path := range o.moves[of] {
		if _, again := moved[path]; !again && (o.judges(path) || o.counts[path][of] > 0 && o.tells(path)) {
			places = append(places, path)
		}
	}
	return places
}

// sortRows classifies rows that were added again. They are effects if only they hold the
// amount of an event that they do not name: a log names it. If they hold unique data, but
// may be a log, they are unclear.
func (o *oracle) sortRows(of *stream, rows string, once []string, r *repeat) {
	amounts := of.amounts()
	elsewhere := make(map[int]bool)
	for _, path := range once {
		if sum := hundredths(o.moves[of.tracked][path].sum); amounts[sum] {
			elsewhere[sum] = true
		}
	}
	amount := false
	for path, c := range o.moves[of.tracked] {
		sum := hundredths(c.sum)
		amount = amount || within(path, rows) && amounts[sum] && !elsewhere[sum]
	}
	event, more := o.namedIn(of.tracked, rows)
	switch {
	case amount && !event:
		r.effects = append(r.effects, rows)
	case amount, more && len(elsewhere) == 0:
		r.unclear = append(r.unclear, rows)
	default:
		r.counts = append(r.counts, rows)
	}
}

// namedIn reports whether rows name the event, and whether they name an object of it that
// appears nowhere else.
func (o *oracle) namedIn(of *tracked, rows string) (event, more bool) {
	here, elsewhere := o.kinds(of, rows)
	for kind := range here {
		more = more || kind != eventKind && !elsewhere[kind]
	}
	return here[eventKind], more
}

// kinds returns the kinds of an event's ids that rows name, and those named elsewhere.
func (o *oracle) kinds(of *tracked, rows string) (here, elsewhere map[string]bool) {
	here, elsewhere = make(map[string]bool), make(map[string]bool)
	for path, counts := range o.counts {
		kind := path[strings.LastIndexByte(path, '{')+1:]
		switch {
		case counts[of] == 0:
		case within(path, rows):
			here[kind] = true
		case o.tells(path):
			elsewhere[kind] = true
		}
	}
	return here, elsewhere
}

// doubtLogs excludes lists with several rows for some events from a verdict on other
// senders' events, if another list has no such rows: they are logs if the other list names
// more of an event, otherwise they are unclear.
func (o *oracle) doubtLogs(now *reading) {
	lists := make(map[string]bool) // an event has too many rows
	of := make(map[string]*tracked)
	for path, want := range o.counts {
		list := path[:strings.LastIndex(path, "[]")+1]
		if list == "" || !o.tells(path) {
			continue
		}
		list += "]"
		for t, n := range want {
			of[list] = t
			lists[list] = lists[list] || slices.ContainsFunc(now.times(path, t), func(times uint8) bool { return int(times) > n })
		}
	}
	var found repeat
	once := slices.Contains(slices.Collect(maps.Values(lists)), false)
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		here, elsewhere := o.kinds(of[list], list)
		switch _, more := o.namedIn(of[list], list); {
		case !once || !lists[list]:
		case !more && len(elsewhere) > len(here):
			found.counts = append(found.counts, list)
		default:
			found.unclear = append(found.unclear, list)
		}
	}
	o.note(found.counts, "taken for a log of deliveries, since it has some events twice, and no other list has: ")
	o.keepLogs(found, "duplicate")
}

// eventKind is the suffix of places that name an event.
const eventKind = "evt}"

// amounts returns the numbers in the events that may be amounts, in hundredths, also
// divided by a hundred.
func (s *stream) amounts() map[int]bool {
	all := make(map[int]bool)
	for _, step := range s.steps {
		var event any
		if json.Unmarshal(step.sample.Body(), &event) == nil {
			addAmounts(event, all)
		}
	}
	return all
}

func hundredths(n float64) int { return int(math.Round(100 * math.Abs(n))) }

func addAmounts(value any, to map[int]bool) {
	switch value := value.(type) {
	case float64:
		if value != 0 && value != 1 && !isTime(value) {
			to[hundredths(value)], to[hundredths(value/100)] = true, true
		}
	case []any:
		for _, one := range value {
			addAmounts(one, to)
		}
	case map[string]any:
		for _, one := range value {
			addAmounts(one, to)
		}
	}
}
