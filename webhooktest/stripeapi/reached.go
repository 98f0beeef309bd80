package stripeapi

import (
	"maps"
	"net/http"
	"slices"
)

// standing lists the fields that say which state an object is in.
var standing = []string{"approved", "captured", "open", "refunded", "reversed", "status"}

// reached is Stripe's refusal of an action that moves an object to the state that it is in,
// such as to cancel what is canceled. It refuses only what a client has done before: events
// of later states are registered before the first one is delivered.
//
// Source: https://docs.stripe.com/error-codes (charge_already_captured,
// payment_intent_unexpected_state), and the actions in the API reference.
func reached(o *stored, action string, to changeTo) *apiError {
	tree := o.tree()
	if o.moved != action || to.Idempotent || to.Repeats || !isIn(o.kind, tree, to) {
		return nil
	}
	e := invalid("", "You cannot %s %s: it is in that state already", action, o.id)
	if status := tree.child("status").str(); status != "" {
		e.message += ", " + status
	}
	e.message += "."
	e.status, e.code = http.StatusBadRequest, to.Code
	return e
}

// isIn reports whether an object is in the state that a change leads to. A change to no
// state, such as more lines of an invoice, leads nowhere.
func isIn(kind string, tree *node, to changeTo) bool {
	target, err := stateOf(kind, to.of(tree))
	if err != nil || to.Event == "" && len(to.Set) == 0 {
		return false
	}
	paths := slices.Collect(maps.Keys(to.Set))
	if to.Event != "" {
		paths = append(paths, standing...)
	}
	paths = slices.DeleteFunc(paths, func(path string) bool { return target.at(path) == nil })
	return len(paths) > 0 && !slices.ContainsFunc(paths, func(path string) bool {
		return tree.at(path).plain() != target.at(path).plain()
	})
}
