package contract

import (
	"slices"
	"strings"
)

// thenIs, after a variable, is the variable for the type that follows: {E.then}.
const thenIs = ".then"

// follows separates types from those of which each may follow them, about the same object.
const follows = " before "

// A sequence is types of events about one object, and the types that may follow each.
type sequence struct{ earlier, later []string }

// sequences reads "A B before C D, E before F".
func sequences(text string) (all []sequence) {
	for _, one := range strings.Split(text, ", ") {
		earlier, later, _ := strings.Cut(one, follows)
		all = append(all, sequence{strings.Fields(earlier), strings.Fields(later)})
	}
	return all
}

// only keeps the types that are in a list.
func only(types, list []string) []string {
	return slices.DeleteFunc(slices.Clone(types), func(t string) bool { return !slices.Contains(list, t) })
}
