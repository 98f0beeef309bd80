package contract

import (
	"maps"
	"slices"
	"strings"
)

// untriedTypes names the types of the variants after the first that it does not try, "" if there
// are none.
func untriedTypes(c *contractCase, variants []variant) string {
	tried, left := c.types(variants[0]), make(map[string]bool)
	for _, v := range variants[1:] {
		for _, eventType := range c.types(v) {
			if !slices.Contains(tried, eventType) {
				left[eventType] = true
			}
		}
	}
	if len(left) == 0 {
		return ""
	}
	return "\n(not tried then: " + strings.Join(slices.Sorted(maps.Keys(left)), ", ") + ")"
}
