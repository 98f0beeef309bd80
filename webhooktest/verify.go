package webhooktest

import (
	"context"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/doctor"
)

// DefaultTolerance is how old a signature may be where nothing else is said: what
// Stripe's libraries default to.
//
// Source: https://docs.stripe.com/webhooks#preventing-replay-attacks
const DefaultTolerance = 5 * time.Minute

// Received is a delivery as it was received. What is empty is not known.
type Received struct {
	// Signature is the value of the Stripe-Signature header, as it came. Several
	// are joined with ", ", as proxies do.
	Signature string

	// Body is what the handler verifies, or what came over the wire.
	Body []byte

	// Secrets are the signing secrets that the handler has. One must match.
	Secrets []string

	// Header is that of the request. A body with Transfer-Encoding: chunked is put
	// together first; Content-Length and others are evidence.
	Header http.Header

	// At is when the delivery was received. Zero: now.
	At time.Time

	// Tolerance is how old the signature may be then. 0: DefaultTolerance.
	// Negative: age is not judged.
	Tolerance time.Duration
}

// A Verification says whether a delivery verifies, and if not why.
type Verification struct {
	// Valid is whether every official library of Stripe accepts the delivery. Where
	// they differ, on spaces in the header or a date in the future, it is not.
	Valid bool `json:"valid"`

	// Findings are what is wrong, the cause first. There is none if Valid, and at
	// least one if not.
	Findings []Finding `json:"findings"`

	// Notes are worth knowing and not wrong: what a handler may trip over.
	Notes []string `json:"notes"`

	Timestamp  string        `json:"timestamp,omitempty"` // the t of the header
	Signed     time.Time     `json:"signed,omitzero"`     // what it means
	Age        time.Duration `json:"-"`                   // of the signature when it was received
	AgeSeconds float64       `json:"age_seconds"`         // the same

	// Secret is which of the secrets is the right one, from 1. 0: it is not known.
	Secret int `json:"secret"`

	// Original are the bytes that were signed, nil if they are not known.
	Original []byte `json:"-"`

	// Difference is the first between them and the body, nil for none.
	Difference *Difference `json:"difference,omitempty"`

	Tried    int  `json:"tried"`    // signatures that were computed
	Complete bool `json:"complete"` // false: the body is too large to try everything
}

// A Finding is one thing that is wrong with a delivery, and how to mend it.
type Finding struct {
	ID     string `json:"id"`     // "secret-line-break", the same for ever
	Says   string `json:"says"`   // what is wrong
	Cause  string `json:"cause"`  // what usually brings it about
	Mend   []Mend `json:"mend"`   // what to do, by framework
	Proven bool   `json:"proven"` // false: it is likely, and nothing made the signature match
}

// A Mend is what to do about a finding at one place.
type Mend struct {
	Where string `json:"where"` // a framework, a platform
	How   string `json:"how"`   // the setting, the code
}

// A Difference is where two bodies begin to differ. The excerpts hold no secrets.
type Difference struct {
	Offset        int    `json:"offset"` // in bytes, from 0
	Line          int    `json:"line"`   // of the signed bytes, from 1
	Column        int    `json:"column"` // in bytes, from 1
	Signed        string `json:"signed"` // what was signed from there on
	Received      string `json:"received"`
	SignedBytes   int    `json:"signed_bytes"` // the length of the whole
	ReceivedBytes int    `json:"received_bytes"`
}

// Verify says whether a delivery verifies, and if not why: it tries what goes
// wrong in practice, with the header, the secret, the timestamp and the body,
// until the signature matches. What it names is proven by that; where nothing
// matches it says what is likely. It reads and sends nothing.
//
// The work is bounded: bodies above 8 MiB get the cheap tries only. The error is
// the context's, or says that there is no secret to verify with.
func Verify(ctx context.Context, r Received) (*Verification, error) {
	if r.At.IsZero() {
		r.At = time.Now()
	}
	if r.Tolerance == 0 {
		r.Tolerance = DefaultTolerance
	}
	found, err := doctor.Verify(ctx, doctor.Received(r))
	if err != nil {
		return nil, err
	}
	v := &Verification{
		Valid: len(found.Findings) == 0, Findings: []Finding{}, Notes: append([]string{}, found.Notes...),
		Timestamp: found.Timestamp, Signed: found.Signed, Age: found.Age, AgeSeconds: found.Age.Seconds(),
		Secret: found.Secret, Original: found.Original, Difference: (*Difference)(found.Difference),
		Tried: found.Tried, Complete: found.Complete,
	}
	for _, f := range found.Findings {
		finding := Finding{ID: f.ID, Says: f.Says, Cause: f.Cause, Mend: []Mend{}, Proven: f.Proven}
		for _, m := range f.Mend {
			finding.Mend = append(finding.Mend, Mend(m))
		}
		v.Findings = append(v.Findings, finding)
	}
	return v, nil
}
