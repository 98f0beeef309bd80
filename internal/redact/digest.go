package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
)

// pseudonyms makes stand-ins for values, with the key of a recording.
type pseudonyms struct{ key []byte }

// A digest is an endless stream of bytes derived from the key and a value. Without the
// key, it reveals nothing about the value.
type digest struct {
	key   []byte
	of    string
	block uint64
	bytes []byte
}

// digest returns the stream for a value; each try has its own.
func (p pseudonyms) digest(try int, value string) *digest {
	return &digest{key: p.key, of: fmt.Sprintf("%d %s", try, value)}
}

func (d *digest) next() byte {
	if len(d.bytes) == 0 {
		mac := hmac.New(sha256.New, d.key)
		mac.Write(binary.BigEndian.AppendUint64(nil, d.block))
		mac.Write([]byte(d.of))
		d.bytes = mac.Sum(nil)
		d.block++
	}
	b := d.bytes[0]
	d.bytes = d.bytes[1:]
	return b
}

// below returns a number from 0 to n-1.
func (d *digest) below(n int) int {
	return int(binary.BigEndian.Uint16([]byte{d.next(), d.next()})) % n
}

func (d *digest) hex(n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = "0123456789abcdef"[d.next()&15]
	}
	return string(out)
}

// alike replaces letters with letters and digits with digits, in hexadecimal text with
// hexadecimal digits.
func alike(d *digest, value string) string {
	letters := 26
	if !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsLetter(r) && !isHex(r) }) {
		letters = 6
	}
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '0' + rune(d.below(10))
		case unicode.IsUpper(r):
			return 'A' + rune(d.below(letters))
		case unicode.IsLetter(r), r > unicode.MaxASCII:
			return 'a' + rune(d.below(letters))
		}
		return r
	}, value)
}

// longWord is the length of a word treated as a text.
const longWord = 64

// alikeWord replaces a single word with a similar one. For several words, it hides even
// their length.
func alikeWord(d *digest, value string) string {
	if len(value) > longWord || strings.ContainsFunc(value, unicode.IsSpace) {
		return "text " + d.hex(12)
	}
	return alike(d, value)
}

// documentationIP returns an address reserved for documentation (RFC 5737, RFC 3849).
func documentationIP(d *digest, value string) string {
	if strings.Contains(value, ":") {
		return "2001:db8:1" + d.hex(3) + ":1" + d.hex(3) + "::1"
	}
	network := []string{"192.0.2", "198.51.100", "203.0.113"}[d.below(3)]
	return fmt.Sprintf("%s.%d", network, 1+d.below(254))
}

// fictionalPhone returns a number reserved for fiction: 555-0100 to 555-0199 in each area
// of North America.
func fictionalPhone(d *digest, _ string) string {
	return fmt.Sprintf("+1%d%02d55501%02d", 2+d.below(8), d.below(100), d.below(100))
}
