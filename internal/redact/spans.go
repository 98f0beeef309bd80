package redact

import (
	"cmp"
	"slices"
)

// A span is a part of a text to replace.
type span struct {
	start, end int
	kind       kind
	value      string // the decoded value, which may differ in case from the text
	coded      string // the replacement, if coded; otherwise the value's stand-in is used
}

// merge joins overlapping spans, replacing the whole like the longest.
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
