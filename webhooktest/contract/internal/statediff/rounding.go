package statediff

import (
	"math"
	"slices"
	"strings"
)

// A page may show a sum in whole euros, or an average: how far such a number moves depends on
// what was there before, by one unit of its last digit.

const (
	leastRounded = 5     // a count that moved by less than that is not taken for an amount
	mostEvents   = 1000  // more than any case delivers: what moved by as much is no count
	oneHundredth = 0.011 // with room for the arithmetic of floats
)

// isRounded reports whether the deliveries moved the number at a place as clean delivery did, but
// for its rounding. deltas tells by how much each clean delivery, and in the end the deliveries,
// moved a number.
func isRounded(place string, places []string, deltas func(place string) []float64) bool {
	moved := deltas(place)
	want := moved[0]
	unlike, size := math.Abs(moved[len(moved)-1]-want), math.Abs(want)
	switch {
	case unlike <= oneHundredth:
		return size >= 2*oneHundredth
	case unlike > 1+oneHundredth, size < leastRounded:
		return false
	}
	return size >= mostEvents || slices.ContainsFunc(places, func(exact string) bool {
		return exact != place && parent(exact) == parent(place) && areHundredths(moved, deltas(exact))
	})
}

// areHundredths reports whether all that was delivered moved one number in the same way, and
// another by a hundredth of that, as euros are of cents.
func areHundredths(moved, exact []float64) bool {
	for i, delta := range exact {
		if math.Abs(delta-exact[0]) > 1e-6*math.Abs(delta) || math.Abs(delta-100*moved[i]) >= 100 {
			return false
		}
	}
	return true
}

// parent returns what a place is a member of.
func parent(place string) string { return place[:max(0, strings.LastIndexByte(place, '.'))] }
