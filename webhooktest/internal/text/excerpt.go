// Package text makes text that came from outside fit to be shown: short, printable,
// and without secrets.
package text

import (
	"strings"
	"time"
	"unicode"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// MaxExcerpt is the length of an excerpt in characters, at the most.
const MaxExcerpt = 200

// Excerpt returns the beginning of a text on one line, without secrets.
func Excerpt(text string) string {
	text = Printable(credential.Hide(strings.TrimSpace(text)))
	if cut := []rune(text); len(cut) > MaxExcerpt {
		text = string(cut[:MaxExcerpt]) + "…"
	}
	return text
}

// Printable puts a space in the place of each run of tabs and line breaks, and a
// mark in the place of control characters and of bytes that are not UTF-8.
func Printable(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// Brief rounds a duration for people: to milliseconds, or to microseconds below one.
func Brief(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
