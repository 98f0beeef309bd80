package redact

import (
	"cmp"
	"slices"
)

// A span is a part of a text that is to be replaced.
type span struct {
	start, end int
	kind       kind
	value      string // what it says; the text itself may say it in capitals
	coded      string // what replaces it, if it is coded; otherwise what stands in for the value
}

// merge joins spans that overlap to one, which is replaced as the longest is.
func merge(spans []span) []span {
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var merged []span
	longest := 0
	for _, s := range spans {
		last := len(merged) - 1
		if last < 0 || s.start >= merged[last].end {
			merged = append(merged, s)
			longest = s.end - s.start
			continue
		}
		merged[last].end = max(merged[last].end, s.end)
		if s.end-s.start > longest {
			merged[last].kind, merged[last].value, merged[last].coded = s.kind, s.value, s.coded
			longest = s.end - s.start
		}
	}
	return merged
}
