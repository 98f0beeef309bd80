package contract

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// bindSequences binds a variable to each handled type that a handled one follows, the first
// of several, with fixed values for the other variables.
func bindSequences(s *Subject, variable, text string, others map[string]string) (bindings []map[string]string, unhandled string) {
	all := sequences(text)
	for _, one := range all {
		later := only(one.later, s.Handles)
		for _, earlier := range only(one.earlier, s.Handles) {
			if len(later) > 0 {
				binding := map[string]string{variable: earlier, variable + thenIs: later[0]}
				maps.Copy(binding, others)
				bindings = append(bindings, binding)
			}
		}
	}
	if len(bindings) == 0 {
		return nil, missingOf(s, all)
	}
	return bindings, ""
}

// missingOf returns the types that would allow a binding: beside a handled one, if any is.
func missingOf(s *Subject, all []sequence) string {
	handled := func(eventType string) bool { return slices.Contains(s.Handles, eventType) }
	for _, one := range all {
		switch {
		case slices.ContainsFunc(one.earlier, handled):
			return strings.Join(one.later, " or ")
		case slices.ContainsFunc(one.later, handled):
			return strings.Join(one.earlier, " or ")
		}
	}
	return fmt.Sprintf("two types about one object, such as %s and %s", all[0].earlier[0], all[0].later[0])
}
