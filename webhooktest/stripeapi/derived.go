package stripeapi

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

//go:embed derived.json
var derivedJSON []byte

// derivations is read when the first request needs it.
var derivations = sync.OnceValue(func() *derivation {
	d := new(derivation)
	mustDecode(derivedJSON, d)
	return d
})

// derivation is the file derived.json: what an object says of others that nobody told of.
type derivation struct {
	States []derivedState `json:"states"`

	// Hidden are fields that objects show only when they are expanded, by kind and name.
	Hidden map[string]map[string]json.RawMessage `json:"hidden"`
}

// A derivedState says how an object of a kind looks if one that refers to it, or that it
// refers to, has some values: the PaymentIntent of a session that is unpaid has not
// succeeded. Of several the first holds.
type derivedState struct {
	Of     string                     `json:"of"`
	If     map[string]json.RawMessage `json:"if"`
	ToldBy string                     `json:"told_by"` // the event that the state is known from, if it matters
	Kind   string                     `json:"kind"`
	changeTo
}

// derived returns how an object of a kind looks next to others, nil if they do not say.
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
	if s.Of != o.kind || s.ToldBy != "" && s.ToldBy != o.told {
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

// hidden returns a field that an object shows only when it is expanded: nil if it has none
// of the name. Only tiered prices have tiers.
func (g *graph) hidden(n *node, key string) *node {
	raw, ok := derivations().Hidden[n.child("object").str()][key]
	if !ok || key == "tiers" && n.child("billing_scheme").str() != "tiered" {
		return nil
	}
	b := render.NewBindings(g.seed(), "hidden "+n.child("id").str(), g.now().Unix())
	return fill(b, mustNode(raw))
}
