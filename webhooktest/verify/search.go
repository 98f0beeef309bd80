package verify

// The search for keys, messages and bodies that make a signature match.

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// maxWork is the maximum number of bytes that a search hashes.
const maxWork = 1 << 30

// A search tries keys, messages and bodies until a signature of the header matches.
type search struct {
	ctx      context.Context
	received *Received
	readings []reading

	seed      maphash.Seed
	seen      map[uint64]bool // bodies tried with the given secrets
	work      int
	tried     int
	exhausted bool
}

func newSearch(ctx context.Context, r *Received, readings []reading) *search {
	return &search{ctx: ctx, received: r, readings: readings, seed: maphash.MakeSeed(), seen: make(map[uint64]bool)}
}

// run tries likely combinations first: nothing wrong, one thing wrong, then pairs.
func (s *search) run() *match {
	if len(s.readings) == 0 {
		return nil
	}
	given, others := s.received.given(), s.received.otherKeys()
	body := candidate{body: s.received.Body}
	s.fresh(body.body)
	for _, phase := range []func() *match{
		func() *match { return s.tryKeys(given, body) },
		func() *match { return s.tryBodies(given, body, fewRestorations) },
		func() *match { return s.tryKeys(others, body) },
		func() *match { return s.tryMessages(given, body, otherMessages) },
		func() *match { return s.tryBodies(given, body, allRestorations) },
		func() *match { return s.tryPairsOfBodies(given, body) },
		func() *match { return s.tryBodies(others, body, fewRestorations) },
		func() *match { return s.tryMessages(others, body, otherMessages) },
		func() *match { return s.tryMessagesAndBodies(given, body) },
		func() *match { return s.tryMessages(given, body, nearMessages) },
	} {
		if m := phase(); m != nil || s.over() {
			return m
		}
	}
	return nil
}

// How many ways to undo a re-serialization to try: a few at first, and in pairs with an
// unrelated mistake.
const (
	fewRestorations = 24
	allRestorations = -1
)

// A candidate is a body that may have been signed.
type candidate struct {
	body []byte
	path []step
}

func (c candidate) with(a *mistakes.Alteration, after []byte) candidate {
	path := append(c.path[:len(c.path):len(c.path)], step{a, c.body, after})
	return candidate{after, path}
}

func (s *search) tryKeys(keys []key, c candidate) *match {
	for _, k := range keys {
		for i := range s.readings {
			if m := s.try(k, &s.readings[i], plain(s.readings[i].timestamp), c); m != nil || s.over() {
				return m
			}
		}
	}
	return nil
}

func (s *search) tryMessages(keys []key, c candidate, of func(timestamp string, body []byte) []message) *match {
	for i := range s.readings {
		for _, message := range of(s.readings[i].timestamp, c.body) {
			for _, k := range keys {
				if m := s.try(k, &s.readings[i], message, c); m != nil || s.over() {
					return m
				}
			}
		}
	}
	return nil
}

// tryBodies tries the body before any one alteration, including a number of restorations of
// its JSON. It tries no body twice with the given secrets.
func (s *search) tryBodies(keys []key, c candidate, restorations int) *match {
	given := keys[0].mistake == nil
	return s.eachBody(c, restorations, func(before candidate) *match {
		if given && !s.fresh(before.body) {
			return nil
		}
		return s.tryKeys(keys, before)
	})
}

func (s *search) tryPairsOfBodies(keys []key, c candidate) *match {
	return s.eachAlteration(c, func(before candidate) *match { return s.tryBodies(keys, before, allRestorations) })
}

func (s *search) tryMessagesAndBodies(keys []key, c candidate) *match {
	return s.eachBody(c, fewRestorations, func(before candidate) *match {
		return s.tryMessages(keys, before, otherMessages)
	})
}

// eachBody calls try with each possible body before one alteration.
func (s *search) eachBody(c candidate, restorations int, try func(candidate) *match) *match {
	if m := s.eachAlteration(c, try); m != nil || s.over() || len(c.body) > mistakes.MaxSearched {
		return m
	}
	n := 0
	for body := range mistakes.Restored(c.body) {
		if n++; restorations >= 0 && n > restorations {
			return nil
		}
		if body == nil { // too long
			s.spend(mistakes.RoomFor(c.body))
			continue
		}
		if s.spend(len(body)); s.over() { // writing costs as much as signing
			return nil
		}
		if m := try(c.with(nil, body)); m != nil {
			return m
		}
	}
	return nil
}

func (s *search) eachAlteration(c candidate, try func(candidate) *match) *match {
	s.spend(16 * len(c.body)) // each alteration reads it
	for i := range mistakes.Alterations {
		a := &mistakes.Alterations[i]
		if a.Undo == nil || len(c.body) > mistakes.MaxSearched && !a.Cheap {
			continue
		}
		for _, body := range a.Undo(c.body) {
			if m := try(c.with(a, body)); m != nil || s.over() {
				return m
			}
		}
	}
	return nil
}

// fresh reports whether a body is new to the search.
func (s *search) fresh(body []byte) bool {
	sum := maphash.Bytes(s.seed, body)
	before := s.seen[sum]
	s.seen[sum] = true
	return !before
}

// try computes one signature.
func (s *search) try(k key, r *reading, message message, c candidate) *match {
	if s.spend(len(c.body)); s.over() {
		return nil
	}
	s.tried++
	mac := messageMAC(k.text, message.prefix, c.body)
	for _, d := range r.digests {
		if alike(mac, d.value) {
			return &match{key: k, message: message, reading: r, digest: d, mac: mac, body: c.body, path: c.path}
		}
	}
	return nil
}

func (s *search) spend(n int) {
	const overhead = 512 // of an HMAC, in bytes
	s.work += n + overhead
	// The first few signatures are computed whatever the size.
	if s.work > maxWork && s.tried >= 8*len(s.received.Secrets) {
		s.exhausted = true
	}
}

func (s *search) over() bool { return s.exhausted || s.ctx.Err() != nil }

// shortestDigest is the minimum number of hexadecimal digits that identify a signature: 64
// bits do not match by accident.
const shortestDigest = 16

// alike reports whether a digest is the right one in upper or lower case, truncated or
// extended.
func alike(mac, digest string) bool {
	digest = strings.ToLower(digest)
	return digest == mac || len(digest) >= shortestDigest && strings.HasPrefix(mac, digest) || strings.HasPrefix(digest, mac)
}

// macLength is the length of an HMAC-SHA256 in hexadecimal digits.
const macLength = 2 * sha256.Size

// messageMAC returns the HMAC-SHA256 of a prefix and a body in lower-case hex.
func messageMAC(secret, prefix string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(prefix))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
