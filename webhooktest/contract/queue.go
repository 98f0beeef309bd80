package contract

import (
	"cmp"
	"slices"
)

// A queue holds the cases that are to be judged. Races, and what cannot come from Stripe, are
// at its end: after the many events of a race there is more to read. Last comes what has work
// fail: it may be repeated when nobody waits any more. Where time is short, musts come first.
type queue struct {
	cases []contractCase
	rest  []int // indexes of cases
	short bool
}

func newQueue(cases []contractCase, short bool) *queue {
	q := &queue{cases: cases, rest: make([]int, len(cases)), short: short}
	for i := range q.rest {
		q.rest[i] = i
	}
	q.sort()
	return q
}

// next takes the next case from the queue, given whether time is short by now.
func (q *queue) next(short bool) (i int) {
	if short && !q.short {
		q.short = true
		q.sort()
	}
	i, q.rest = q.rest[0], q.rest[1:]
	return i
}

func (q *queue) sort() {
	slices.SortStableFunc(q.rest, func(a, b int) int { return cmp.Compare(q.rank(a), q.rank(b)) })
}

func (q *queue) rank(i int) (rank int) {
	c := &q.cases[i]
	if q.short {
		rank = 2 * slices.Index(levels, c.Level)
	}
	if c.Bursts > 0 {
		rank++
	}
	if impossible(c) {
		rank += 2 * len(levels)
	}
	if c.Repeats {
		rank += 4 * len(levels)
	}
	return rank
}
