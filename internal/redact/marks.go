package redact

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// A mark is a redacted value, which must not appear anywhere else either.
type mark struct {
	spelled string // in lower case, or coded
	value   string
	kind    kind
}

const (
	shortestMark   = 3 // in characters: shorter ones are everywhere
	shortestPart   = 6 // from here on, also inside a word
	shortestStrong = 8 // from here on, also in structure
	shortestPhone  = 9 // digits of a telephone number without its optional prefix

	maxMarks = 1000 // values in a document
)

// marks are those of a document, indexed by their start. The zero value has none.
type marks struct {
	known   map[string]bool // in lower case
	spelled map[string]bool
	starts  [len(starts)]map[string][]mark // by their first bytes, of each length in starts
	coded   map[string][]mark              // by their first shortestPart bytes
}

// starts are the lengths for lookup by prefix. A mark is under the longest one that fits.
var starts = [...]int{shortestMark, 6, 12, 24}

func (m *marks) tooMany() bool { return len(m.known) > maxMarks }

// addFound remembers matches of patterns. IDs match their pattern anywhere, and a segment
// of a path may be any word.
func (m *marks) addFound(spans []span) {
	for _, s := range spans {
		if s.kind != kindID && s.kind != kindSegment {
			m.add(s.kind, s.value)
		}
	}
}

// add remembers a redacted value, with its other spellings.
func (m *marks) add(k kind, value string) {
	if k.constant() && k != kindAgent {
		return // with so few values, they are words of other fields, too
	}
	value = strings.TrimSpace(value)
	m.addSpelled(k, value, value)
	if k == kindPhone || k == kindAccount || k == kindCard || k == kindIBAN {
		digits := onlyDigits(value)
		if len(digits) > shortestPhone { // with another prefix, or none
			m.addSpelled(k, value, digits[len(digits)-shortestPhone:])
		}
		if len(digits) >= shortestPart {
			m.addSpelled(k, value, digits)
		}
	}
}

func (m *marks) addSpelled(k kind, value, spelled string) {
	folded := fold(spelled).text
	length := utf8.RuneCountInString(folded)
	if onlyDigits(folded) == folded {
		length-- // a number is shorter than a word
	}
	if length < shortestMark || !meaningful(folded) || m.tooMany() || isStripesWord(folded) {
		return
	}
	if m.known == nil {
		m.known, m.spelled, m.coded = make(map[string]bool), make(map[string]bool), make(map[string][]mark)
	}
	if !m.known[folded] {
		m.known[folded] = true
		m.index(mark{folded, value, k})
	}
	if len(spelled) < shortestPart || m.spelled[spelled] {
		return
	}
	m.spelled[spelled] = true
	for _, coded := range codings(spelled) {
		start := coded[:shortestPart]
		m.coded[start] = append(m.coded[start], mark{coded, value, k})
	}
}

func (m *marks) index(added mark) {
	for i, length := range slices.Backward(starts[:]) {
		if len(added.spelled) < length {
			continue
		}
		if m.starts[i] == nil {
			m.starts[i] = make(map[string][]mark)
		}
		start := added.spelled[:length]
		m.starts[i][start] = append(m.starts[i][start], added)
		return
	}
}

// codings returns the parts of a value that stay the same in base64, at any offset in the
// coded text, and in hexadecimal.
func codings(value string) []string {
	found := []string{hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value)))}
	for before := range 3 {
		padded := []byte(strings.Repeat("\x00", before) + value)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(padded)
			start := (before*8 + 5) / 6 // the digits before it also depend on earlier bytes
			end := len(padded) * 8 / 6  // the digit after it also depends on later bytes
			found = append(found, text[start:end])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// find returns the positions of the marks in a text of a kind.
func (m *marks) find(text string, in kind) []span {
	if len(m.known) == 0 || len(text) < shortestMark {
		return nil
	}
	read := fold(text)
	folded := read.text
	var spans []span
	for at := range len(folded) {
		for i, length := range starts {
			if m.starts[i] == nil || at+length > len(folded) {
				continue
			}
			for _, one := range m.starts[i][folded[at:at+length]] {
				end := at + len(one.spelled)
				if !one.standsAt(folded, at) || in.structure() && len(one.spelled) < shortestStrong {
					continue
				}
				from, to := read.source(at, end)
				spans = append(spans, span{start: from, end: to, kind: one.kind, value: one.value})
			}
		}
	}
	return spans
}

// standsAt reports whether a folded text has the mark at a position. A short mark must be
// a whole word.
func (m *mark) standsAt(folded string, at int) bool {
	end := at + len(m.spelled)
	if !strings.HasPrefix(folded[at:], m.spelled) {
		return false
	}
	if utf8.RuneCountInString(m.spelled) >= shortestPart {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(folded[:at])
	after, _ := utf8.DecodeRuneInString(folded[end:])
	return !isWord(before) && !isWord(after)
}

// isNumber reports whether a number equals, digit for digit, a redacted text: a telephone
// number, say. An amount or a time may equal one by accident.
func (m *marks) isNumber(digits string) bool {
	return len(digits) >= shortestPart && slices.ContainsFunc(m.find(digits, kindPlain), func(s span) bool {
		return s.start == 0 && s.end == len(digits) && s.kind != kindText && s.kind != kindAsked
	})
}

// survive reports whether a mark is still in a text of a kind, in any coding.
func (m *marks) survive(text string, in kind) bool {
	if len(m.known) == 0 {
		return false
	}
	for at := range len(text) - shortestPart + 1 {
		for _, one := range m.coded[text[at:at+shortestPart]] {
			if strings.HasPrefix(text[at:], one.spelled) {
				return true
			}
		}
	}
	if len(m.find(text, in)) > 0 {
		return true
	}
	return slices.ContainsFunc(spellings, func(s spelling) bool {
		return strings.ContainsAny(text, s.needs) && len(m.find(s.read(text).text, in)) > 0
	})
}
