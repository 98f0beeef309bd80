package statediff

import (
	"math"
	"regexp"
	"slices"
	"sync"
)

// What comes too early may be booked without what it belongs to: a refund at the usual rate, as
// that of its sale is not known yet. Words and flags may go on saying that it came early. An
// amount in its row says what is booked.

// KeptAmounts describes the amounts in rows that each clean delivery leaves otherwise, where
// the deliveries left what the early event leaves by itself, although what it belongs to is
// there as clean delivery leaves it.
func KeptAmounts(clean []Diff, early, did Diff) []string {
	if !hasBeyond(clean[0], early, did) {
		return nil
	}
	var differences []difference
	for _, place := range did.Places() {
		rows := onlyRows(place, append(slices.Clone(clean), early, did))
		if rows == nil {
			continue
		}
		got, want := rows[len(rows)-1], rows[0]
		if kept := keptAmounts(rows[:len(clean)], rows[len(clean)], got); len(kept) > 0 {
			differences = append(differences, difference{place, want.only(kept).mistaken(got.only(kept))})
		}
	}
	return lines(differences)
}

// hasBeyond reports whether the deliveries left a row as clean delivery leaves it, of which the
// early event by itself leaves nothing.
func hasBeyond(clean, early, did Diff) bool {
	return slices.ContainsFunc(clean.Places(), func(place string) bool {
		_, alone := early[place]
		return !alone && did[place].same(clean[place])
	})
}

// keptAmounts returns the fields of a row that have the amount of the early event's, and not
// the one that all clean rows have.
func keptAmounts(clean []Record, early, got Record) map[string]string {
	kept := make(map[string]string)
	before, now := early.values(), got.values()
	for path, value := range clean[0].values() {
		agreed := !slices.ContainsFunc(clean, func(r Record) bool { return r.values()[path] != value })
		if agreed && now[path] == before[path] && otherAmount(now[path], value) && !runningName().MatchString(path) {
			kept[path] = value
		}
	}
	return kept
}

// otherAmount reports whether two texts are different amounts of one sign. A small whole number
// may count something, and one that is zero may be booked elsewhere.
func otherAmount(got, want string) bool {
	a, isAmount := number(got)
	b, areAmounts := number(want)
	counts := isWhole(a) && isWhole(b) && math.Abs(a) <= mostCounted && math.Abs(b) <= mostCounted
	return isAmount && areAmounts && a*b > 0 && math.Abs(a-b) > 1e-6*math.Abs(b) && !counts
}

func isWhole(n float64) bool { return n == math.Trunc(n) }

// runningName matches the paths of numbers that say how far things had come when a row was
// written, and of a row's number.
var runningName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)balance|running|remain|before|after|left|total|sum|count|seq|position|rank|line|row|version|number|age|delay|lag|duration|elapsed|_no(/|$)|(^|[._])(no|id|pk|ms|ns)(/|$)`)
})
