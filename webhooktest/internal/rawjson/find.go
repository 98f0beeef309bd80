package rawjson

import (
	"slices"
	"strconv"
)

// Find is Get for text that is known to be valid, such as an event's: it skips all that
// is not on the path, and has no error to word.
func Find(text []byte, path string) (found []byte, ok bool) {
	keys := split(path)
	if slices.Contains(keys, "") {
		return nil, false
	}
	for _, key := range keys {
		p := parser{text: text}
		if text, ok = p.find(key); !ok {
			return nil, false
		}
	}
	return text, true
}

// find returns the text of the member or element with a key, the last of several.
func (p *parser) find(key string) (found []byte, ok bool) {
	p.space()
	kind := p.text[p.pos]
	if kind != '{' && kind != '[' {
		return nil, false
	}
	p.pos++
	for i := 0; ; i++ {
		p.space()
		switch p.text[p.pos] {
		case ',':
			p.pos++
			p.space()
		case '}', ']':
			return found, ok
		}
		name := strconv.Itoa(i)
		if kind == '{' {
			name = unquote(p.string())
			p.space()
			p.pos++ // the colon
			p.space()
		}
		start := p.pos
		p.pass()
		if name == key {
			found, ok = p.text[start:p.pos], true
		}
	}
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
