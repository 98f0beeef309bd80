package load

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Verdict says what became of the events: what the state shows, compared with as many
// perfect deliveries.
type Verdict struct {
	Delivered  int `json:"delivered"` // events that were accepted; those of a flow count as one
	Unsure     int `json:"unsure"`    // events that were not: they may have had an effect
	Duplicates int `json:"duplicates"`
	Forgeries  int `json:"forgeries"`
	Effects    int `json:"effects"` // of the delivered events

	Lost    Finding `json:"lost"`
	Doubled Finding `json:"doubled"`
	Wrong   Finding `json:"wrong"`  // another effect than one perfect delivery has
	Forged  Finding `json:"forged"` // forgeries with an effect

	Counters []string `json:"counters,omitempty"` // what counters show beyond that
	Notes    []string `json:"notes,omitempty"`

	// Inconclusive says why nothing was judged.
	Inconclusive string `json:"inconclusive,omitempty"`
}

// A Finding is a number of events, of which the first are named. Those that only a counter
// shows have no name.
type Finding struct {
	Count  int     `json:"count"`
	Events []Named `json:"events,omitempty"`
}

// A Named is an event in a Finding.
type Named struct {
	Event  string `json:"event"`
	Object string `json:"object,omitempty"` // what it is about, if the state names that
	Said   string `json:"said,omitempty"`
}

// MostNamed limits the events that a Finding names.
const MostNamed = 1000

// Sound reports whether the effects are as they should be.
func (v *Verdict) Sound() bool {
	return v.Lost.Count+v.Doubled.Count+v.Wrong.Count+v.Forged.Count == 0
}

// String words the verdict in a line: "10000 delivered, 503 duplicates, 9998 effects: 2 lost
// (evt_…, evt_…), 1 doubled (evt_…)".
func (v *Verdict) String() string {
	if v.Inconclusive != "" {
		return "not judged: " + v.Inconclusive
	}
	line := Number(v.Delivered) + " delivered"
	for _, part := range []struct {
		n    int
		what string
	}{{v.Duplicates, "duplicates"}, {v.Forgeries, "forgeries"}, {v.Unsure, "not accepted"}} {
		if part.n > 0 {
			line += ", " + Number(part.n) + " " + part.what
		}
	}
	line += ", " + Number(v.Effects) + " effects: "
	var findings []string
	for _, f := range []struct {
		*Finding
		what string
	}{{&v.Lost, "lost"}, {&v.Doubled, "doubled"}, {&v.Wrong, "wrong"}, {&v.Forged, "forged with an effect"}} {
		if f.Count > 0 {
			findings = append(findings, Number(f.Count)+" "+f.what+f.names())
		}
	}
	if findings == nil {
		return line + "nothing lost, nothing doubled"
	}
	return line + strings.Join(findings, ", ")
}

// names lists the first events.
func (f *Finding) names() string {
	const most = 3
	var names []string
	for _, one := range f.Events[:min(most, len(f.Events))] {
		names = append(names, one.Event)
	}
	switch {
	case names == nil:
		return ""
	case f.Count > len(names):
		names = append(names, "…")
	}
	return " (" + strings.Join(names, ", ") + ")"
}

// String names the event, and what is known of it.
func (n Named) String() string {
	text := n.Event
	if n.Object != "" {
		text += " about " + n.Object
	}
	if n.Said != "" {
		text += ": " + n.Said
	}
	return text
}

// Number formats a count with commas: 10,000.
func Number(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// A judgment is a verdict under way.
type judgment struct {
	*oracle
	now     *reading
	verdict Verdict
	found   map[*tracked]*oddities
	missing int            // effects that may still come
	forged  map[string]int // forgeries of the load with an effect, by what they pretend to be
}

// judge compares a reading with what that many perfect deliveries do.
func (o *oracle) judge(now *reading) *judgment {
	j := &judgment{oracle: o, now: now, found: make(map[*tracked]*oddities), forged: make(map[string]int)}
	for _, t := range o.genuine {
		accepted, unsure := t.counts()
		j.verdict.Delivered, j.verdict.Unsure = j.verdict.Delivered+accepted, j.verdict.Unsure+unsure
		j.found[t] = &oddities{}
		j.countIDs(t)
		j.compareRows(t)
		j.name(t)
	}
	j.forgeries()
	if o.base != nil {
		j.sums()
	}
	j.missing += j.verdict.Lost.Count
	j.verdict.Effects = max(0, j.verdict.Delivered-j.verdict.Lost.Count)
	j.verdict.Notes = slices.Clone(o.notes)
	if slices.ContainsFunc(o.genuine, func(t *tracked) bool { return t.events > 1 }) {
		j.verdict.Notes = append(j.verdict.Notes, "the events of a flow count as one here")
	}
	if named := len(j.counts) > 0; named && 2*j.verdict.Lost.Count > j.verdict.Delivered && j.verdict.Delivered > 2 {
		j.verdict.Notes = append(j.verdict.Notes, "more than half of the events are missing: if the state is one page of a longer list, show all of it")
	}
	return j
}

// countIDs finds the events that are named too seldom or too often.
func (j *judgment) countIDs(t *tracked) {
	found := j.found[t]
	for path, want := range j.counts {
		if want[t] == 0 || j.noise[path] || j.again[path] {
			continue
		}
		var seen []uint8
		if p := j.now.places[path]; p != nil {
			seen = p.seen[t]
		}
		for n := t.first; n < t.size; n++ {
			times := 0
			if n < len(seen) {
				times = int(seen[n])
			}
			switch {
			case times < want[t] && t.accepted(n):
				found.lost.set(n)
			case times > want[t]:
				found.doubled.set(n)
			}
		}
	}
}

// compareRows takes in what stands beside the ids.
func (j *judgment) compareRows(t *tracked) {
	odd, found := j.now.wrong[t], j.found[t]
	if odd == nil {
		return
	}
	for n := t.first; n < t.size; n++ {
		switch {
		case odd.doubled.has(n):
			found.doubled.set(n)
		case odd.lost.has(n) && t.accepted(n):
			found.lost.set(n)
		case odd.wrong.has(n) && t.accepted(n):
			found.wrong.set(n)
		}
	}
	found.said = odd.said
}

// name lists the events of a series in the verdict.
func (j *judgment) name(t *tracked) {
	found := j.found[t]
	for n := t.first; n < t.size; n++ {
		switch {
		case found.lost.has(n):
			j.verdict.Lost.add(j.named(t, n))
		case found.doubled.has(n):
			j.verdict.Doubled.add(j.named(t, n))
		case found.wrong.has(n):
			one := j.named(t, n)
			one.Said = found.said[n]
			j.verdict.Wrong.add(one)
			j.missing++
		}
	}
}

// named names an event. What a flow is about tells more than its first event.
func (j *judgment) named(t *tracked, number int) Named {
	one := Named{Event: t.id(0, number)}
	for path, want := range j.counts {
		if want[t] > 0 && t.events < len(t.stems) && strings.Contains(path, "{"+labelOf(t.stems[t.events])+"}") {
			one.Object = t.id(t.events, number)
		}
	}
	return one
}

// labelOf is how the ids of a stem are called in places.
func labelOf(stem string) string { return stem[:max(0, strings.LastIndexByte(stem, '_'))] }

func (f *Finding) add(one Named) {
	f.Count++
	if len(f.Events) < MostNamed {
		f.Events = append(f.Events, one)
	}
}

// forgeries finds those that left an id where genuine events do.
func (j *judgment) forgeries() {
	for _, t := range j.oracle.forged {
		accepted, unsure := t.counts()
		j.verdict.Forgeries += accepted + unsure
		var effective bitmap
		for path := range j.counts {
			if p := j.now.places[path]; p != nil && !j.noise[path] {
				for n, times := range p.seen[t] {
					if times > 0 {
						effective.set(n)
					}
				}
			}
		}
		for n := range t.size {
			if effective.has(n) {
				j.verdict.Forged.add(Named{Event: t.id(0, n)})
				if n >= t.first {
					j.forged[t.name]++
				}
			}
		}
	}
}

// sums judges the places that have no ids: counters, and lists by their length.
func (j *judgment) sums() {
	var lost, doubled int
	for _, path := range j.summed() {
		e := j.expect(path)
		actual := j.actual(path)
		if actual >= e.low-e.slack(actual) && actual <= e.high+e.slack(actual) {
			continue
		}
		short := actual < e.low
		off := e.low - actual
		if !short {
			off = actual - e.high
		}
		line := fmt.Sprintf("%s moved by %s, where %s make %s", path, plain(actual), events(j.verdict.Delivered), plain(e.whole))
		if e.each != 0 {
			n := max(1, int(math.Round(off/math.Abs(e.each))))
			if short == (e.each > 0) {
				lost = max(lost, n)
				line += ": " + Number(n) + " lost"
			} else {
				doubled = max(doubled, n)
				line += ": " + Number(n) + " doubled"
			}
		} else {
			lost = max(lost, 1)
		}
		j.verdict.Counters = append(j.verdict.Counters, line)
	}
	j.verdict.Lost.Count += lost
	j.verdict.Doubled.Count += doubled
}

func events(n int) string {
	if n == 1 {
		return "1 event"
	}
	return Number(n) + " events"
}

func plain(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		return Number(int(n))
	}
	return strconv.FormatFloat(n, 'g', 10, 64)
}

// summed returns the places that are judged by their sum or length.
func (j *judgment) summed() (paths []string) {
	seen := make(map[string]bool)
	for _, moves := range j.moves {
		for path := range moves {
			if !seen[path] && j.judges(path) && !j.hasIDs(path) && !j.inRows(path) {
				seen[path] = true
				paths = append(paths, path)
			}
		}
	}
	slices.Sort(paths)
	return paths
}

// hasIDs reports whether the elements of a collection name the events.
func (j *judgment) hasIDs(path string) bool {
	if !isCollection(path) {
		return false
	}
	for at := range j.counts {
		if strings.HasPrefix(at, path) {
			return true
		}
	}
	return false
}

// inRows reports whether the values at a place are compared one by one.
func (j *judgment) inRows(path string) bool {
	for _, t := range j.genuine {
		if _, compared := j.rules.expected[rowPlace{path, t}]; compared {
			return true
		}
	}
	return false
}

// An expectation is how much a place has moved after the load: between two bounds, since
// events that were not accepted may count or not, and those that are known to be lost or
// doubled explain as much.
type expectation struct{ low, high, whole, each float64 }

func (e expectation) slack(actual float64) float64 { return 1e-6 * max(1, math.Abs(actual)) }

func (j *judgment) expect(path string) (e expectation) {
	same := true
	for _, t := range j.genuine {
		one := j.one(t, path)
		if one == 0 {
			continue
		}
		same = same && (e.each == 0 || e.each == one)
		e.each = one
		accepted, unsure := t.counts()
		lost, doubled := j.found[t].lost.count(t.first), j.found[t].doubled.count(t.first)
		if j.again[path] {
			accepted, unsure = t.deliveries, t.attempts-t.deliveries
		}
		from, to := one*float64(accepted-lost), one*float64(accepted+unsure+doubled+j.forged[t.name])
		e.low, e.high = e.low+min(from, to), e.high+max(from, to)
		e.whole += one * float64(accepted)
	}
	if !same {
		e.each = 0
	}
	return e
}

// one is what one event moves a place by.
func (j *judgment) one(t *tracked, path string) float64 {
	if isCollection(path) {
		return float64(j.moves[t][path].count)
	}
	return j.moves[t][path].sum
}

// actual is how far a place has moved since before the load.
func (j *judgment) actual(path string) float64 {
	var was, now place
	if p := j.base.places[path]; p != nil {
		was = *p
	}
	if p := j.now.places[path]; p != nil {
		now = *p
	}
	if isCollection(path) {
		return float64(now.count - was.count)
	}
	return now.sum - was.sum
}
