package stripeapi

import (
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// transit moves an object to another state by changing the fields of that state.
func (m *maker) transit(b *render.Bindings, kind string, tree *node, to changeTo) {
	if to.Manual != "" && tree.child("capture_method").str() == "manual" {
		to.Event = to.Manual
	}
	template, err := stateOf(kind, to)
	if err != nil {
		return // a test rules this out
	}
	began := b.Now
	b.Now = m.graph.now().Unix()
	target := fill(b, template)
	b.Now = began
	shareFacts(b, kind, tree, kind, target) // the amount paid is the amount due
	target.walk(func(path, key string, v *node) {
		_, set := to.Set[path]
		if set || isState(path) {
			tree.set(path, v)
		}
	})
}

// bindingsFor returns the bindings of an object and of those that refer to it.
func (m *maker) bindingsFor(r ref, kind string, tree *node) *render.Bindings {
	b, _ := m.graph.bindingsOf(r)
	template := known().kind(kind).template
	learnTime(b, template, tree)
	learn(b, template, tree)
	return b
}

// isState reports whether a field is part of an object's state.
func isState(path string) bool {
	first, _, _ := strings.Cut(path, ".")
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch first {
	case "status", "status_transitions", "cancellation_details", "next_action":
		return true
	case "lines", "items", "data", "phases", "balance_transactions", "payment_method_details":
		return false
	}
	if last != "amount_due" && (strings.HasPrefix(last, "amount_") || strings.HasSuffix(last, "_at")) {
		return last != "amount_details" && last != "amount_subtotal" && last != "amount_total"
	}
	return slices.Contains(stateFields, last)
}

var stateFields = []string{
	"approved", "attempt_count", "attempted", "auto_advance", "cancelable", "captured", "charge", "closed_reason", "current_phase",
	"ending_balance", "failure_code", "failure_message", "hosted_invoice_url", "invoice_pdf", "latest_charge", "number", "open", "paid",
	"payment_status", "refunded", "released_subscription", "returned_details", "reversed", "status",
}
