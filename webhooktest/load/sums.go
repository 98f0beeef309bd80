package load

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// sums judges the places without ids: counters, and lists by their length.
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

// summed returns the places to judge by their sum or length.
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

// An expectation is how much a place should change during the load: between two bounds,
// since events that were not accepted may count or not, and events known to be lost or
// doubled explain a difference.
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

// one returns the change that one event makes at a place.
func (j *judgment) one(t *tracked, path string) float64 {
	if isCollection(path) {
		return float64(j.moves[t][path].count)
	}
	return j.moves[t][path].sum
}

// actual returns the change of a place since the start of the load.
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
