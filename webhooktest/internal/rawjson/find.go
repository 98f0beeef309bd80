package rawjson

import (
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

// locate returns the position of the value at a path in valid text.
func locate(text []byte, path string) (start, end int, ok bool) {
	keys := split(path)
	if slices.Contains(keys, "") {
		return 0, 0, false
	}
	for _, key := range keys {
		p := parser{text: text, pos: start}
		if start, end, ok = p.find(key); !ok {
			return 0, 0, false
		}
	}
	return start, end, true
}

// find returns the position of the member or element with a key, the last of several.
func (p *parser) find(key string) (start, end int, ok bool) {
	p.space()
	kind := p.text[p.pos]
	if kind != '{' && kind != '[' {
		return 0, 0, false
	}
	p.pos++
	for i := 0; ; i++ {
		p.space()
		switch p.text[p.pos] {
		case ',':
			p.pos++
			p.space()
		case '}', ']':
			return start, end, ok
		}
		name := strconv.Itoa(i)
		if kind == '{' {
			name = unquote(p.string())
			p.space()
			p.pos++ // the colon
			p.space()
		}
		from := p.pos
		p.pass()
		if name == key {
			start, end, ok = from, p.pos, true
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
