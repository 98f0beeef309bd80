package statediff

import (
	"maps"
	"slices"
	"strings"
)

// A row may keep a history of its object: a note for each refund, in lines of one text. A
// text of one line looks like a field, and one of two is a list.

// WithoutHistories takes out of rows the fields that are a list in one of the views and not in
// another: the history of one entry is no state of its object either.
func WithoutHistories(references []Diff, did Diff) (kept []Diff, left Diff) {
	return withoutFields(references, did, func(place string, views []Diff) func(path string) bool {
		lists, rows := make(map[string]int), 0
		for _, view := range views {
			for _, r := range view[place].Records {
				rows++
				for _, path := range r.lists {
					lists[path]++
				}
			}
		}
		isMixed := func(list string) bool { return lists[list] > 0 && lists[list] < rows }
		return func(path string) bool { return isMixed("") || isMixed(path) }
	})
}

// WithoutMoreEntries takes out of rows the texts that have an entry for each event, where
// more events came than in clean delivery: a text of several words that goes on, and a list
// that is longer.
func WithoutMoreEntries(references []Diff, did Diff) (kept []Diff, left Diff) {
	return withoutFields(references, did, func(place string, views []Diff) func(path string) bool {
		last := len(views) - 1
		now := textsOf(views[last][place])
		longer := func(path string, view Diff) bool {
			return view[place].isShorterList(views[last][place]) || goesOn(textsOf(view[place])[path], now[path])
		}
		return func(path string) bool {
			return !slices.ContainsFunc(views[:last], func(view Diff) bool { return !longer(path, view) })
		}
	})
}

// isShorterList reports whether a change and another are each one list, and this has fewer
// elements.
func (e Change) isShorterList(other Change) bool {
	isList := func(e Change) bool { return len(e.Records) == 1 && slices.Contains(e.Records[0].lists, "") }
	return isList(e) && isList(other) && len(e.Records[0].fields) < len(other.Records[0].fields)
}

// goesOn reports whether a text has more words than another of several words, and some of
// that one's.
func goesOn(before, now []string) bool {
	return len(before) > 1 && len(now) > len(before) &&
		slices.ContainsFunc(before, func(word string) bool { return slices.Contains(now, word) })
}

// textsOf returns the words of the texts in the records of a change, by path.
func textsOf(e Change) map[string][]string {
	words := make(map[string][]string)
	for _, r := range e.Records {
		for _, l := range r.fields {
			if path, _, isText := strings.Cut(l.path, "/"); isText {
				words[path] = append(words[path], l.value)
			}
		}
	}
	return words
}

// withoutFields takes the chosen texts and lists out of the rows at each place, and rows
// that have nothing else.
func withoutFields(references []Diff, did Diff, choose func(place string, views []Diff) func(path string) bool) (kept []Diff, left Diff) {
	views := append(slices.Clone(references), did)
	kept, left = cloned(references), maps.Clone(did)
	for place := range (Baseline{References: views}).Touched() {
		chosen := choose(place, views)
		for _, view := range append(slices.Clone(kept), left) {
			view.drop(place, func(l field) bool {
				path, _, _ := strings.Cut(l.path, "/")
				return chosen(path)
			})
		}
	}
	return kept, left
}

// drop takes fields out of the rows at a place, and the rows that have no others.
func (d Diff) drop(place string, chosen func(field) bool) {
	change, there := d[place]
	if !there || !slices.ContainsFunc(change.Records, func(r Record) bool { return slices.ContainsFunc(r.fields, chosen) }) {
		return
	}
	change = change.without(chosen)
	change.Records = slices.DeleteFunc(change.Records, func(r Record) bool { return len(r.fields) == 0 })
	if d[place] = change; len(change.Records) == 0 && change.Delta == 0 {
		delete(d, place)
	}
}
