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

// writes is loaded by the first request that needs it.
var writes = sync.OnceValue(func() *writing {
	w := new(writing)
	mustDecode(writesJSON, w)
	return w
})

// writing is the file writes.json: the effects of creating, deleting and actions on an
// object.
type writing struct {
	// Lists are the lists shown with an object on demand, with the kind of their elements.
	Lists map[string]map[string]string `json:"lists"`

	// UnlessGiven are fields that are null in a new object unless set by a parameter. The
	// fixtures have values for them, as real objects do.
	UnlessGiven []string `json:"unless_given"`

	// Required are the required parameters of a new object; a|b means either.
	Required map[string][]string `json:"required"`

	Create  map[string]changeTo            `json:"create"`
	Fitting []fitting                      `json:"fitting"`
	Delete  map[string]changeTo            `json:"delete"` // kinds that stay whole when deleted
	Actions map[string]map[string]changeTo `json:"actions"`
}

// A fitting sets fields of a kind depending on the values of others: a session of mode
// setup has no amount.
type fitting struct {
	Kind string            `json:"kind"`
	If   map[string]string `json:"if"`
	changeTo
}

// fit sets the fields that depend on others.
func (w *writing) fit(kind string, field func(name string) string, template *node) {
	for _, f := range w.Fitting {
		fits := f.Kind == kind
		for name, text := range f.If {
			fits = fits && field(name) == text
		}
		if fits {
			f.set(template)
		}
	}
}

// A changeTo is the new state of an object: as in an event of a type, plus specific
// fields.
type changeTo struct {
	Event  string                     `json:"event"`
	Manual string                     `json:"manual"` // Event, for a payment with manual capture
	Set    map[string]json.RawMessage `json:"set"`

	// Stripe refuses to move an object to the state that it is in, with this code if any.
	Code       string `json:"code"`
	Idempotent bool   `json:"idempotent"` // but accepts this, and changes nothing
	Repeats    bool   `json:"repeats"`    // but does this once more
}

// of returns the change for an object: a payment with manual capture has another.
func (to changeTo) of(tree *node) changeTo {
	if to.Manual != "" && tree.child("capture_method").str() == "manual" {
		to.Event = to.Manual
	}
	return to
}

// stateOf returns the template of a kind in a state.
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

// newState returns the template of a new object of a kind: as in the named event or, by
// default, in the event of its creation.
func newState(kind string, to changeTo) (*node, error) {
	if to.Event == "" {
		if template := creation(kind); template != nil {
			return to.set(template), nil
		}
	}
	return stateOf(kind, to)
}

// set sets a template's specific fields.
func (to *changeTo) set(template *node) *node {
	for path, raw := range to.Set {
		template.set(path, mustNode(raw))
	}
	return template
}

// stateIn returns the template of a kind as in an event type.
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

// statesIn caches readState by kind and event type: the fixtures do not change.
var statesIn sync.Map

func readState(kind, eventType string) (*node, error) {
	about, object, err := render.ObjectIn(fixtures.DefaultVersion, eventType)
	switch {
	case err != nil:
		return nil, err
	case about != kind:
		return nil, fmt.Errorf("%s is about %s, not %s", eventType, about, kind)
	}
	return parseNode(object)
}

// creation returns the template of a kind as in the event of its creation, or nil.
func creation(kind string) *node {
	underscored := strings.ReplaceAll(kind, ".", "_")
	for _, candidate := range []string{kind + ".created", underscored + ".created", "customer." + kind + ".created"} {
		if _, _, err := fixtures.Find(fixtures.DefaultVersion, "events/"+candidate+".json"); err != nil {
			continue // render would search for similar names
		}
		if template, err := stateIn(kind, candidate); err == nil {
			return template
		}
	}
	return nil
}
