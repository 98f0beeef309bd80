package stripeapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

//go:embed writes.json
var writesJSON []byte

// writes is read when the first request needs it.
var writes = sync.OnceValue(func() *writing {
	w := new(writing)
	mustDecode(writesJSON, w)
	return w
})

// writing says what creating, deleting and actions do to an object: the file
// writes.json.
type writing struct {
	// Lists are shown with an object on demand: of which kind their elements are.
	Lists map[string]map[string]string `json:"lists"`

	// UnlessGiven are fields that are null in a new object unless a parameter sets
	// them. The fixtures fill them, as real objects do.
	UnlessGiven []string `json:"unless_given"`

	// Required are the parameters that creating an object asks for; a|b is either.
	Required map[string][]string `json:"required"`

	Create  map[string]changeTo            `json:"create"`
	Delete  map[string]changeTo            `json:"delete"` // the kinds that stay whole when they are deleted
	Actions map[string]map[string]changeTo `json:"actions"`
}

// A changeTo is the state that an object changes to: as it is in an event of a
// type, and fields of their own.
type changeTo struct {
	Event  string                     `json:"event"`
	Manual string                     `json:"manual"` // Event for a payment that is captured later
	Set    map[string]json.RawMessage `json:"set"`
}

// stateOf returns how a kind looks in a state.
func stateOf(kind string, to changeTo) (*node, error) {
	template := known().kind(kind).template.clone()
	if to.Event != "" {
		var err error
		if template, err = stateIn(kind, to.Event); err != nil {
			return nil, err
		}
	}
	for path, raw := range to.Set {
		template.set(path, mustNode(raw))
	}
	return template, nil
}

// stateIn returns how a kind looks in an event of a type.
func stateIn(kind, eventType string) (*node, error) {
	about, object, err := render.ObjectIn(fixtures.DefaultVersion, eventType)
	switch {
	case err != nil:
		return nil, err
	case about != kind:
		return nil, fmt.Errorf("%s is about a %s, not a %s", eventType, about, kind)
	}
	return parseNode(object)
}

// creation returns the type of the event that a kind's creation is, if there is one.
func creation(kind string) string {
	underscored := strings.ReplaceAll(kind, ".", "_")
	for _, candidate := range []string{kind + ".created", underscored + ".created", "customer." + kind + ".created"} {
		if _, err := stateIn(kind, candidate); err == nil {
			return candidate
		}
	}
	return ""
}
