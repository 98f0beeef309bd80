package main

import "slices"

// A pair is something that the kit does and what it is compared with.
type pair struct {
	what    string // what we do
	against string // what they do
	ops     int    // operations of a side in one round
	ours    side
	theirs  side
	bounds  []bound
}

func (p pair) name() string { return p.what + " against " + p.against }

// pairs is the list: the table and the Go benchmarks are made from it.
func pairs(s *stand) []pair {
	return slices.Concat(
		signingPairs(),
		renderingPairs(),
		deliveryPairs(),
		loopbackPairs(s),
		commandPairs(s),
	)
}
