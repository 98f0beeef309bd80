package redact

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A reading is a decoded text with the source position of each byte.
type reading struct {
	text string
	at   []int // offsets in the source, plus the end; nil: the same
}

// source returns the source range of a part of the reading. It includes all of a source
// sequence shared by several bytes, such as a run of UTF-7.
func (r *reading) source(start, end int) (from, to int) {
	if r.at == nil {
		return start, end
	}
	if end > start {
		after, _ := slices.BinarySearch(r.at[end:], r.at[end-1]+1)
		end += after
	}
	return r.at[start], r.at[end]
}

// A readingBuilder builds a reading.
type readingBuilder struct {
	text []byte
	at   []int
}

// add appends decoded text for an offset of the source.
func (b *readingBuilder) add(plain string, from int) {
	b.text = append(b.text, plain...)
	for range len(plain) {
		b.at = append(b.at, from)
	}
}

// copy appends bytes that stand for themselves.
func (b *readingBuilder) copy(source string, from, to int) {
	b.text = append(b.text, source[from:to]...)
	for at := from; at < to; at++ {
		b.at = append(b.at, at)
	}
}

func (b *readingBuilder) reading(source string) reading {
	return reading{string(b.text), append(b.at, len(source))}
}

// plainly normalizes a text: full-width letters, digits of other scripts, and all kinds
// of spaces and dashes become ASCII, and characters without width are dropped.
func plainly(text string) reading {
	if isASCII(text) {
		return reading{text: text}
	}
	return eachRune(text, plainRune)
}

// fold is plainly in lower case.
func fold(text string) reading {
	if isASCII(text) {
		return reading{text: strings.ToLower(text)}
	}
	return eachRune(text, func(r rune) rune {
		if r = plainRune(r); r < 0 {
			return r
		}
		return unicode.ToLower(r)
	})
}

func eachRune(text string, change func(rune) rune) reading {
	var b readingBuilder
	for i, r := range text {
		if r = change(r); r >= 0 {
			b.add(string(r), i)
		}
	}
	return b.reading(text)
}

// plainRune returns the ASCII look-alike of a rune, the rune itself without one, and -1
// for a rune without width.
func plainRune(r rune) rune {
	switch {
	case r < utf8.RuneSelf:
		return r
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case unicode.In(r, unicode.Cf, unicode.Variation_Selector), r == '\u034f':
		return -1
	case unicode.Is(unicode.Zs, r), r == '\u2028', r == '\u2029', r == '\u0085':
		return ' '
	case unicode.Is(unicode.Pd, r), r == '\u2212', r == '\u2043':
		return '-'
	case r == '﹫':
		return '@'
	case strings.ContainsRune("。｡﹒․·•‧∙⋅", r):
		return '.'
	case r == '⁄', r == '∕':
		return '/'
	case unicode.Is(unicode.Nd, r):
		return asciiDigit(r)
	}
	return r
}

// asciiDigit returns the value of a decimal digit of any script: Unicode has those of
// each script in a row, from zero.
func asciiDigit(r rune) rune {
	for _, row := range unicode.Nd.R16 {
		if r >= rune(row.Lo) && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	for _, row := range unicode.Nd.R32 {
		if r >= rune(row.Lo) && r <= rune(row.Hi) {
			return '0' + (r-rune(row.Lo))%10
		}
	}
	return r
}
