package statediff

import (
	"maps"
	"slices"
	"strings"
)

// A Baseline is the effect of clean delivery, measured at least twice. Differences between
// the measurements are the handler's choice.
type Baseline struct {
	References []Diff    // the effect of each clean delivery
	Volatile   *Volatile // fields found to differ, shared by all baselines of a run
}

// Judge compares the deliveries with the baseline, at the places that clean delivery
// changes in the same way each time.
func (b Baseline) Judge(did Diff) (differences []string, judged int) {
	return b.compare(did, Change.like)
}

// Lacks reports whether the deliveries did less than clean delivery. What is missing may
// still come; what is too much will not go away.
func (b Baseline) Lacks(did Diff) bool {
	missing, _ := b.compare(did, func(got, want Change) Change {
		if got.covers(want) {
			return want
		}
		return got.like(want)
	})
	return len(missing) > 0
}

// Differs reports whether the deliveries did something other, or more, than clean delivery.
func (b Baseline) Differs(did Diff) bool {
	differences, _ := b.compare(did, func(got, _ Change) Change { return got })
	return len(differences) > 0 || len(did.Without(b.Touched())) > 0
}

// compare judges what is left of the changes after a choice of the records that count.
func (b Baseline) compare(did Diff, choose func(got, want Change) Change) (said []string, judged int) {
	var differences []difference
	for _, place := range slices.Sorted(maps.Keys(b.Touched())) {
		if b.isLimit(place) {
			continue
		}
		changes := append(b.at(place), did[place])
		b.hide(place, changes)
		if !alike(changes[:len(changes)-1]) || IsGone(place) && changes[0].isAnyRow() {
			continue // volatile
		}
		judged++
		want, got := changes[0], changes[len(changes)-1]
		if !choose(got, want).same(want) && !b.isRounded(place, got, did) {
			all := got.contrast(want)
			if len(all) == 0 { // rows beyond those of clean delivery
				all = []string{got.String()}
			}
			for _, one := range all {
				differences = append(differences, difference{place, one})
			}
		}
	}
	return lines(differences), judged
}

// isRounded reports whether a change is that of clean delivery, but for the rounding of a number.
func (b Baseline) isRounded(place string, got Change, did Diff) bool {
	return (Change{Records: got.Records}).same(Change{Records: b.References[0][place].Records}) &&
		isRounded(place, did.Places(), func(place string) (deltas []float64) {
			for _, change := range append(b.at(place), did[place]) {
				deltas = append(deltas, change.Delta)
			}
			return deltas
		})
}

// Alike returns the part of an effect that resembles clean delivery, at the same places:
// numbers that changed, and records that are equal except for values that the handler
// generates.
func (b Baseline) Alike(did Diff) Diff {
	same, touched := make(Diff), b.Touched()
	for place, change := range did.Near(touched) {
		if b.isLimit(place) {
			continue
		}
		if !touched[place] {
			same.add(place, change.Delta) // of an earlier record
			continue
		}
		changes := append(b.at(place), did[place])
		b.hide(place, changes)
		got := changes[len(changes)-1]
		if alike(changes[:len(changes)-1]) {
			got = got.like(changes[0])
		}
		same.add(place, got.Delta, got.Records...)
	}
	return same
}

// String describes each clean delivery.
func (b Baseline) String() string {
	var said []string
	for place := range b.Touched() {
		if IsGone(place) && alike(b.at(place)) {
			continue // no more than room for others
		}
		did := make([]string, len(b.References))
		for i, e := range b.at(place) {
			did[i] = e.String()
		}
		said = append(said, place+": "+strings.Join(did, ", then "))
	}
	slices.Sort(said)
	return strings.Join(said, "; ")
}

// Untouched is what the deliveries left where clean delivery leaves nothing, except for
// sentences and notes: a log may say that something came late. told reports whether a word
// is one of what the events tell about their objects.
func (b Baseline) Untouched(did Diff, told func(word string) bool) []string {
	var differences []difference
	beyond := did.Without(b.Touched())
	for _, place := range beyond.Places() {
		if !slices.ContainsFunc(beyond[place].Records, func(r Record) bool { return !r.isSentence() && !r.isNote(told) }) {
			continue
		}
		differences = append(differences, difference{place, beyond[place].String() + ", want nothing"})
	}
	return lines(differences)
}

// Touched returns the places that clean delivery changes.
func (b Baseline) Touched() map[string]bool {
	touched := make(map[string]bool)
	for _, reference := range b.References {
		for place := range reference {
			touched[place] = true
		}
	}
	return touched
}

// at returns the changes of each clean delivery at a place.
func (b Baseline) at(place string) []Change {
	changes := make([]Change, len(b.References))
	for i, reference := range b.References {
		changes[i] = reference[place]
	}
	return changes
}

func alike(changes []Change) bool {
	return !slices.ContainsFunc(changes, func(e Change) bool { return !e.same(changes[0]) })
}

// hide removes volatile fields from changes: those that differ between all but the last,
// which belongs to the deliveries. Volatile remembers them.
func (b Baseline) hide(place string, changes []Change) {
	values := make([]map[spot]string, len(changes)-1)
	for i, e := range changes[:len(changes)-1] {
		values[i] = e.values(place)
	}
	for at, value := range values[0] {
		for _, other := range values[1:] {
			if value != other[at] {
				b.Volatile.add(at)
			}
		}
	}
	b.mask(place, changes)
}

// mask removes the fields from changes that the handler is known to make up.
func (b Baseline) mask(place string, changes []Change) {
	for i, e := range changes {
		changes[i] = e.hiding(func(r Record, l field) bool { return b.Volatile.has(spot{place, r.shape, l.path}) })
	}
}

// A spot is the location of a field: a place, the shape of its record, and its path there.
type spot struct {
	place string
	shape shape
	path  string
}

// gains reports whether something was added where values were removed.
func gains(d Diff, gone string) bool {
	from := strings.TrimSuffix(gone, goneSuffix)
	for place := range d {
		if !IsGone(place) && anyKey(place) == from {
			return true
		}
	}
	return false
}

// isLimit reports whether what clean delivery removes at a place may only make room in a
// list of limited length.
func (b Baseline) isLimit(place string) bool {
	return IsGone(place) && slices.ContainsFunc(b.References, func(reference Diff) bool { return gains(reference, place) })
}

// isAnyRow reports whether nothing is known of the rows that were removed.
func (e Change) isAnyRow() bool {
	return !slices.ContainsFunc(e.Records, func(r Record) bool { return !r.isHidden() })
}
