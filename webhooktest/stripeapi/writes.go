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

// writing is the file writes.json: what creating, deleting and actions do to an
// object.
type writing struct {
	// Lists are shown with an object on demand: of which kind their elements are.
	Lists map[string]map[string]string `json:"lists"`

	// UnlessGiven are fields that are null in a new object unless a parameter sets
	// them. The fixtures fill them, as real objects do.
	UnlessGiven []string `json:"unless_given"`

	// Required are the parameters that creating an object requires; a|b is either.
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
	if to.Event == "" {
		return to.set(known().kind(kind).template.clone()), nil
	}
	template, err := stateIn(kind, to.Event)
	if err != nil {
		return nil, err
	}
	return to.set(template), nil
}

// newState returns how a kind looks when it has just been created: as in the event of
// its creation, if there is one and no other event is named.
func newState(kind string, to changeTo) (*node, error) {
	if to.Event == "" {
		if template := creation(kind); template != nil {
			return to.set(template), nil
		}
	}
	return stateOf(kind, to)
}

// set sets the fields of a template that have values of their own.
func (to *changeTo) set(template *node) *node {
	for path, raw := range to.Set {
		template.set(path, mustNode(raw))
	}
	return template
}

// stateIn returns how a kind looks in an event of a type.
func stateIn(kind, eventType string) (*node, error) {
	if made, ok := statesIn.Load(kind + " " + eventType); ok {
		return made.(*node).clone(), nil
	}
	made, err := readState(kind, eventType)
	if err != nil {
		return nil, err
	}
	statesIn.Store(kind+" "+eventType, made)
	return made.clone(), nil
}

// statesIn remembers what readState returned, by kind and event type: the fixtures do
// not change.
var statesIn sync.Map

func readState(kind, eventType string) (*node, error) {
	about, object, err := render.ObjectIn(fixtures.DefaultVersion, eventType)
	switch {
	case err != nil:
		return nil, err
	case about != kind:
		return nil, fmt.Errorf("%s is about a %s, not a %s", eventType, about, kind)
	}
	return parseNode(object)
}

// creation returns how a kind looks in the event of its creation, nil if there is none.
func creation(kind string) *node {
	underscored := strings.ReplaceAll(kind, ".", "_")
	for _, candidate := range []string{kind + ".created", underscored + ".created", "customer." + kind + ".created"} {
		if _, _, err := fixtures.Find(fixtures.DefaultVersion, "events/"+candidate+".json"); err != nil {
			continue // render would look for names that are like it
		}
		if template, err := stateIn(kind, candidate); err == nil {
			return template
		}
	}
	return nil
}
