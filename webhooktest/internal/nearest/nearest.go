// Package nearest finds the names that a mistyped one was probably meant to be.
package nearest

import (
	"slices"
	"strings"
)

// Names returns at most n of the names, the closest to want first. A name is as
// close as its last dotted part is: "amout" is close to "data.object.amount".
func Names(want string, names []string, n int) []string {
	type candidate struct {
		name     string
		distance int
	}
	candidates := make([]candidate, len(names))
	for i, name := range names {
		candidates[i] = candidate{name, distance(strings.ToLower(want), strings.ToLower(name))}
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
	if strings.HasPrefix(name, want+".") {
		return 0
	}
	last := name[strings.LastIndexByte(name, '.')+1:]
	return min(levenshtein(want, name), levenshtein(want, last))
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
