package contract

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// siblings returns types with the same prefix as a handled type, but about an object of
// another kind or without an id: invoice.upcoming beside invoice.paid. There is one for
// each kind.
func (s *Subject) siblings() (types []string) {
	source := webhooktest.Source{APIVersion: s.APIVersion, Seed: 1}
	known := make(map[string]bool) // kinds, by the first part of the type
	for _, handled := range s.Handles {
		known[family(handled)+" "+kindOf(&source, handled)] = true
	}
	for _, candidate := range fixtures.Types(s.version()) {
		alike := slices.ContainsFunc(s.Handles, func(handled string) bool { return family(handled) == family(candidate) })
		if !alike || slices.Contains(s.Handles, candidate) {
			continue
		}
		if kind := family(candidate) + " " + kindOf(&source, candidate); !known[kind] {
			known[kind] = true
			types = append(types, candidate)
		}
	}
	return types
}

// family returns the first part of a type: customer of customer.subscription.updated.
func family(eventType string) string {
	first, _, _ := strings.Cut(eventType, ".")
	return first
}

// kindOf returns the kind of a type's object, and whether it has an id.
func kindOf(source *webhooktest.Source, eventType string) string {
	event, err := source.Event(eventType)
	if err != nil {
		return ""
	}
	kind, _ := event.Lookup("data.object.object")
	text, _ := kind.(string)
	if _, hasID := objectID(event); !hasID {
		text += " without an id"
	}
	return text
}
