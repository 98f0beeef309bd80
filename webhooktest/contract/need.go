package contract

import (
	"fmt"
	"slices"
	"strings"
)

// needHandles is the Need of a case about unhandled types.
const needHandles = "handles"

// needState is the Need of a case about effects.
const needState = "state"

// A need is a property that a case requires of a subject.
type need struct {
	what  string // as in "needs a URL"
	field string // the field of Subject that provides it, "" for none
	given func(*Subject) bool
}

// needs are the needs that a case may name.
func needs() map[string]need {
	return map[string]need{
		needState:         {"what the handler stores", "State", (*Subject).observed},
		needAPI:           {"a handler that calls a local Stripe API", "API", func(s *Subject) bool { return s.API != nil }},
		needFaults:        {whatFails, "Break and Heal", func(s *Subject) bool { return s.hasHooks() || s.canFail() }},
		"restart":         {"a hook that restarts the handler", "Restart", func(s *Subject) bool { return s.Restart != nil }},
		"connect":         {"a handler of connected accounts", "Connect", func(s *Subject) bool { return s.Connect }},
		"mode":            {"a handler that tells live from test mode", "Mode", func(s *Subject) bool { return s.Mode }},
		"thin":            {"an endpoint that takes thin events", "Thin", func(s *Subject) bool { return s.Thin }},
		"thin-only":       {"an endpoint that takes thin events only", "Thin and Handles", func(s *Subject) bool { return s.Thin && !s.takesBoth() }},
		"snapshot":        {"an endpoint that takes snapshot events", "Thin", func(s *Subject) bool { return !s.Thin }},
		"network":         {"a URL: a handler in process has no connection", "URL", func(s *Subject) bool { return s.Handler == nil }},
		"https":           {"an https URL", "URL", func(s *Subject) bool { return s.Handler == nil && strings.HasPrefix(s.URL, "https://") }},
		"secrets":         {"a second signing secret", "Secrets", func(s *Subject) bool { return len(s.Secrets) > 0 }},
		needHandles:       {"the types that the handler handles", "Handles", func(s *Subject) bool { return len(s.Handles) > 0 }},
		"bound":           {"payloads bound to objects of the app", "Edit", (*Subject).bindsSomething},
		"order":           {"payloads bound to orders of the app, not only to customers,", "Edit", (*Subject).bindsSomething},
		"payments":        {"sessions that pay for something at once", "Variants, without one for checkout.session.completed", (*Subject).takesPayments},
		"no-creation":     {"a handler that stores subscriptions without handling their creation", "Handles", (*Subject).storesAtUpdates},
		"once-per-object": {"a handler that means one effect for each object", "OncePerObject", func(s *Subject) bool { return s.OncePerObject }},
	}
}

// bindsSomething reports whether events are bound to objects of the app.
func (s *Subject) bindsSomething() bool { return s.Edit != nil || s.bindsEach() }

// takesPayments reports whether a completed session pays for something at once. In the
// modes subscription and setup, a handler may only link it.
func (s *Subject) takesPayments() bool {
	variant := s.Variants["checkout.session.completed"]
	return variant != "setup" && !strings.HasPrefix(variant, "subscription")
}

// storesAtUpdates reports whether the handler learns of subscriptions by their updates.
func (s *Subject) storesAtUpdates() bool {
	return slices.Contains(s.Handles, "customer.subscription.updated") && !slices.Contains(s.Handles, "customer.subscription.created")
}

// lacks says what a case needs and the subject lacks, or "".
func (s *Subject) lacks(name string) string {
	wanted, known := needs()[name]
	switch {
	case !known:
		return fmt.Sprintf("%s, which this version does not know", name)
	case !wanted.given(s):
		return wanted.what
	}
	return ""
}

// skipped returns the reason of a result, with the field of Subject that would change it.
func (r Result) skipped() string {
	field := needs()[r.Need].field
	if r.Need == needObjects {
		field = "Prepare"
	}
	if field != "" {
		return r.Reason + " (Subject." + field + ")"
	}
	return r.Reason
}
