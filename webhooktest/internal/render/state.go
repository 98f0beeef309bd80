package render

import (
	"slices"
	"strings"
)

// IsState reports whether a field of an object, a path inside it, is part of the state that
// events change, not of the values from its creation.
func IsState(path string) bool {
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
