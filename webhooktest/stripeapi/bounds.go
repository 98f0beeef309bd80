package stripeapi

// Limits of a Server. The oldest goes first; a changed object counts as new.
const (
	KeptEvents  = 10_000
	KeptObjects = 20_000
	KeptCalls   = 10_000
	KeptKeys    = 10_000   // idempotency keys, with their responses
	KeptBytes   = 64 << 20 // for each of the four kinds above
	MaxBody     = 1 << 20  // of a request, in bytes; larger ones get a 413
)
