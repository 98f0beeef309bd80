package contract

import "sync"

// A caller is a handled type at which the handler calls Stripe.
type caller struct {
	eventType string
	waits     bool // for Stripe, before it answers
}

// knownCallers are the callers of a run, found once.
type knownCallers struct {
	mu    sync.Mutex
	found bool
	all   []caller
}
