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

// isRounded reports whether the deliveries moved a number as clean delivery did, but for its
// rounding.
func (b Baseline) isRounded(place string, did Diff) bool {
	want, got := b.References[0][place], did[place]
	unlike, size := math.Abs(got.Delta-want.Delta), math.Abs(want.Delta)
	switch {
	case !(Change{Records: got.Records}).same(Change{Records: want.Records}):
		return false
	case unlike <= oneHundredth:
		return size >= 2*oneHundredth
	case unlike > 1+oneHundredth, size < leastRounded:
		return false
	}
	return size >= mostEvents || slices.ContainsFunc(did.Places(), func(exact string) bool {
		return exact != place && parent(exact) == parent(place) && b.isHundredthOf(place, exact, did)
	})
}

// isHundredthOf reports whether all that was delivered moved one number in the same way, and
// another by a hundredth of that, as euros are of cents.
func (b Baseline) isHundredthOf(place, exact string, did Diff) bool {
	want := did[exact].Delta
	return !slices.ContainsFunc(append(slices.Clone(b.References), did), func(view Diff) bool {
		return !(Change{Delta: view[exact].Delta}).same(Change{Delta: want}) || math.Abs(want-100*view[place].Delta) >= 100
	})
}

// parent returns what a place is a member of.
func parent(place string) string { return place[:max(0, strings.LastIndexByte(place, '.'))] }
