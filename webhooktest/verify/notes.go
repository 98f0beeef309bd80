package verify

// Notes on a delivery besides its problems.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// note adds remarks besides the findings: pitfalls in a valid delivery, and where an
// invalid one was changed.
func (v *Verification) note(r *Received, m *match) {
	add := func(when bool, format string, args ...any) {
		if when {
			v.Notes = append(v.Notes, fmt.Sprintf(format, args...))
		}
	}
	if len(r.Secrets) > 1 && v.Secret > 0 {
		add(true, "secret %d of %d matches: a handler that tries only another one rejects this delivery", v.Secret, len(r.Secrets))
	}
	if m == nil {
		v.noteTestID(r)
		return
	}
	v.noteHeader(m)
	v.noteBody(m.body, add)
	v.noteLength(r, add)
	v.noteTestID(r)
	add(len(v.Findings) == 0, "the bytes, the secret and the time are right. A handler that rejects them changes the bytes first, has another secret, %scalls constructEvent where Workers, Deno and Bun need constructEventAsync", pinnedElsewhere(m.body))
}

// pinnedElsewhere returns a reason to reject an event because of its API version.
func pinnedElsewhere(body []byte) string {
	version, err := strconv.Unquote(string(envelopeOf(body).Version))
	if err != nil {
		return "or "
	}
	return fmt.Sprintf("has a stripe-go or Stripe.net that is pinned to another API version than %.20q, or ", version)
}

func (v *Verification) noteHeader(m *match) {
	var schemes []string
	v1s, at := 0, 0
	for _, d := range m.reading.digests {
		if d.scheme == "v1" {
			if v1s++; d == m.digest {
				at = v1s
			}
		} else if !strings.Contains(strings.Join(schemes, " "), d.scheme) {
			schemes = append(schemes, d.scheme)
		}
	}
	if v1s > 1 && at > 0 {
		v.Notes = append(v.Notes, fmt.Sprintf("the header has %d v1 signatures, as while a secret is rolled, and number %d matches: a handler that reads only one of them may reject this delivery", v1s, at))
	}
	if len(schemes) > 0 && m.digest.scheme == "v1" {
		v.Notes = append(v.Notes, fmt.Sprintf("besides t and v1, the header has %.60s, which handlers must ignore; v0 is a decoy that Stripe adds in test mode", strings.Join(schemes, ", ")))
	}
}

// noteBody notes pitfalls in a body, unless something else is wrong.
func (v *Verification) noteBody(body []byte, add func(bool, string, ...any)) {
	others := len(body) - asciiBytes(body)
	sound := len(v.Findings) == 0
	add(sound && others > 0 && utf8.Valid(body), "the body has %s outside ASCII: a handler that decodes it in a charset other than UTF-8, or counts characters instead of bytes, rejects this delivery and accepts others", count(others, "byte"))
	add(sound && !utf8.Valid(body), "the body is not UTF-8: libraries for JavaScript and Python cannot verify it")
	add(sound && bytes.Contains(body, []byte("\r\n")), "the body has Windows line endings: a handler that reads it as text may lose them")
	add(sound && bytes.HasSuffix(body, []byte("\n")), "the body ends with a line break, which is signed too: a handler that trims it rejects this delivery")
	exceeded := limitBelow(len(body))
	add(sound && exceeded != "", "the body has %s, which exceeds a common limit (%s)", count(len(body), "byte"), exceeded)

	event := envelopeOf(body)
	isEvent := event.Object == "event" || strings.HasPrefix(event.Object, "v2.core.event")
	add(sound && !isEvent && len(body) <= largestEvent, "the signed body is not an event: a handler should reject it with 400 nevertheless")
	old := v.Signed.Sub(time.Unix(event.created(), 0))
	add(sound && isEvent && event.created() > 0 && old > time.Hour, "the event was created %s before it was signed, as when it is resent or retried: only t determines its age", span(old))
	c := (&Received{Body: body}).condition()
	add(isEvent && c.document != nil && !c.asStripe(), "the signed body is not laid out as Stripe lays out events: something else signed it, such as a test. It must sign the exact bytes that it sends")
}

// An envelope holds the fields of a body that describe it.
type envelope struct {
	ID, Object string
	Created    json.RawMessage // seconds, or the date of a thin event
	Version    json.RawMessage `json:"api_version"`
}

// created returns when a snapshot event was created, or 0 for anything else.
func (e envelope) created() int64 {
	seconds, _ := strconv.ParseInt(string(e.Created), 10, 64)
	return seconds
}

// largestEvent is the maximum size of a body, in bytes, to be parsed as an event.
const largestEvent = 1 << 20

func envelopeOf(body []byte) envelope {
	var e envelope
	if len(body) > largestEvent || json.Unmarshal(body, &e) != nil {
		return envelope{}
	}
	return e
}

// limitBelow names the largest common limit that a length exceeds.
func limitBelow(length int) string {
	const smallest = 16 << 10 // events exceed smaller limits
	says, reached := "", smallest-1
	for _, limit := range limits {
		if length > limit.bytes && limit.bytes > reached {
			says, reached = limit.says, limit.bytes
		}
	}
	return says
}

func asciiBytes(body []byte) int {
	n := 0
	for _, b := range body {
		if b < utf8.RuneSelf {
			n++
		}
	}
	return n
}

// noteLength says whether a body was changed before or after it arrived.
func (v *Verification) noteLength(r *Received, add func(bool, string, ...any)) {
	length := r.Header.Get("Content-Length")
	if v.Difference == nil || length == "" || len(v.Original) == len(r.Body) {
		return
	}
	add(length == strconv.Itoa(len(v.Original)), "Content-Length is the length of the signed body: it arrived intact, and the receiver changed it")
	add(length == strconv.Itoa(len(r.Body)), "Content-Length is the length of the received body: a proxy or the sender changed it before it arrived")
}

// noteTestID notes an id that looks like one from a test.
func (v *Verification) noteTestID(r *Received) {
	id := envelopeOf(r.Body).ID
	if strings.HasPrefix(id, "evt_test_") || strings.HasPrefix(id, "evt_000000") {
		v.Notes = append(v.Notes, "the event has an id like those of tests and of the old \"Send test webhook\": verify it like any other")
	}
}
