package stripeapi

import (
	"encoding/json"
	"slices"
	"strings"
)

// A changeTo is the state that an object changes to: as it is in an event of a
// type, and fields of their own.
type changeTo struct {
	Event  string                     `json:"event"`
	Manual string                     `json:"manual"` // Event for a payment that is captured later
	Set    map[string]json.RawMessage `json:"set"`
}

// transit changes the fields of an object that say how far it has come to those of
// another state.
func (s *Server) transit(w *world, kind string, tree *node, to changeTo) {
	if to.Manual != "" && tree.child("capture_method").str() == "manual" {
		to.Event = to.Manual
	}
	template, err := known().template(kind, to)
	if err != nil {
		return // a test sees to it that there is none
	}
	began := w.now
	w.now = s.now().Unix()
	target := w.render(template)
	w.now = began
	w.agree(kind, tree, kind, target) // what was paid is what was asked for
	target.walk(func(path, key string, v *node) {
		_, set := to.Set[path]
		if set || isState(path) {
			tree.set(path, v)
		}
	})
}

// isState says whether a field says how far an object has come.
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
