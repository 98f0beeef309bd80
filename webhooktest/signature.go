package webhooktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"
	"sync"
	"time"
)

// DefaultSecret is the signing secret where none is given. It is public: put it
// into the app under test, never into one that is reachable by others.
const DefaultSecret = "whsec_fakestripe_default_secret"

// SignatureHeader is the name of the header that carries the signature.
const SignatureHeader = "Stripe-Signature"

// Sign returns the value of the Stripe-Signature header for a body that is sent
// at a time: "t=1700000000,v1=…", with a v1 for each secret. The key is the whole
// secret as Stripe shows it, with its whsec_. Two secrets give the header of an
// endpoint whose secret was rolled.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func Sign(body []byte, at time.Time, secrets ...string) string {
	var buffer [256]byte // room for three secrets
	return string(AppendSignature(buffer[:0], body, at, secrets...))
}

// AppendSignature appends to dst what Sign returns.
func AppendSignature(dst, body []byte, at time.Time, secrets ...string) []byte {
	var digits [20]byte
	s := signing{timestamp: strconv.AppendInt(digits[:0], at.Unix(), 10), secrets: secrets}
	return s.append(dst, body)
}

// A signing is what a Stripe-Signature header is made from.
type signing struct {
	timestamp []byte   // as the header shows it
	signed    []byte   // as the signed message has it; nil: timestamp
	secrets   []string // each of which signs
	decoy     bool     // adds a v0 that does not verify, as Stripe does in test mode
	unstamped bool     // the signed message is the body alone
}

// append appends the header for a body: "t=…", a v1 for each secret, and the decoy.
func (s *signing) append(dst, body []byte) []byte {
	dst = append(append(dst, "t="...), s.timestamp...)
	first := len(dst) + len(",v1=")
	for _, secret := range s.secrets {
		dst = s.appendMAC(append(dst, ",v1="...), secret, body)
	}
	if s.decoy {
		dst = appendDecoy(append(dst, ",v0="...), dst[first:first+macLength])
	}
	return dst
}

// appendMAC appends the signature of a body by one secret.
func (s *signing) appendMAC(dst []byte, secret string, body []byte) []byte {
	switch {
	case s.unstamped:
		return appendMAC(dst, secret, nil, body)
	case s.signed != nil:
		return appendMAC(dst, secret, s.signed, body)
	}
	return appendMAC(dst, secret, s.timestamp, body)
}

// appendDecoy appends what Stripe adds as v0 to test-mode deliveries: a wrong
// signature, there to show whether a handler ignores all schemes but v1. It is
// the right one with every digit turned, which verifies under no secret.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func appendDecoy[text string | []byte](dst []byte, v1 text) []byte {
	const digits, turned = "0123456789abcdef", "fedcba9876543210"
	for i := range len(v1) {
		dst = append(dst, turned[strings.IndexByte(digits, v1[i])])
	}
	return dst
}

const macLength = 2 * sha256.Size // in hexadecimal digits

// appendMAC appends the HMAC-SHA256 of "<timestamp>.<body>", or of the body alone when
// the timestamp is nil, in lower-case hex.
func appendMAC(dst []byte, secret string, timestamp, body []byte) []byte {
	m := macs.Get().(*mac)
	defer macs.Put(m)
	m.use(secret)
	if timestamp != nil {
		m.message = append(append(m.message[:0], timestamp...), '.')
		m.hash.Write(m.message)
	}
	m.hash.Write(body)
	return hex.AppendEncode(dst, m.hash.Sum(m.sum[:0]))
}

// A mac is an HMAC that is ready for one secret. Setting one up costs as much as
// hashing 300 bytes, so they are kept.
type mac struct {
	secret  string
	hash    hash.Hash
	message []byte
	sum     [sha256.Size]byte
}

var macs = sync.Pool{New: func() any { return new(mac) }}

func (m *mac) use(secret string) {
	if m.hash != nil && m.secret == secret {
		m.hash.Reset()
		return
	}
	m.secret, m.hash = secret, hmac.New(sha256.New, []byte(secret))
}
