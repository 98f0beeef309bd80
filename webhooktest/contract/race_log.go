package contract

import (
	"fmt"
	"maps"
	"math"
	"slices"
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
	lacks         string // what kept it from more
}

// add counts the bursts of a variant without a finding; lacks says what more bursts would
// need.
func (l *raceLog) add(c *contractCase, bursts int, lacks string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tried == nil {
		l.tried = make(map[string]burstCount)
	}
	l.tried[c.ID] = burstCount{c.Bursts, l.tried[c.ID].tried + bursts, lacks}
}

// notes describes what cases with too few bursts may have missed.
func (l *raceLog) notes() (notes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(l.tried)) {
		count := l.tried[id]
		if count.tried >= count.wanted {
			continue
		}
		missed := 100 * math.Pow(1-shownIn, float64(count.tried))
		notes = append(notes, fmt.Sprintf("%s: %d bursts showed no fault; a fault that one burst in ten shows would go unseen with odds of %.0f %%: %s", id, count.tried, missed, count.lacks))
	}
	return notes
}
