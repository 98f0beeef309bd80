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

// warnsAgain reports whether findings tell no more than those of another variant did: a handler
// that deals with every type of a resource does so for each. Of one that works before it
// answers, another look would find no more.
func warnsAgain(s *session, v variant, findings []finding) bool {
	more := func(f finding) bool { return !f.should || f.grave }
	return v.warned && s.probe.settle == 0 && showsState(findings) && !slices.ContainsFunc(findings, more)
}
