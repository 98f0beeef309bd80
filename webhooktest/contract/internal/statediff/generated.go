package statediff

import (
	"regexp"
	"sync"
	"unicode"
)

// A database or a handler generates keys of its own: numbers, UUIDs, and random texts of
// letters and digits, as nanoid and ULID make them. Words, as of a field, are none.

// isGenerated reports whether a key is one that databases and handlers generate.
func isGenerated(key string) bool {
	return generatedForm().MatchString(key) || randomForm().MatchString(key) && turns(key) >= fewestTurns
}

// generatedForm matches numbers, hexadecimal numbers, UUIDs, a prefix with a number in
// letters, capitals as base 32 has them, and ids of Stripe's kinds that may have no digit: an
// app learns some, such as a subscription item's, from the API alone.
var generatedForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\d+$|^[0-9a-f]{8,}$|^[0-9a-fA-F-]{36}$|^[a-z]*[_-]?[0-9A-Za-z]*\d[0-9A-Za-z]{8,}$|^[0-9A-Z]{16,}$|^(?:cus|prod|si|sku)_[0-9A-Za-z]{10,}$`)
})

// randomForm matches texts that may be random.
var randomForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z_-]{12,}$`) })

// fewestTurns is more than names have, such as paymentIntentSucceeded2.
const fewestTurns = 6

// turns counts how often the letters of a text change between small, capital and digits.
func turns(key string) (turns int) {
	last := rune(0)
	for _, r := range key {
		class := classOf(r)
		if class != 0 && last != 0 && class != last {
			turns++
		}
		if class != 0 {
			last = class
		}
	}
	return turns
}

// classOf returns a small letter, a capital or a digit for their kind, and 0 for the rest.
func classOf(r rune) rune {
	switch {
	case unicode.IsDigit(r):
		return '0'
	case unicode.IsUpper(r):
		return 'A'
	case unicode.IsLower(r):
		return 'a'
	}
	return 0
}
