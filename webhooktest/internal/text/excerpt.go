// Package text makes excerpts of untrusted text for display: short, printable, and without
// secrets, which package credential hides.
package text

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/fakestripe/fakestripe/internal/credential"
)

// MaxExcerpt is the maximum length of an excerpt, in characters.
const MaxExcerpt = 200

// Excerpt returns the start of a text on one line, without secrets and without the
// indentation of stack traces and pages.
func Excerpt(text string) string {
	text = Printable(credential.Hide(unindented(text)))
	if cut := []rune(text); len(cut) > MaxExcerpt {
		text = string(cut[:MaxExcerpt]) + "…"
	}
	return text
}

// unindented removes the space around each line, and empty lines.
func unindented(text string) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// Printable replaces each run of tabs and line breaks with a space, and control
// characters and invalid UTF-8 with a mark.
func Printable(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	return strings.Map(func(r rune) rune {
		if r != ' ' && !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, text)
}

// Brief rounds a duration for display: to milliseconds, or to microseconds below one.
func Brief(d time.Duration) time.Duration {
	if d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
