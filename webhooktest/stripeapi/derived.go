package stripeapi

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

//go:embed derived.json
var derivedJSON []byte

// derivations is loaded by the first request that needs it.
var derivations = sync.OnceValue(func() *derivation {
	d := new(derivation)
	mustDecode(derivedJSON, d)
	return d
})

// A derivation is the file derived.json: the states of inferred objects.
type derivation struct {
	States []derivedState `json:"states"`

	// Hidden are fields shown only when expanded, by kind and name.
	Hidden map[string]map[string]json.RawMessage `json:"hidden"`
}

// A derivedState is the state of a kind of object, given the values of a related object:
// the PaymentIntent of an unpaid session has not succeeded. The first match counts.
type derivedState struct {
	Of     string                     `json:"of"`
	If     map[string]json.RawMessage `json:"if"`
	ToldBy string                     `json:"told_by"` // the event that implies the state, if it matters
	Kind   string                     `json:"kind"`
	changeTo
}

// derived returns the state of an object inferred from others, or nil.
func derived(kind string, from []*stored) *node {
	for _, o := range from {
		for _, s := range derivations().States {
			if s.Kind == kind && s.holds(o) {
				template, err := stateOf(kind, s.changeTo)
				if err != nil {
					panic(err) // embedded: a test makes each
				}
				return template
			}
		}
	}
	return nil
}

func (s *derivedState) holds(o *stored) bool {
	if s.Of != o.kind || s.ToldBy != "" && s.ToldBy != o.eventType {
		return false
	}
	tree := o.tree()
	for field, raw := range s.If {
		if is := tree.child(field); is == nil || is.plain() != mustNode(raw).plain() {
			return false
		}
	}
	return true
}

// hidden returns a field shown only when expanded, or nil if the object has no such
// field. Only tiered prices have tiers.
func (g *graph) hidden(n *node, key string) *node {
	raw, ok := derivations().Hidden[n.child("object").str()][key]
	if !ok || key == "tiers" && n.child("billing_scheme").str() != "tiered" {
		return nil
	}
	b := render.NewBindings(g.seed(), "hidden "+n.child("id").str(), g.now().Unix())
	return fill(b, mustNode(raw))
}
