package load

import (
	"strconv"
	"strings"
)

// A sighting is an event that a place names.
type sighting struct {
	of     *tracked
	number int
}

// several stands for the events of a place that names more than one.
var several = sighting{}

// learnMapsFromMany finds the maps with entries that each name one event, and not the same.
// Others sent these.
func (o *oracle) learnMapsFromMany(now *reading) (found bool) {
	event := eventsOf(now)
	for object, names := range now.members {
		entries, fields := make(map[sighting]bool), make(map[string]bool)
		for name := range names {
			if one, named := event[member(object, name)]; named && one != several {
				entries[one] = true
			} else {
				fields[name] = true
			}
		}
		if _, known := o.maps[object]; !known && len(entries) > 1 {
			o.maps[object], found = fields, true
		}
	}
	return found
}

// older reports whether a number in the entry of a map may be older than the events: the entry
// may have been there.
func (k keySets) older(place, text string) bool {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return false
	}
	for object := range k {
		if under(place, member(object, "*")) {
			return true
		}
	}
	return false
}

// eventsOf returns the event that each member of an object names, or several.
func eventsOf(r *reading) map[string]sighting {
	of := make(map[string]sighting)
	for path, p := range r.places {
		one, named := p.event()
		if !named {
			continue
		}
		for end := 1; end <= len(path); end++ {
			if end < len(path) && !strings.ContainsRune(".[ ", rune(path[end])) {
				continue
			}
			if was, known := of[path[:end]]; known && was != one {
				of[path[:end]] = several
			} else {
				of[path[:end]] = one
			}
		}
	}
	return of
}

// event returns the event that a place names, or several.
func (p *place) event() (one sighting, named bool) {
	for t, seen := range p.seen {
		for number, times := range seen {
			switch {
			case times == 0:
			case named:
				return several, true
			default:
				one, named = sighting{t, number}, true
			}
		}
	}
	return one, named
}
