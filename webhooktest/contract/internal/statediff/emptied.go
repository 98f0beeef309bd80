package statediff

import "math"

// emptied returns the fields of numbers that each clean delivery leaves higher than any count,
// and the deliveries at 0: what is paid for in the end is no count.
func emptied(references []Diff, did Diff) map[spot]bool {
	high := make(map[spot]int)
	for _, view := range references {
		seen := make(map[spot]bool)
		view.each(func(at spot, l field) {
			if n, ok := number(l.value); ok && l.isNumber && math.Abs(n) > mostCounted && !seen[at] {
				seen[at] = true
				high[at]++
			}
		})
	}
	empty := make(map[spot]bool)
	did.each(func(at spot, l field) {
		if l.isNumber && l.value == "0" && high[at] == len(references) {
			empty[at] = true
		}
	})
	return empty
}
