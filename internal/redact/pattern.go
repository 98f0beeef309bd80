package redact

import (
	"regexp"
	"strings"
	"sync"
	"unicode/utf8"
)

// A pattern finds values of one kind inside any text.
type pattern struct {
	name    string
	kind    kind
	needs   traits // required traits of the text, for speed
	hints   string // words, one of which must be in the text; "": none needed
	expr    func() *regexp.Regexp
	places  func(text string) [][2]int  // used instead of an expression
	parts   func(found string) [][2]int // the parts to redact in a match; nil: all of it
	loose   bool                        // matches versions and amounts, too
	example string                      // a text with the value in «»
	reason  string
}

// find returns the matches of the pattern in a text.
func (p *pattern) find(text string) []span {
	var spans []span
	if p.places != nil {
		for _, at := range p.places(text) {
			spans = append(spans, span{start: at[0], end: at[1], kind: p.kind, value: text[at[0]:at[1]]})
		}
		return spans
	}
	for _, at := range p.expr().FindAllStringSubmatchIndex(strings.ReplaceAll(text, "_", underscore), -1) {
		start, end := at[len(at)-2], at[len(at)-1]
		parts := [][2]int{{0, end - start}}
		if p.parts != nil {
			parts = p.parts(text[start:end])
		}
		for _, part := range parts {
			from, to := start+part[0], start+part[1]
			spans = append(spans, span{start: from, end: to, kind: p.kind, value: text[from:to]})
		}
	}
	return spans
}

// underscore stands for _ while a pattern is matched. In expressions, _ is part of a word,
// but people join words with it: x_078-05-1120.
const underscore = "\x1f"

// words is lazy for an expression of a pattern, where \b is between a _ and a letter, too.
func words(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(strings.ReplaceAll(expr, "_", underscore))
	})
}

// hinted reports whether the text contains one of the pattern's hints.
func (p *pattern) hinted(text string) bool {
	if p.hints == "" {
		return true
	}
	for hint := range strings.FieldsSeq(p.hints) {
		if strings.Contains(text, hint) {
			return true
		}
	}
	return false
}

// traits are cheap properties of a text.
type traits uint

const (
	hasAt traits = 1 << iota
	hasColon
	hasDot
	hasUnderscore
	hasLetter
	hasSpace
	hasValue  // = or :
	hasDigits // fewestDigits or more
)

func traitsOf(text string) traits {
	var has traits
	digits := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '@':
			has |= hasAt
		case c == ':':
			has |= hasColon | hasValue
		case c == '=':
			has |= hasValue
		case c == ' ' || c == '\t' || c == '\n':
			has |= hasSpace
		case c == '.':
			has |= hasDot
		case c == '_':
			has |= hasUnderscore
		case c >= '0' && c <= '9':
			digits++
		case c >= utf8.RuneSelf, c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
			has |= hasLetter
		}
	}
	if digits >= fewestDigits {
		has |= hasDigits
	}
	return has
}

// ifTrue returns all of a match, or nothing.
func ifTrue(is func(string) bool) func(string) [][2]int {
	return func(found string) [][2]int {
		if !is(found) {
			return nil
		}
		return [][2]int{{0, len(found)}}
	}
}
