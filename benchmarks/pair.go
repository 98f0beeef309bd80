package main

import "slices"

// A pair is an operation of the kit and its counterpart.
type pair struct {
	what    string // what we do
	against string // what they do
	ops     int    // operations of a side in one round
	ours    side
	theirs  side
	bounds  []bound
}

func (p pair) name() string { return p.what + " against " + p.against }

// pairs is the list behind the table and the Go benchmarks.
func pairs(s *stand) []pair {
	return slices.Concat(
		signingPairs(),
		renderingPairs(),
		deliveryPairs(),
		loopbackPairs(s),
		loadPairs(s),
		commandPairs(s),
	)
}
