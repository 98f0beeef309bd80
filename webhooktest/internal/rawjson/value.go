// Package rawjson finds and changes values in JSON text and leaves every other byte
// unchanged, including key order, white space, escapes and number spelling.
//
// A webhook's signature covers bytes: a payload decoded to map[string]any and encoded
// again is a different payload.
package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// A Value is a JSON value and its position in the text.
type Value struct {
	Kind       byte   // '{', '[', '"', or '0' for numbers, true, false and null
	Key        string // the name of a member, empty elsewhere
	From       int    // start of a member's key; otherwise equal to Start
	Start, End int
	Children   []Value
}

// Parse parses a text with one value. The error names line and column.
func Parse(text []byte) (Value, error) {
	if err := check(text); err != nil {
		return Value{}, err
	}
	return parsed(text), nil
}

// parsed parses a valid text.
func parsed(text []byte) Value {
	p := parser{text: text, keys: string(text)}
	return p.value()
}

// Outline is Parse without the inside of members or elements: it takes little memory for
// a large text.
func Outline(text []byte) (Value, error) {
	if err := check(text); err != nil {
		return Value{}, err
	}
	p := parser{text: text, flat: true}
	return p.value(), nil
}

// ParseShort is Parse without the elements of lists of more than longest bytes: it takes
// little memory for a large text.
func ParseShort(text []byte, longest int) (Value, error) {
	if err := check(text); err != nil {
		return Value{}, err
	}
	p := parser{text: text, longest: longest}
	return p.value(), nil
}

// check validates JSON with encoding/json, which also limits the depth.
func check(text []byte) error {
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return errors.New("line 1, column 1: a byte order mark, which JSON must not have: save the file without")
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return errors.New("line 1, column 1: empty, want a JSON value")
	}
	if json.Valid(text) {
		return nil
	}
	var raw json.RawMessage
	err := json.Unmarshal(text, &raw)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return err
	}
	offset := max(0, int(syntax.Offset)-1) // Offset counts bytes read, including the offending one
	line := 1 + bytes.Count(text[:offset], []byte("\n"))
	column := offset - bytes.LastIndexByte(text[:offset], '\n')
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

// A parser walks valid JSON text.
type parser struct {
	text    []byte
	keys    string // the text again, whose parts are the keys; "" to copy each key
	pos     int
	open    []Value // children of the values that are not complete
	flat    bool    // keep nothing inside the outermost value
	inside  bool    // inside the outermost value
	longest int     // maximum size of a list with elements, in bytes; 0: any
}

func (p *parser) value() Value {
	p.space()
	v := Value{Kind: p.text[p.pos], From: p.pos, Start: p.pos}
	switch v.Kind {
	case '{':
		v.Children = p.children('}', p.member)
	case '[':
		if !p.skipLong() {
			v.Children = p.children(']', p.value)
		}
	case '"':
		p.string()
	default:
		v.Kind = '0'
		p.scalar()
	}
	v.End = p.pos
	return v
}

func (p *parser) children(closing byte, child func() Value) []Value {
	if p.flat && p.inside {
		p.skip()
		return nil
	}
	p.inside = true
	before := len(p.open)
	p.pos++
	for p.space(); p.text[p.pos] != closing; p.space() {
		if p.text[p.pos] == ',' {
			p.pos++
			continue
		}
		p.open = append(p.open, child())
	}
	p.pos++
	children := append([]Value(nil), p.open[before:]...)
	p.open = p.open[:before]
	return children
}

// skipLong skips a list if it is too long.
func (p *parser) skipLong() bool {
	if p.longest == 0 || len(p.text)-p.pos <= p.longest {
		return false
	}
	start := p.pos
	p.skip()
	if p.pos-start > p.longest {
		return true
	}
	p.pos = start
	return false
}

// skip goes to the end of an object or list.
func (p *parser) skip() {
	for depth := 0; ; {
		switch p.text[p.pos] {
		case '"':
			p.string()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if p.pos++; depth == 0 {
			return
		}
	}
}

func (p *parser) member() Value {
	from := p.pos
	key := p.key()
	p.space()
	p.pos++ // the colon
	v := p.value()
	v.Key, v.From = key, from
	return v
}

// key returns the text of a member's key.
func (p *parser) key() string {
	start := p.pos
	quoted := p.string()
	if p.keys == "" || bytes.IndexByte(quoted, '\\') >= 0 {
		return unquote(quoted)
	}
	return p.keys[start+1 : p.pos-1]
}

func (p *parser) string() []byte {
	start := p.pos
	p.pos += layout.StringLength(p.text[p.pos:])
	return p.text[start:p.pos]
}

func (p *parser) scalar() {
	for p.pos < len(p.text) {
		switch p.text[p.pos] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			return
		}
		p.pos++
	}
}

func (p *parser) space() {
	for p.pos < len(p.text) && layout.IsSpace(p.text[p.pos]) {
		p.pos++
	}
}

func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted)
	}
	return s
}

// Child returns the member with a key, or the element at a position, or nil.
func (v *Value) Child(key string) *Value {
	if v.Kind == '[' {
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= len(v.Children) || strconv.Itoa(i) != key {
			return nil
		}
		return &v.Children[i]
	}
	for i := len(v.Children) - 1; i >= 0; i-- { // of duplicate keys, decoders take the last
		if v.Children[i].Key == key {
			return &v.Children[i]
		}
	}
	return nil
}

// All calls visit for the value and every inner value, in text order.
func (v *Value) All(visit func(*Value)) {
	visit(v)
	for i := range v.Children {
		v.Children[i].All(visit)
	}
}
