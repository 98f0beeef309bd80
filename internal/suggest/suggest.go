// Package suggest guesses the intended name behind a mistyped one: an event type, a path,
// a case, a mutation, a key of a file, a command or a flag.
package suggest

import (
	"cmp"
	"slices"
	"strings"
)

// A closeness is the kind of resemblance to the mistyped name, closest first.
type closeness int

const (
	same     closeness = iota // except for case
	level                     // has it as a level: "redelivered" in "idempotency/redelivered"
	word                      // has it as a word: "tampered" in "body-tampered"
	typo                      // a few letters differ
	part                      // contains it
	related                   // begins with the same word
	enclosed                  // is contained in it: "a.b" in "x/a.b"
	far
)

// most is the maximum number of names from DidYouMean, mostRelated of those merely
// related.
const (
	most        = 6
	mostRelated = 3
)

const (
	levels = "./"
	words  = "./-_"
)

// everywhere begins nearly all paths of events: it relates nothing.
const everywhere = "data.object."

type candidate struct {
	name      string
	closeness closeness
	distance  int // differing letters, for a typo or a related name
	depth     int // levels above the last
}

// Names returns at most n names close to want, closest first.
func Names(want string, names []string, n int) []string {
	candidates := make([]candidate, 0, len(names))
	for _, name := range names {
		if c := compare(strings.ToLower(want), strings.ToLower(name)); c.closeness < far {
			c.name = name
			candidates = append(candidates, c)
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.closeness, b.closeness), cmp.Compare(a.distance, b.distance), cmp.Compare(a.depth, b.depth))
	})
	closest := make([]string, 0, n)
	for _, c := range candidates[:min(n, len(candidates))] {
		if c.asCloseAs(candidates[0]) && !(c.closeness == related && len(closest) == mostRelated) {
			closest = append(closest, c.name)
		}
	}
	return closest
}

// asCloseAs reports whether a name is as good a guess as the closest one.
func (c candidate) asCloseAs(closest candidate) bool {
	return c.closeness == closest.closeness && (c.closeness != typo && c.closeness != enclosed || c.distance == closest.distance)
}

// DidYouMean returns the end of an error about an unknown name, ": did you mean a, b or
// c?", or "" without a close name.
func DidYouMean(want string, names []string) string {
	found := Names(want, names, most)
	switch last := len(found) - 1; last {
	case -1:
		return ""
	case 0:
		return ": did you mean " + found[0] + "?"
	default:
		return ": did you mean " + strings.Join(found[:last], ", ") + " or " + found[last] + "?"
	}
}

// compare returns the closeness of a name.
func compare(want, name string) candidate {
	depth := strings.Count(name, ".") + strings.Count(name, "/")
	is := func(c closeness, distance int) candidate {
		return candidate{closeness: c, distance: distance, depth: depth}
	}
	switch {
	case want == name:
		return is(same, 0)
	case want == "":
		return is(far, 0)
	case within(name, want, levels):
		return is(level, 0)
	case within(name, want, words):
		return is(word, 0)
	}
	distance, likely := difference(want, name)
	switch {
	case likely:
		return is(typo, distance)
	case len(want) > 2 && strings.Contains(name, want):
		return is(part, 0)
	case first(want) != "" && first(want) == first(name):
		return is(related, distance)
	case len(name) > 2 && within(want, name, words):
		return is(enclosed, -len(name))
	}
	return is(far, 0)
}

// within reports whether a text contains another between separators.
func within(text, inside, separators string) bool {
	edge := func(rest string, at int) bool { return rest == "" || strings.IndexByte(separators, rest[at]) >= 0 }
	for from := 0; ; from++ {
		at := strings.Index(text[from:], inside)
		if at < 0 {
			return false
		}
		from += at
		before, after := text[:from], text[from+len(inside):]
		if edge(before, max(0, len(before)-1)) && edge(after, 0) {
			return true
		}
	}
}

func first(name string) string {
	name = strings.TrimPrefix(name, everywhere)
	if end := strings.IndexAny(name, words); end >= 0 {
		return name[:end]
	}
	return name
}

// difference counts differing letters and reports whether one name is likely a typo of
// the other: few letters differ, not counting common first words. A name without levels
// may stand for the last level of another.
func difference(want, name string) (distance int, likely bool) {
	if !strings.ContainsAny(want, levels) {
		last := name[strings.LastIndexAny(name, levels)+1:]
		if d := edits(want, last); mistyped(d, want) {
			return d, true
		}
	}
	common := commonWords(want, name)
	distance = edits(want[common:], name[common:])
	return distance, mistyped(distance, want[common:])
}

// commonWords returns the length of the words common to the start of both texts.
func commonWords(a, b string) (common int) {
	for i := range min(len(a), len(b)) {
		switch {
		case a[i] != b[i]:
			return common
		case strings.IndexByte(words, a[i]) >= 0:
			common = i + 1
		}
	}
	if len(b) > len(a) {
		a, b = b, a
	}
	if len(a) > len(b) && strings.IndexByte(words, a[len(b)]) >= 0 {
		return len(b)
	}
	return common
}

func mistyped(distance int, text string) bool { return distance <= (len(text)+1)/3 }

// edits counts the bytes to insert, delete, replace or swap with the next. It compares
// only the start of texts longer than maxLength: that is enough for a typo, and the time
// grows with the product of the lengths.
func edits(a, b string) int {
	const maxLength = 200
	a, b = a[:min(len(a), maxLength)], b[:min(len(b), maxLength)]
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = min(change, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
