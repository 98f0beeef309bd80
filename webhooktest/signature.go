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

// DefaultSecret is the default signing secret. It is public: use it in an app under test,
// never in one reachable by others.
const DefaultSecret = "whsec_fakestripe_default_secret"

// SignatureHeader is the name of the signature header.
const SignatureHeader = "Stripe-Signature"

// Sign returns the value of the Stripe-Signature header for a body sent at a time:
// "t=1700000000,v1=…", with a v1 for each secret. The key is the whole secret as shown by
// Stripe, including whsec_. Two secrets make the header of an endpoint with a rolled
// secret.
//
// Source: https://docs.stripe.com/webhooks#verify-manually
func Sign(body []byte, at time.Time, secrets ...string) string {
	var buffer [256]byte // room for three secrets
	return string(AppendSignature(buffer[:0], body, at, secrets...))
}

// AppendSignature appends the result of Sign to dst.
func AppendSignature(dst, body []byte, at time.Time, secrets ...string) []byte {
	var digits [20]byte
	s := signing{timestamp: strconv.AppendInt(digits[:0], at.Unix(), 10), secrets: secrets}
	return s.append(dst, body)
}

// A signing is the input of a Stripe-Signature header.
type signing struct {
	timestamp []byte   // in the header
	signed    []byte   // in the signed message; nil: timestamp
	secrets   []string // each one signs
	decoy     bool     // adds a v0 that does not verify, like Stripe in test mode
	unstamped bool     // signs the body alone
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

// appendDecoy appends the v0 that Stripe adds in test mode: a wrong signature, to check
// that handlers ignore every scheme but v1. It is the right one with every digit
// inverted, so it verifies under no secret.
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

// appendMAC appends the HMAC-SHA256 of "<timestamp>.<body>", or of the body alone if the
// timestamp is nil, in lower-case hex.
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

// A mac is a reusable HMAC for one secret. Setup costs as much as hashing 300 bytes, so
// they are pooled.
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
