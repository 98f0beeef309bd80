// Package doctor finds out why the signature of a delivery does not verify. It
// undoes what goes wrong in practice, alone and in pairs, until the signature
// matches: what it had to undo is then proven to have happened.
//
// All that it knows is in tables: headerMistakes, secretMistakes, alterations (of
// the body), rewritings (of its JSON), the mistakes with timestamps, symptoms of
// what cannot be undone, and remedies. A new one is a row.
package doctor

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Received is a delivery as it was received. webhooktest.Received documents it.
type Received struct {
	Signature string
	Body      []byte
	Secrets   []string
	Header    http.Header
	At        time.Time
	Tolerance time.Duration
}

// A Verification is what came of it. webhooktest.Verification documents it.
type Verification struct {
	Findings   []Finding
	Notes      []string
	Timestamp  string
	Signed     time.Time
	Age        time.Duration
	Secret     int
	Original   []byte
	Difference *Difference
	Tried      int
	Complete   bool
}

// A Finding is one thing that is wrong, or likely to be.
type Finding struct {
	ID, Says, Cause string
	Mend            []Mend
	Proven          bool
}

// A Mend is what to do about it at one place.
type Mend struct{ Where, How string }

// A Difference is where two bodies begin to differ.
type Difference struct {
	Offset        int
	Line          int
	Column        int
	Signed        string
	Received      string
	SignedBytes   int
	ReceivedBytes int
}

// Verify says whether a delivery verifies, and if not why. webhooktest.Verify
// documents it.
func Verify(ctx context.Context, r Received) (*Verification, error) {
	if err := checkSecrets(r.Secrets); err != nil {
		return nil, err
	}
	if body, ok := unchunked(r.Body); ok && strings.Contains(strings.ToLower(r.Header.Get("Transfer-Encoding")), "chunked") {
		r.Body = body
	}
	v := new(Verification)
	header := readHeader(r.Signature)
	v.Findings = append(v.Findings, header.faults...)
	if len(header.readings) > 0 {
		v.date(&r, header.readings[0].timestamp)
	}
	s := newSearch(ctx, &r, header.readings)
	found := s.run()
	v.Tried, v.Complete = s.tried, !s.exhausted
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case found != nil:
		v.explain(&r, found)
	case !header.hopeless:
		v.suspect(&r, header.readings, s.exhausted)
	}
	v.judgeAge(&r)
	v.note(&r, found)
	return v, nil
}

// checkSecrets refuses what must not be used as a secret. It prints none.
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

// date says when the delivery was signed.
func (v *Verification) date(r *Received, timestamp string) {
	v.Timestamp = timestamp
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds > maxSeconds || seconds < -maxSeconds {
		return
	}
	v.Signed = time.Unix(seconds, 0).UTC()
	v.Age = r.At.Sub(v.Signed)
}

// maxSeconds is as far as dates go: the year 9999.
const maxSeconds = 253402300799

// explain turns what made the signature match into findings.
func (v *Verification) explain(r *Received, m *match) {
	v.Secret = m.secret + 1
	v.date(r, m.reading.timestamp)
	v.Findings = append(v.Findings, m.findings()...)
	v.Original = m.body
	v.Difference = difference(m.body, r.Body)
}
