package load

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An IncomparableError says what changed while a handler got the first events of a load,
// although nothing there shows which events had an effect. It is an ErrNoEffect.
type IncomparableError struct {
	Changes []string // by place
}

// Error implements error.
func (e *IncomparableError) Error() string {
	return ErrNoEffect.Error() + " in a way that can be compared: " + fewOf(e.Changes, "; ")
}

// Unwrap returns ErrNoEffect.
func (e *IncomparableError) Unwrap() error { return ErrNoEffect }

// noteNoise names the places that are not judged, by reason.
func (o *oracle) noteNoise() {
	var alone, different []string
	for _, path := range slices.Sorted(maps.Keys(o.noise)) {
		switch reason := o.noise[path]; {
		case reason == movesAlone:
			alone = append(alone, path)
		default:
			different = append(different, path+" ("+reason+")")
		}
	}
	o.note(alone, "not judged, since it changes without a delivery: ")
	o.note(different, "not judged, since one event changes it in another way than the next: ")
	if o.ids.shared != "" {
		o.notes = append(o.notes, "nothing is judged by "+o.ids.shared+" and the like, which events of several types have")
	}
}

// incomparable returns the error of a state in which nothing can be judged.
func (o *oracle) incomparable(now *reading) error {
	changes := make(map[string]string)
	for _, t := range o.genuine {
		for path, c := range o.moves[t] {
			if c.count > 0 && c.sum == 0 {
				changes[path] = path + " is new, and names no event"
			}
		}
		for path := range now.places {
			if named := namedAt(now, path, t); named > 0 && o.counts[path][t] == 0 {
				changes[path] = fmt.Sprintf("%s names %d of the %d events sent", path, named, t.size)
			}
		}
	}
	for path, reason := range o.noise {
		if strings.HasPrefix(reason, "by ") {
			reason = "moved " + reason
		}
		changes[path] = path + " " + reason
	}
	return &IncomparableError{slices.Sorted(maps.Values(changes))}
}

// namedAt returns how many events of a series a place names.
func namedAt(r *reading, path string, of *tracked) (events int) {
	for _, times := range r.times(path, of) {
		if times > 0 {
			events++
		}
	}
	return events
}
