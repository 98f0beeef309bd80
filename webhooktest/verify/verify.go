package verify

// The steps of a verification: parse the header, search for what was signed, explain the
// match or likely causes, then check the age.

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// Verify says whether a delivery verifies and, if not, why. It neither reads nor sends
// anything, and its work is limited: a body above 8 MiB gets only the cheap attempts.
//
// The error is the context's, or says which secret is missing or unusable.
func Verify(ctx context.Context, r Received) (*Verification, error) {
	if err := checkSecrets(r.Secrets); err != nil {
		return nil, err
	}
	r.complete()
	v := &Verification{Findings: []Finding{}, Notes: []string{}}
	if err := v.diagnose(ctx, &r); err != nil {
		return nil, err
	}
	v.Valid = len(v.Findings) == 0
	v.AgeSeconds = v.Age.Seconds()
	return v, nil
}

// checkSecrets rejects unusable secrets. It prints none.
func checkSecrets(secrets []string) error {
	if len(secrets) == 0 || slices.Contains(secrets, "") {
		return errors.New("no signing secret to verify with: give the endpoint's, which begins with whsec_")
	}
	for _, secret := range secrets {
		if strings.HasPrefix(secret, "sk_live_") || strings.HasPrefix(secret, "rk_live_") {
			return errors.New("the signing secret is a live API key: give the endpoint's secret, which begins with whsec_")
		}
	}
	return nil
}

// complete fills in defaults and reassembles a chunked body.
func (r *Received) complete() {
	if r.At.IsZero() {
		r.At = time.Now()
	}
	if r.Tolerance == 0 {
		r.Tolerance = DefaultTolerance
	}
	if body, ok := mistakes.Unchunked(r.Body); ok && strings.Contains(strings.ToLower(r.Header.Get("Transfer-Encoding")), "chunked") {
		r.Body = body
	}
}

func (v *Verification) diagnose(ctx context.Context, r *Received) error {
	if name := r.findRenamed(); name != "" {
		v.Findings = append(v.Findings, renamed(name))
	}
	header := readHeader(r.Signature)
	v.Findings = append(v.Findings, header.faults...)
	if len(header.readings) > 0 {
		v.date(r, header.readings[0].timestamp)
	}
	s := newSearch(ctx, r, header.readings)
	match := s.run()
	v.Tried, v.Complete = s.tried, !s.exhausted
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case match != nil:
		v.explain(r, match)
	case !header.unreadable:
		v.addLikely(r, header.readings, s.exhausted)
	}
	v.checkAge(r)
	v.note(r, match)
	return nil
}

// explain converts a match into findings.
func (v *Verification) explain(r *Received, m *match) {
	v.Secret = m.secret + 1
	v.date(r, m.reading.timestamp)
	v.Findings = append(v.Findings, m.findings()...)
	v.Original = m.body
	v.Difference = difference(m.body, r.Body)
}
