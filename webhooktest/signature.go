package webhooktest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"strconv"
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
	timestamp := strconv.AppendInt(digits[:0], at.Unix(), 10)
	dst = append(append(dst, "t="...), timestamp...)
	for _, secret := range secrets {
		dst = append(dst, ",v1="...)
		dst = appendMAC(dst, secret, timestamp, body)
	}
	return dst
}

const macLength = 2 * sha256.Size // in hexadecimal digits

// appendMAC appends the HMAC-SHA256 of "<timestamp>.<body>" in lower-case hex.
func appendMAC(dst []byte, secret string, timestamp, body []byte) []byte {
	m := macs.Get().(*mac)
	defer macs.Put(m)
	m.use(secret)
	m.message = append(append(m.message[:0], timestamp...), '.')
	m.hash.Write(m.message)
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
