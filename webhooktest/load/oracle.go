package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An oracle knows the effect of one clean delivery on the state, and judges many by it.
type oracle struct {
	state   func(context.Context) (any, error)
	ids     index
	genuine []*tracked
	forged  []*tracked

	start  *reading                       // before the first event
	maps   keySets                        // objects with entries rather than fields, and their fields
	noise  map[string]string              // why a place is not judged
	moves  map[*tracked]map[string]change // effect of one event
	counts map[string]map[*tracked]int    // how often an event leaves its id at a place
	rules  rowRules
	again  map[string]bool // changes with every delivery, even of a duplicate
	logs   []string        // collections with a row for each delivery, whatever its result
	base   *reading        // before the load
	notes  []string

	unclear string // why a sound verdict is uncertain
	repeats bool   // others sent some events twice, with an effect that was not learned
}

// Reasons not to judge a place, beside how two events changed it.
const (
	movesAlone = "changes without a delivery"
	forgedToo  = "a forgery changes it, too"
	loggedToo  = "may be a log"
	repeated   = "several events have the same value"
)

func newOracle(state func(context.Context) (any, error), genuine, forged []*tracked) *oracle {
	o := &oracle{
		state: state, genuine: genuine, forged: forged,
		start: new(reading), maps: make(keySets), noise: make(map[string]string), moves: make(map[*tracked]map[string]change), again: make(map[string]bool),
	}
	for _, t := range slices.Concat(genuine, forged) {
		t.addTo(&o.ids)
	}
	o.ids.keepUnique()
	return o
}

// stateTimeout limits one reading of a state.
const stateTimeout = 2 * time.Minute

// read reads the state; it compares rows once they are known.
func (o *oracle) read(ctx context.Context) (*reading, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	var rules *rowRules
	if o.rules.stable != nil {
		rules = &o.rules
	}
	return readState(ctx, o.state, &o.ids, o.maps, rules, learningEvents)
}

// between returns the changes between two readings, without background changes.
func (o *oracle) between(before, after *reading) map[string]change {
	changed := make(map[string]change)
	for path, now := range after.places {
		was := before.places[path]
		if was == nil {
			was = new(place)
		}
		if c := (change{now.sum - was.sum, now.count - was.count}); o.noise[path] == "" && !c.same(change{}) {
			changed[path] = c
		}
	}
	for path, was := range before.places {
		if after.places[path] == nil && o.noise[path] == "" {
			changed[path] = change{-was.sum, -was.count}
		}
	}
	return changed
}

// learnMoves derives the effect of one event of a series from two. The first may have
// created a counter.
func (o *oracle) learnMoves(of *tracked, first, second map[string]change) {
	moves := make(map[string]change)
	for path, c := range second {
		switch {
		case !c.like(path, first[path]):
			o.differs(path, first[path], c)
		case !c.isTimes(path):
			moves[path] = c
		}
	}
	for path, c := range first {
		if !c.like(path, second[path]) {
			o.differs(path, c, second[path])
		}
	}
	o.moves[of] = moves
}

// differs records that two events changed a place in different ways.
func (o *oracle) differs(path string, first, second change) {
	o.noise[path] = fmt.Sprintf("by %s, then by %s", plain(first.of(path)), plain(second.of(path)))
}

// learnRows finds the places that name each event equally often, and the values beside the
// ids there, in a reading with all learning events.
func (o *oracle) learnRows(now *reading) {
	o.counts, o.rules = make(map[string]map[*tracked]int), rowRules{stable: make(map[string]bool), expected: make(map[rowPlace]string)}
	for path, p := range now.places {
		for _, t := range o.genuine {
			o.learnNames(path, t, p.seen[t])
		}
	}
	for key, text := range now.values {
		if key.number == 0 && isConstant(text) && !key.in.forged {
			at := rowPlace{key.place, key.in}
			if o.valued(now, at, text) && o.fromNothing(at) {
				o.rules.expected[at] = text
			}
		}
	}
}

// learnNames learns whether a place names each event of a series equally often. What was
// there before the events shows no effect, but it may be a row that they change.
func (o *oracle) learnNames(path string, of *tracked, seen []uint8) {
	n, was := alike(seen, of.size), o.start.places[path]
	if n == 0 || was != nil && was.foreign && !was.named(of) {
		return
	}
	if was != nil && was.named(of) {
		o.rules.stable[path] = o.rules.stable[path] || n == 1
		return
	}
	if o.counts[path] == nil {
		o.counts[path] = make(map[*tracked]int)
	}
	o.counts[path][of], o.rules.stable[path] = n, true
}

// fromNothing reports whether a value that an event leaves in a row does not depend on what
// was there before, as a total does that was not zero in each row.
func (o *oracle) fromNothing(at rowPlace) bool {
	was, there := o.start.values[valueKey{at.place, at.in, 0}]
	_, err := strconv.ParseFloat(was, 64)
	return !there || err != nil || o.start.places[at.place].sum == 0
}

// valued reports whether all learning events have a value at a place.
func (o *oracle) valued(now *reading, at rowPlace, text string) bool {
	for n := range min(at.in.size, learningEvents) {
		if now.values[valueKey{at.place, at.in, n}] != text {
			return false
		}
	}
	return true
}

// alike returns how often each of the first events was counted, or 0 if the counts differ.
func alike(counts []uint8, events int) int {
	if len(counts) < events || events == 0 {
		return 0
	}
	for _, n := range counts[:events] {
		if n != counts[0] {
			return 0
		}
	}
	return int(counts[0])
}

// retire stops judging by the values that several events of a long load have had.
func (o *oracle) retire() {
	for _, v := range o.ids.values {
		if !o.ids.repeated(v) {
			continue
		}
		named := func(path string) bool { return strings.Contains(path, "{"+v.label+"}") }
		for path := range o.counts {
			if named(path) {
				o.noise[path] = repeated
				o.rules.stable[path] = false
			}
		}
		for path := range o.moves[v.in] {
			if named(path) {
				o.noise[path] = repeated
			}
		}
		maps.DeleteFunc(o.rules.expected, func(at rowPlace, _ string) bool { return named(at.place) })
	}
}

// isConstant reports whether a value must be the same for each event: a number that is not
// a time, or a word without digits.
func isConstant(text string) bool {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return !strings.ContainsAny(text, "0123456789")
	}
	return !isTime(n)
}

// judges reports whether a place is judged by its sum or its count, or has ids.
func (o *oracle) judges(path string) bool {
	if o.noise[path] != "" || o.logged(path) {
		return false
	}
	if isCollection(path) {
		return true
	}
	for _, moves := range o.moves {
		if moves[path].sum != 0 {
			return true
		}
	}
	return false
}

// moved returns the places by which events of a series are judged, for people; "" if there
// are none.
func (o *oracle) moved(of *tracked) string {
	paths := make(map[string]bool)
	for path := range o.moves[of] {
		if o.judges(path) {
			paths[path] = true
		}
	}
	for path, counts := range o.counts {
		if counts[of] > 0 && o.tells(path) {
			paths[path] = true
		}
	}
	return few(slices.Sorted(maps.Keys(paths)))
}

// few joins the first few texts.
func few(texts []string) string { return fewOf(texts, ", ") }

func fewOf(texts []string, between string) string {
	const most = 6
	if len(texts) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(texts[:most], between), len(texts)-most)
	}
	return strings.Join(texts, between)
}
