package rawjson

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
)

// Find is Get for text known to be valid, such as an event's: it skips everything off the
// path, and formats no error.
func Find(text []byte, path string) (found []byte, ok bool) {
	start, end, ok := locate(text, path)
	if !ok {
		return nil, false
	}
	return text[start:end], true
}

// ParseValid is Parse for text known to be valid, such as an event's.
func ParseValid(text []byte) Value { return parsed(text) }

// locate returns the position of the value at a path in valid text.
func locate(text []byte, path string) (start, end int, ok bool) {
	keys := split(path)
	if slices.Contains(keys, "") {
		return 0, 0, false
	}
	p := parser{text: text}
	p.space()
	return p.find(keys)
}

// find goes to the end of a value, and returns the position of the value at a path in it:
// the last one, if members have the same key.
func (p *parser) find(keys []string) (start, end int, ok bool) {
	start, kind := p.pos, p.text[p.pos]
	switch {
	case len(keys) == 0:
		p.pass()
		return start, p.pos, true
	case kind != '{' && kind != '[':
		p.pass()
		return 0, 0, false
	}
	p.pos++
	for i := 0; p.more(); i++ {
		if kind == '{' && p.isNext(keys[0]) || kind == '[' && strconv.Itoa(i) == keys[0] {
			start, end, ok = p.find(keys[1:])
		} else {
			p.pass()
		}
	}
	return start, end, ok
}

// Parts yields the members of an object with their keys, or the elements of a list. The text
// must be valid.
func Parts(text []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		p := parser{text: text}
		p.space()
		isObject := text[p.pos] == '{'
		key := ""
		for p.pos++; p.more(); {
			if isObject {
				key = p.key()
				p.toValue()
			}
			start := p.pos
			if p.pass(); !yield(key, text[start:p.pos]) {
				return
			}
		}
	}
}

// more goes to the next member or element, or to the end of the object or list.
func (p *parser) more() bool {
	p.space()
	switch p.text[p.pos] {
	case ',':
		p.pos++
		p.space()
	case '}', ']':
		p.pos++
		return false
	}
	return true
}

// isNext goes to the value of a member, and reports whether it has the key.
func (p *parser) isNext(key string) bool {
	quoted := p.string()
	p.toValue()
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1:len(quoted)-1]) == key // allocates nothing
	}
	return unquote(quoted) == key
}

// toValue goes from the end of a key to its value.
func (p *parser) toValue() {
	p.space()
	p.pos++ // the colon
	p.space()
}

// pass goes to the end of a value.
func (p *parser) pass() {
	switch p.text[p.pos] {
	case '{', '[':
		p.skip()
	case '"':
		p.string()
	default:
		p.scalar()
	}
}
