package listen

import (
	"crypto/rand"
	"encoding/hex"
)

// NewSecret returns a fresh signing secret in the Stripe CLI's format: whsec_ and 64
// hexadecimal digits.
func NewSecret() string {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails
	return "whsec_" + hex.EncodeToString(key[:])
}
