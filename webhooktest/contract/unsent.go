package contract

import (
	"slices"
	"strings"
)

// unsentAs, after a variable, says that its events are made, since others are about the same
// objects, but not delivered.
const unsentAs = ".unsent"

// orNone ends the pattern of a type whose events are delivered if the handler handles it.
const orNone = " or none"

// bindOrNone binds a variable to such a type.
func bindOrNone(s *Subject, name, pattern string) map[string]string {
	bound := map[string]string{name: strings.TrimSuffix(strings.TrimPrefix(pattern, "any "), orNone)}
	if !slices.Contains(s.Handles, bound[name]) {
		bound[name+unsentAs] = "true"
	}
	return bound
}

// specOf returns the case as a variant runs it: without the deliveries of a creation that
// there is not.
func (v variant) specOf(c *contractCase) *contractCase {
	var unsent []string
	for name, event := range c.Events {
		if v.types[event.Type+unsentAs] != "" {
			unsent = append(unsent, name)
		}
	}
	if unsent == nil {
		return c
	}
	spec := *c
	for _, steps := range []*[]caseStep{&spec.Steps, &spec.Reference, &spec.Witness, &spec.Against} {
		*steps = without(*steps, unsent)
	}
	return &spec
}

// without returns the steps without the deliveries of some events.
func without(steps []caseStep, unsent []string) (left []caseStep) {
	for _, step := range steps {
		sent := len(step.Send)
		step.Send = slices.DeleteFunc(slices.Clone(step.Send), func(name string) bool { return slices.Contains(unsent, name) })
		if len(step.Send) > 0 || sent == 0 {
			left = append(left, step)
		}
	}
	return left
}
