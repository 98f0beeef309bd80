package statediff

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Retry is what a state says of our objects when something succeeded after a failure, beside
// what it says when it succeeded at once, and when it had only failed.
type Retry struct {
	AtOnce           []Diff // twice: where they differ, the handler makes values up
	Failed, InTheEnd Diff
}

// Kept returns the words and flags of the failure that the success after it left, by place
// and field, and what a success at once says there. A note of the failure is none of them.
func (r Retry) Kept() map[string][2]string {
	kept := make(map[string][2]string)
	for at, clean := range r.overruled() {
		if now := r.fields(r.InTheEnd, at.place)[at.path]; now != clean[1] && now == clean[0] {
			kept[at.place+strings.TrimSuffix(at.path, "/0")] = [2]string{now, clean[1]}
		}
	}
	return kept
}

// Shows reports whether the state says in a word or a flag of the failure what it does not say
// of a success at once.
func (r Retry) Shows() bool { return len(r.overruled()) > 0 }

// overruled returns those words and flags: the failure's, and the success's.
func (r Retry) overruled() map[spot][2]string {
	words := make(map[spot][2]string)
	for place := range r.Failed {
		failed, clean := r.fields(r.Failed, place), r.clean(place)
		for path, word := range failed {
			good, known := clean[path]
			if known && good != word && !isFailureNote(path) && isStanding(path, failed, clean) {
				words[spot{place: place, path: path}] = [2]string{word, good}
			}
		}
	}
	return words
}

// isStanding reports whether both words say how an object stands, or a flag that is set at a
// success is not at a failure. A flag that a failure sets only notes it, unless it takes access.
func isStanding(path string, failed, clean map[string]string) bool {
	if saysYes(path, failed[path]) || saysNo(path, failed[path]) || saysYes(path, clean[path]) || saysNo(path, clean[path]) {
		return takes(path, clean[path], failed[path])
	}
	return isWord(path, failed) && isWord(path, clean)
}

// Counts reports whether the success after the failure left something that only a success
// leaves.
func (r Retry) Counts() bool {
	for place := range r.InTheEnd {
		failed, now := r.fields(r.Failed, place), r.fields(r.InTheEnd, place)
		for path, value := range r.clean(place) {
			if before, said := failed[path]; now[path] == value && (!said || before != value) {
				return true
			}
		}
	}
	return false
}

// Differently reports whether the state says something in the end that neither a failure nor a
// success at once says: the app knows that one followed the other, and may give the money back.
func (r Retry) Differently() bool {
	for place, now := range r.InTheEnd {
		for _, record := range now.Records {
			if !r.saidEither(place, record) {
				return true
			}
		}
	}
	return false
}

// saidEither reports whether the failure or the success at once leaves such a record at its
// place, too, and says each of its words and flags.
func (r Retry) saidEither(place string, record Record) bool {
	others := append(slices.Clone(r.AtOnce), r.Failed)
	isLog := r.isLog(place)
	such := func(view Diff) bool {
		return slices.ContainsFunc(view[place].Records, func(other Record) bool { return !isLog || other.shape == record.shape })
	}
	if !slices.ContainsFunc(others, such) {
		return false
	}
	return !slices.ContainsFunc(record.fields, func(l field) bool {
		return l.isSaid() && !r.isMadeUp(place, l.path) && !slices.ContainsFunc(others, func(view Diff) bool { return says(view, place, l.path, l.value) })
	})
}

// isSaid reports whether a field is a word or a flag, not an id, a time or a number.
func (l field) isSaid() bool {
	_, isNumber := number(l.value)
	return l.value == "true" || l.value == "false" || strings.Contains(l.path, "/") && !isNumber && l.tells() && !strings.ContainsAny(l.value, "{}")
}

// says reports whether any record of a state at a place has a value.
func says(d Diff, place, path, value string) bool {
	return slices.ContainsFunc(d[place].Records, func(record Record) bool { return record.values()[path] == value })
}

// isMadeUp reports whether a field differs between two successes at once.
func (r Retry) isMadeUp(place, path string) bool {
	one, other := r.fields(r.AtOnce[0], place), r.fields(r.AtOnce[1], place)
	value, known := one[path]
	again, too := other[path]
	return known && too && value != again
}

// clean returns the fields of the one row at a place after a success at once, without those
// that the handler makes up.
func (r Retry) clean(place string) map[string]string {
	fields := maps.Clone(r.fields(r.AtOnce[0], place))
	maps.DeleteFunc(fields, func(path, value string) bool { return r.fields(r.AtOnce[1], place)[path] != value })
	return fields
}

// fields returns the fields of the row at a place. A log has none.
func (r Retry) fields(view Diff, place string) map[string]string {
	if r.isLog(place) || len(view[place].Records) == 0 {
		return nil
	}
	return view[place].Records[0].values()
}

// isLog reports whether there are several rows at a place in any of the views.
func (r Retry) isLog(place string) bool {
	return slices.ContainsFunc(append(slices.Clone(r.AtOnce), r.Failed, r.InTheEnd), func(view Diff) bool { return len(view[place].Records) > 1 })
}

// isFailureNote reports whether a field notes a failure by its name, or counts the attempts: it
// rightly stays.
func isFailureNote(path string) bool {
	words := capital().ReplaceAllString(path, "${1}_$2") // lastError
	return failureNote().MatchString(strings.ToLower(words))
}

var capital = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`([a-z])([A-Z])`) })

var failureNote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[._](?:err|fail|declin|reason|cause|message|note|comment|code|retr|try|tries|attempt|first|prev|last|old|was|had|ever|hist|log|risk|warn|step|dunn|remind|mail|notif)`)
})
