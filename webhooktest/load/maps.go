package load

import "strings"

// learnMaps finds the maps that get an entry with each event under a key that does not name
// it. Of three readings, the second shows an event more than the first, and the third another.
// Events of several series that share their keys may replace each other's entries.
func (o *oracle) learnMaps(of *tracked, number int, states [learningEvents + 1]*reading) (found bool) {
	if o.ids.shared != "" {
		return false
	}
	for object := range states[2].members {
		first, second := added(object, states[0], states[1]), added(object, states[1], states[2])
		if first == nil || second == nil {
			continue
		}
		if namesOnly(states[2], of, number, first) && namesOnly(states[2], of, number+1, second) {
			o.maps[object], found = fields(object, of, number, states), true
		}
	}
	return found
}

// fields returns the names of the members of a map that were there before an event, and are no
// entries of earlier ones.
func fields(object string, of *tracked, number int, states [learningEvents + 1]*reading) map[string]bool {
	names := make(map[string]bool)
	for name := range states[0].members[object] {
		if !namesEarlier(states[2], of, number, member(object, name)) {
			names[name] = true
		}
	}
	return names
}

// namesEarlier reports whether what is at a path names an event before one of a series, or an
// event of another series.
func namesEarlier(r *reading, of *tracked, number int, path string) bool {
	for at, p := range r.places {
		if !under(at, path) {
			continue
		}
		for t, seen := range p.seen {
			for n, times := range seen {
				if times > 0 && (t != of || n < number) {
					return true
				}
			}
		}
	}
	return false
}

// added returns the paths of the members that an object has got between two readings.
func added(object string, before, after *reading) (paths []string) {
	for name := range after.members[object] {
		if !before.members[object][name] {
			paths = append(paths, member(object, name))
		}
	}
	return paths
}

// namesOnly reports whether what is at some paths names one event of a series, and no other.
func namesOnly(r *reading, of *tracked, number int, paths []string) (named bool) {
	for at, p := range r.places {
		for _, path := range paths {
			if !under(at, path) {
				continue
			}
			for n, times := range p.seen[of] {
				if times > 0 && n != number {
					return false
				}
				named = named || times > 0
			}
		}
	}
	return named
}

// under reports whether a place is at a path, or in what is there.
func under(at, path string) bool {
	rest, ok := strings.CutPrefix(at, path)
	return ok && (rest == "" || strings.ContainsRune(".[ ", rune(rest[0])))
}
