// Package nearest finds the names that a mistyped one was probably meant to be.
package nearest

import (
	"slices"
	"strings"
)

// Names returns at most n of the names, the closest to want first. Names that
// contain want as whole dotted parts ("amount" in "data.object.amount") come
// before all others.
func Names(want string, names []string, n int) []string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, len(names))
	for i, name := range names {
		candidates[i] = candidate{name, distance(want, name)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return a.distance - b.distance })
	nearest := make([]string, 0, n)
	for _, c := range candidates[:min(n, len(candidates))] {
		nearest = append(nearest, c.name)
	}
	return nearest
}

// List words the nearest names for an error message: "a, b or c".
func List(want string, names []string) string {
	found := Names(want, names, 3)
	if len(found) < 2 {
		return strings.Join(found, "")
	}
	last := len(found) - 1
	return strings.Join(found[:last], ", ") + " or " + found[last]
}

func distance(want, name string) int {
	if strings.HasSuffix(name, "."+want) || strings.HasPrefix(name, want+".") {
		return 0
	}
	return levenshtein(want, name)
}

// levenshtein counts the bytes to insert, delete or replace. Names longer than
// maxLength are compared by their beginning: a typo needs no more, and the time
// grows with the product of the lengths.
func levenshtein(a, b string) int {
	const maxLength = 200
	a, b = a[:min(len(a), maxLength)], b[:min(len(b), maxLength)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
