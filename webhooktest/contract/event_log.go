package contract

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// ofOtherTypes reports whether a case sent, as it is, only what the handler does not handle.
func ofOtherTypes(c *contractCase, sent []*webhooktest.Event, handled []string) bool {
	if slices.ContainsFunc(c.Steps, func(step caseStep) bool { return len(step.Mutate) > 0 }) {
		return false
	}
	return !slices.ContainsFunc(sent, func(event *webhooktest.Event) bool { return slices.Contains(handled, event.Type()) })
}

// ofType returns the same case, of which all events have a type.
func ofType(c *contractCase, eventType string) *contractCase {
	spec := *c
	spec.Events = maps.Clone(spec.Events)
	for name, event := range spec.Events {
		set := maps.Clone(event.Set)
		if set == nil {
			set = make(render.Changes)
		}
		set["type"] = json.RawMessage(strconv.Quote(eventType))
		event.Set = set
		spec.Events[name] = event
	}
	return &spec
}
