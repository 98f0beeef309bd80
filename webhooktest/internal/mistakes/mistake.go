// Package mistakes is a catalog of mistakes with a webhook delivery between its signing and
// the check of its signature, with code to make and undo each mistake.
//
// It consists of tables: [Alterations] of the body, [Secrets], ways to re-serialize JSON
// (rewrite.go) and fixes (fixes.go). A new mistake is a row. Package verify searches the
// tables for what happened to a delivery; [HandlerMistakes] makes the mistakes, to find out
// from outside what a handler does.
package mistakes

import (
	"strings"
	"unicode"
)

// MaxSearched is the maximum size of a body, in bytes, to be parsed and searched in full.
const MaxSearched = 8 << 20

// A Mistake is a common mistake with deliveries.
type Mistake struct {
	ID      string
	Problem string // completes a sentence: "the body was …", "the secret was given …"
	Cause   string // its usual cause
	Topic   string // of its fixes

	Languages string // languages in which people make it, separated by spaces; empty: any
}

// Fixes returns the fixes for the mistake, in the languages in which people make it.
func (m *Mistake) Fixes() []Fix { return Fixes(m.Topic, strings.Fields(m.Languages)...) }

// IsBlank reports whether a character is white space or an invisible character copied along
// from web pages.
func IsBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == 0
}

// PlainBase64 converts base64 in any alphabet to the standard one, without padding.
func PlainBase64(text string) string {
	return strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
}
