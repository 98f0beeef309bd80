package redact

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"
)

// A mark is a value that was redacted, and must not stand anywhere else either.
type mark struct {
	spelled string // in small letters, or coded
	value   string
	kind    kind
}

const (
	shortestMark   = 3 // in characters: shorter ones are in everything
	shortestPart   = 6 // from here on, also inside a word
	shortestStrong = 8 // from here on, also where a handler reads an event
	shortestPhone  = 9 // digits of a telephone number without what can be left out before them

	maxMarks = 1000 // of values in a document
)

// marks are all of a document, by what they begin with. The zero value has none.
type marks struct {
	known   map[string]bool // in small letters
	spelled map[string]bool
	starts  [len(starts)]map[string][]mark // by as many of their first bytes
	coded   map[string][]mark              // by their first shortestPart bytes
}

// starts are the lengths of beginnings by which marks are looked up. A mark is
// under the longest that it has.
var starts = [...]int{shortestMark, 6, 12, 24}

func (m *marks) tooMany() bool { return len(m.known) > maxMarks }

// addFound remembers what patterns found. Ids are found by their
// pattern anywhere, and a segment of a path may be any word.
func (m *marks) addFound(spans []span) {
	for _, s := range spans {
		if s.kind != kindID && s.kind != kindSegment {
			m.add(s.kind, s.value)
		}
	}
}

// add remembers a value that was redacted, and how else it may be spelled.
func (m *marks) add(k kind, value string) {
	if k.constant() && k != kindAgent {
		return // so few values that they are words of other fields, too
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

// codings returns what of a value stays the same in base64, wherever in the coded
// text it begins, and in hexadecimal.
func codings(value string) []string {
	found := []string{hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value)))}
	for before := range 3 {
		padded := []byte(strings.Repeat("\x00", before) + value)
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			text := encoding.EncodeToString(padded)
			start := (before*8 + 5) / 6 // the digits before it are also about what comes before
			end := len(padded) * 8 / 6  // the digit after it is also about what comes after
			found = append(found, text[start:end])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// find returns where the marks stand in a text that is of a kind.
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

// standsAt reports whether the mark stands at a place of a folded text. A short one
// must be a word of its own.
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

// isNumber reports whether a number is, to the digit, one that was redacted as a
// text: a telephone number, say. An amount or a time may be by accident what
// somebody wrote into a text.
func (m *marks) isNumber(digits string) bool {
	return len(digits) >= shortestPart && slices.ContainsFunc(m.find(digits, kindPlain), func(s span) bool {
		return s.start == 0 && s.end == len(digits) && s.kind != kindText && s.kind != kindAsked
	})
}

// survive reports whether a mark is still in a text that is of a kind, however it
// is coded.
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
