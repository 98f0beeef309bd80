package verify

// The input and output of a verification.

import (
	"net/http"
	"time"
)

// DefaultTolerance is the maximum age of a signature unless [Received] sets another: the
// default of Stripe's libraries.
//
// Source: https://docs.stripe.com/webhooks#preventing-replay-attacks
const DefaultTolerance = 5 * time.Minute

// Received is a delivery as it was received. Leave empty what you do not know.
type Received struct {
	// Signature is the value of the Stripe-Signature header, unchanged. Join several
	// headers with ", ", as proxies do.
	Signature string

	// Body is the body that the handler verifies, or that came over the wire.
	Body []byte

	// Secrets are the handler's signing secrets, at least one. One must match.
	Secrets []string

	// Header is the header of the request. A body with Transfer-Encoding: chunked is
	// reassembled first; Content-Length and other headers are evidence.
	Header http.Header

	// At is when the delivery was received. Zero means now.
	At time.Time

	// Tolerance is the maximum age of the signature at that time. 0 means DefaultTolerance,
	// negative any age.
	Tolerance time.Duration
}

// A Verification says whether a delivery verifies and, if not, why. Print it for a
// report of a few lines, or encode it as JSON.
type Verification struct {
	// Valid reports whether every official Stripe library accepts the delivery. It is false
	// where they disagree: on spaces in the header, or a date in the future.
	Valid bool `json:"valid"`

	// Findings lists the problems, the cause first. It is empty if and only if Valid.
	Findings []Finding `json:"findings"`

	// Notes are not errors, but pitfalls for handlers.
	Notes []string `json:"notes"`

	Timestamp  string        `json:"timestamp,omitempty"` // the t of the header
	Signed     time.Time     `json:"signed,omitzero"`     // Timestamp as a time
	Age        time.Duration `json:"-"`                   // of the signature on receipt
	AgeSeconds float64       `json:"age_seconds"`         // Age, in seconds

	// Secret is the number of the matching secret, from 1. 0 means that none is known to
	// match.
	Secret int `json:"secret"`

	// Original is the signed body, or nil if unknown.
	Original []byte `json:"-"`

	// Difference is where Original and the body first differ, or nil.
	Difference *Difference `json:"difference,omitempty"`

	Tried    int  `json:"tried"`    // signatures computed
	Complete bool `json:"complete"` // false: the body is too large to try everything
}

// A Finding is one problem with a delivery, and how to fix it.
type Finding struct {
	ID      string `json:"id"`      // such as "secret-line-break"; never changes
	Problem string `json:"problem"` // what is wrong
	Cause   string `json:"cause"`   // its usual cause
	Fix     []Fix  `json:"fix"`     // how to fix it, by framework
	Proven  bool   `json:"proven"`  // false: likely, but no signature matched
}

// A Fix says how to fix a problem in one place.
type Fix struct {
	Where string `json:"where"` // a framework, a platform
	How   string `json:"how"`   // the setting, the code
}

// A Difference is where two bodies begin to differ. The excerpts contain no secrets.
type Difference struct {
	Offset        int    `json:"offset"` // in bytes, from 0
	Line          int    `json:"line"`   // of the signed body, from 1
	Column        int    `json:"column"` // in bytes, from 1
	Signed        string `json:"signed"` // an excerpt of the signed body, from Offset
	Received      string `json:"received"`
	SignedBytes   int    `json:"signed_bytes"` // the length of the signed body
	ReceivedBytes int    `json:"received_bytes"`
}
