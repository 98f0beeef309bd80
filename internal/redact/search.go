package redact

import (
	"errors"
	"slices"
	"strings"
)

// Text may be coded several times over, and small when compressed: limits apply. Coded
// text over the size limit is replaced as a whole; nothing deeper than maxCoded is
// decoded.
const (
	maxCoded  = 3
	freeBytes = 1 << 20 // decoded bytes per document, plus a multiple of its length:
	timesSize = 8
)

// A search finds the parts to replace in the texts of one document.
type search struct {
	names pseudonyms
	marks marks
	left  int // remaining bytes to decode
}

// clean returns the redacted text, and the findings.
func (f *search) clean(value string, k kind) (clean string, found []kind) {
	if k.redacted() && meaningful(value) {
		return f.names.standIn(k, value), []kind{k}
	}
	spans := f.spans(value, k, 0)
	for _, s := range spans {
		found = append(found, s.kind)
	}
	clean = f.replace(value, spans)
	if k != kindKept && f.marks.survive(clean, k) { // coded without a recognizable start or end
		return f.names.standIn(kindText, value), append(found, kindText)
	}
	return clean, found
}

// spans returns the parts of a text to replace.
func (f *search) spans(value string, k kind, depth int) []span {
	spans := byPattern(value, k)
	if k == kindKept { // keep never means keys and signing secrets
		return merge(slices.DeleteFunc(spans, func(s span) bool { return s.kind != kindSecret }))
	}
	spans = append(spans, f.marks.find(value, k)...)
	if depth < maxCoded {
		spans = append(spans, f.spelled(value, k, depth)...)
		spans = append(spans, f.wrapped(value, depth)...)
	}
	return merge(spans)
}

// spelled returns the parts to replace in other spellings of a text.
func (f *search) spelled(text string, k kind, depth int) []span {
	var spans []span
	for i := range spellings {
		s := &spellings[i]
		if s.needs != "" && !strings.ContainsAny(text, s.needs) {
			continue
		}
		read := s.read(text)
		if read.text == text {
			continue
		}
		if !f.spend(len(read.text)) {
			return []span{all(text)}
		}
		in := kindPlain
		if k == kindVersion || k == kindAmount || k == kindPage {
			in = k
		}
		for _, found := range f.spans(read.text, in, depth+1) {
			from, to := read.source(found.start, found.end)
			if text[from:to] != read.text[found.start:found.end] {
				found.coded = s.write(f.instead(found))
			}
			found.start, found.end = from, to
			spans = append(spans, found)
		}
	}
	return spans
}

// wrapped returns the parts of a text with something to replace inside a wrapping.
func (f *search) wrapped(text string, depth int) []span {
	var spans []span
	for i := range wrappings {
		w := &wrappings[i]
		for start, end := range w.parts(text) {
			part := text[start:end]
			inside, err := w.open(part, f.left)
			switch {
			case errors.Is(err, errTooLarge), err == nil && !f.spend(len(inside.plain)):
				whole := all(part)
				whole.start, whole.end = start, end
				spans = append(spans, whole)
				continue
			case err != nil:
				continue
			}
			if found := f.spans(inside.plain, kindPlain, depth+1); len(found) > 0 {
				clean := inside.close(f.replace(inside.plain, found))
				spans = append(spans, span{start: start, end: end, kind: found[0].kind, coded: clean})
			}
		}
	}
	return spans
}

// all replaces a text that takes too long to search.
func all(text string) span { return span{end: len(text), kind: kindText, value: text} }

// allow raises the decoding limit of the document.
func (f *search) allow(size int) { f.left += timesSize * size }

// spend uses up part of the decoding limit, and reports whether it sufficed.
func (f *search) spend(size int) bool {
	if size > f.left {
		return false
	}
	f.left -= size
	return true
}

func (f *search) replace(value string, spans []span) string {
	var out strings.Builder
	copied := 0
	for _, s := range spans {
		out.WriteString(value[copied:s.start])
		out.WriteString(f.instead(s))
		copied = s.end
	}
	out.WriteString(value[copied:])
	return out.String()
}

// instead returns the replacement of a span.
func (f *search) instead(s span) string {
	if s.coded != "" {
		return s.coded
	}
	return f.names.standIn(s.kind, s.value)
}
