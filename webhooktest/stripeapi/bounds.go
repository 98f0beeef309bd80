package stripeapi

// What a Server keeps, at the most. The oldest is forgotten first; an object that
// changes counts as new.
const (
	KeptEvents  = 10_000
	KeptObjects = 20_000
	KeptCalls   = 10_000
	KeptKeys    = 10_000   // idempotency keys, with the answers that go with them
	KeptBytes   = 64 << 20 // of each of these four
	MaxBody     = 1 << 20  // of a request, in bytes; what is larger is answered with 413
)
