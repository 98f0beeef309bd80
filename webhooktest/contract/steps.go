package contract

import (
	"maps"
	"slices"
)

// lastOf returns the last event that steps send and others do not, or "".
func lastOf(steps, others []caseStep) (last string) {
	for _, step := range steps {
		for _, name := range step.Send {
			if !sends(others, name) {
				last = name
			}
		}
	}
	return last
}

// withoutEvent returns steps that do not send an event.
func withoutEvent(steps []caseStep, name string) []caseStep {
	left := slices.Clone(steps)
	for i := range left {
		left[i].Send = slices.DeleteFunc(slices.Clone(left[i].Send), func(sent string) bool { return sent == name })
	}
	return left
}

// sendsAny reports whether steps send any event.
func sendsAny(steps []caseStep) bool {
	return slices.ContainsFunc(steps, func(step caseStep) bool { return len(step.Send) > 0 })
}

// besides returns the events of a case that begin another object than an event is about: they
// have an id of their own. It returns none if the event is about such an object itself.
func besides(c *contractCase, event string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		e := c.Events[name]
		if _, own := e.Set["data.object.id"]; !own || e.About == "" {
			continue
		}
		if name == event {
			return nil
		}
		names = append(names, name)
	}
	return names
}

// sendsMore reports whether the case sends other events than the reference does. A ledger
// has an entry for each of them: they are no repetition.
func sendsMore(c *contractCase) bool {
	return slices.ContainsFunc(c.Steps, func(step caseStep) bool {
		return slices.ContainsFunc(step.Send, func(name string) bool { return !sends(c.Reference, name) })
	})
}

// namesIn returns the names of the events that steps send, each once, sorted.
func namesIn(steps []caseStep) []string {
	return slices.Compact(slices.Sorted(slices.Values(eventsOf(steps))))
}

// withoutLater returns the steps of a case without what comes after their last event in clean
// delivery, or without what that ends with if it has no such event.
func withoutLater(c *contractCase) []caseStep {
	clean, last := eventsOf(c.Reference), eventsOf(c.Steps)
	if len(clean) == 0 || len(last) == 0 {
		return nil
	}
	at := slices.Index(clean, last[len(last)-1])
	if at < 0 {
		at = len(clean) - 2
	}
	steps := c.Steps
	for _, later := range clean[at+1:] {
		steps = withoutEvent(steps, later)
	}
	return steps
}

// beforeEnd reports whether steps send less than a case does.
func beforeEnd(c *contractCase, earlier []caseStep) bool {
	return len(eventsOf(earlier)) < len(eventsOf(c.Steps))
}

// eventsOf returns the names of the events that steps send, in order.
func eventsOf(steps []caseStep) (names []string) {
	for _, step := range steps {
		names = append(names, step.Send...)
	}
	return names
}
