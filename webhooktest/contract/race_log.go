package contract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// shownIn is the share of tries in which a race shows, for computing odds.
const shownIn = 0.1

// A raceLog records the number of bursts of each case.
type raceLog struct {
	mu    sync.Mutex
	tried map[string]burstCount
}

type burstCount struct {
	wanted, tried int
	of            map[string]int // by the types of the variant
	lacks         string         // what kept it from more
}

// add counts the bursts of a variant without a finding, none if it was not tried; lacks
// says what more bursts would need.
func (l *raceLog) add(c *contractCase, v variant, bursts int, lacks string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tried == nil {
		l.tried = make(map[string]burstCount)
	}
	of := l.tried[c.ID].of
	if of == nil {
		of = make(map[string]int)
	}
	of[strings.Join(slices.Compact(slices.Sorted(slices.Values(c.types(v)))), " with ")] += bursts
	l.tried[c.ID] = burstCount{c.Bursts, l.tried[c.ID].tried + bursts, of, lacks}
}

// leaveOut records the variants of a race that were not tried.
func (l *raceLog) leaveOut(c *contractCase, left []variant, lacks string) {
	for _, v := range left {
		if c.Bursts > 0 {
			l.add(c, v, 0, lacks)
		}
	}
}

// few reports whether there were fewer bursts than the case wants, or none of some type.
func (b burstCount) few() bool {
	return b.tried < b.wanted || slices.Contains(slices.Collect(maps.Values(b.of)), 0)
}

// String gives the number of bursts, and of each type if there are several.
func (b burstCount) String() string {
	said := fmt.Sprintf("%d bursts showed no fault", b.tried)
	if len(b.of) < 2 {
		return said
	}
	var each []string
	for _, types := range slices.Sorted(maps.Keys(b.of)) {
		count := "none"
		if b.of[types] > 0 {
			count = strconv.Itoa(b.of[types])
		}
		each = append(each, types+": "+count)
	}
	return said + " (" + strings.Join(each, ", ") + ")"
}

// anyFew reports whether a case with bursts may have missed a fault.
func (l *raceLog) anyFew() bool { return len(l.notes()) > 0 }

// notes describes what cases with too few bursts may have missed.
func (l *raceLog) notes() (notes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(l.tried)) {
		count := l.tried[id]
		if !count.few() {
			continue
		}
		missed := 100 * math.Pow(1-shownIn, float64(count.tried))
		notes = append(notes, fmt.Sprintf("%s: %s; a fault that one burst in ten shows would go unseen with odds of %.0f %%: %s", id, count, missed, count.lacks))
	}
	return notes
}
