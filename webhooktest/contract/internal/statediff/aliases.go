package statediff

import (
	"slices"
)

// withoutAliases leaves out the places at which only some of the views have a row, where all
// have that row at another place: each row stands at a place for each object that it names, and
// may name more objects if another event came first.
func withoutAliases(references []Diff, did Diff) (kept []Diff, left Diff) {
	views := append(slices.Clone(references), did)
	aliases := make([]map[string]bool, len(views))
	for i, view := range views {
		aliases[i] = view.aliases(func(place string) bool {
			return !slices.ContainsFunc(views, func(other Diff) bool { return len(other[place].Records) == 0 })
		})
	}
	for i := range views {
		views[i] = views[i].Without(aliases[i])
	}
	return views[:len(references)], views[len(references)]
}

// aliases returns the places that not all have, and whose rows stand at one that all have.
func (d Diff) aliases(allHave func(place string) bool) map[string]bool {
	known := make(map[string]bool)
	for place := range d {
		for _, r := range d[place].Records {
			known[r.said] = known[r.said] || allHave(place)
		}
	}
	aliases := make(map[string]bool)
	for place, e := range d {
		stands := !slices.ContainsFunc(e.Records, func(r Record) bool { return !known[r.said] })
		aliases[place] = len(e.Records) > 0 && stands && !allHave(place)
	}
	return aliases
}
