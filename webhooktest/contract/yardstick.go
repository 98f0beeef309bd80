package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A yardstick is what perfect delivery does, learned at least twice. What differs
// from one time to another is the handler's own.
type yardstick struct {
	*run
	references []change
}

// judge compares adverse delivery with the yardstick, at the places that perfect
// delivery touches and that are the same each time.
func (y yardstick) judge(adverse change) (differences []string, judged int) {
	return y.compare(adverse, effect.like)
}

// lacks reports whether adverse delivery did less than perfect delivery: what is missing
// may still be to come, what is too much will not go away.
func (y yardstick) lacks(adverse change) bool {
	missing, _ := y.compare(adverse, func(got, want effect) effect {
		if got.covers(want) {
			return want
		}
		return got.like(want)
	})
	return len(missing) > 0
}

// differs reports whether adverse delivery did anything else, or more, than perfect
// delivery.
func (y yardstick) differs(adverse change) bool {
	differences, _ := y.compare(adverse, func(got, _ effect) effect { return got })
	return len(differences) > 0 || len(adverse.without(y.touched())) > 0
}

// compare judges what is left of the effects after a choice of the rows that count.
func (y yardstick) compare(adverse change, choose func(got, want effect) effect) (differences []string, judged int) {
	for _, place := range slices.Sorted(maps.Keys(y.touched())) {
		if strings.HasSuffix(place, goneSuffix) {
			continue
		}
		effects := append(y.at(place), adverse[place])
		known := slices.Clone(effects)
		y.hide(place, effects)
		if !alike(effects[:len(effects)-1]) {
			continue // volatile
		}
		judged++
		want, got := effects[0], effects[len(effects)-1]
		if got = choose(got, want); !got.same(want) {
			shown := known[len(known)-1].showing(got)
			differences = append(differences, fmt.Sprintf("%s: %s instead of %s", place, shown, known[0]))
		}
	}
	return differences, judged
}

// String says what perfect delivery did, once and again.
func (y yardstick) String() string {
	var said []string
	for place := range y.touched() {
		did := make([]string, len(y.references))
		for i, e := range y.at(place) {
			did[i] = e.String()
		}
		said = append(said, place+": "+strings.Join(did, ", then "))
	}
	slices.Sort(said)
	return strings.Join(said, "; ")
}

// untouched is what adverse delivery left where perfect delivery leaves nothing.
func (y yardstick) untouched(adverse change) (differences []string) {
	beyond := adverse.without(y.touched())
	for _, place := range beyond.places() {
		differences = append(differences, fmt.Sprintf("%s: %s instead of nothing", place, beyond[place]))
	}
	return differences
}

// touched are the places that perfect delivery touches.
func (y yardstick) touched() map[string]bool {
	touched := make(map[string]bool)
	for _, reference := range y.references {
		for place := range reference {
			touched[place] = true
		}
	}
	return touched
}

// at is what each perfect delivery did at a place.
func (y yardstick) at(place string) []effect {
	effects := make([]effect, len(y.references))
	for i, reference := range y.references {
		effects[i] = reference[place]
	}
	return effects
}

func alike(effects []effect) bool {
	return !slices.ContainsFunc(effects, func(e effect) bool { return !e.same(effects[0]) })
}

// hide takes out of effects, the last of which is of adverse delivery, the leaves
// that differ between the others. A run remembers them.
func (y yardstick) hide(place string, effects []effect) {
	values := make([]map[string]string, len(effects)-1)
	for i, e := range effects[:len(effects)-1] {
		values[i] = e.values()
	}
	for path, value := range values[0] {
		for _, other := range values[1:] {
			if value != other[path] {
				y.remember(place + " " + path)
			}
		}
	}
	for i, e := range effects {
		effects[i] = e.hiding(func(shape string, l leaf) bool { return y.volatileLeaf(place + " " + shape + " " + l.path) })
	}
}

// remember keeps that a leaf is volatile.
func (s *run) remember(leaf string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.volatile[leaf] = true
}

func (s *run) volatileLeaf(leaf string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.volatile[leaf]
}
