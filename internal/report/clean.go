package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// clean returns a copy of a report with printable texts only. One-line texts stay on one
// line, whatever they contain.
func clean(r *contract.Report) *contract.Report {
	c := *r
	c.Summary = maps.Clone(r.Summary)
	c.Subject.Handles = slices.Clone(r.Subject.Handles)
	c.Diagnosis = slices.Clone(r.Diagnosis)
	c.Notes = slices.Clone(r.Notes)
	c.Cases = slices.Clone(r.Cases)
	each(c.Subject.Handles, line)
	each(c.Diagnosis, visible)
	each(c.Notes, line)
	apply(line, &c.Subject.Target, &c.Subject.APIVersion, &c.Subject.State)
	for i := range c.Cases {
		result := &c.Cases[i]
		apply(line, &result.ID, &result.Title, &result.Headline, &result.Cause, &result.Level, &result.Reason, &result.Requirement, &result.Source)
		apply(visible, &result.Sent, &result.Expected, &result.Actual, &result.Hint, &result.Reproduce)
	}
	return &c
}

func each(texts []string, change func(string) string) {
	for i := range texts {
		texts[i] = change(texts[i])
	}
}

func apply(change func(string) string, texts ...*string) {
	for _, text := range texts {
		*text = change(*text)
	}
}

// visible escapes unprintable text as Go strings do: escape sequences, invalid UTF-8,
// marks that reverse the text after them. Line breaks and tabs stay.
func visible(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[0])
		case r == '\n' || r == '\t' || unicode.IsPrint(r):
			b.WriteString(text[:size])
		default:
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
		text = text[size:]
	}
	return strings.TrimRight(b.String(), "\n")
}

// line is visible, on one line.
func line(text string) string {
	return strings.Join(strings.Fields(visible(text)), " ")
}
