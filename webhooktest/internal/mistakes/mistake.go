// Package mistakes is a catalog of what goes wrong with a webhook delivery between the
// signer and the check of its signature, with code to make and undo each mistake.
//
// It is tables: [Alterations] of the body, [Secrets], the ways to re-serialize JSON
// (rewrite.go) and how to fix it all (fixes.go). A new mistake is a row. Package
// verify searches them for what happened to a delivery; [HandlerMistakes] makes them,
// to find out from outside what a handler does.
package mistakes

import (
	"strings"
	"unicode"
)

// MaxSearched is how large a body may be, in bytes, to be parsed and searched in full.
const MaxSearched = 8 << 20

// A Mistake is one thing that goes wrong with deliveries in practice.
type Mistake struct {
	ID      string
	Problem string // completes a sentence: "the body was …", "the secret was given …"
	Cause   string // what usually causes it
	Topic   string // of its fixes

	Languages string // in which people make it, separated by spaces; empty: any
}

// Fixes returns how to fix the mistake, in the languages in which people make it.
func (m *Mistake) Fixes() []Fix { return Fixes(m.Topic, strings.Fields(m.Languages)...) }

// IsBlank reports whether a character is white space or an invisible one that is
// copied along from web pages.
func IsBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == 0
}

// PlainBase64 converts base64 in any alphabet to the standard one, without padding.
func PlainBase64(text string) string {
	return strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
}
