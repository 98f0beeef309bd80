// Package printed reads values as programs print them: a Python dict, a Ruby Hash, a PHP
// array, a Java Map, an object in the format of Node's console.log. It converts them to
// JSON.
package printed

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// MaxDepth limits nesting: events have about 12 levels.
const MaxDepth = 128

// ErrNoValue means that the text is not a printed value.
var ErrNoValue = errors.New("no printed value")

// JSON reads the value at the start of a text and returns it as JSON without white space,
// and its end in the text. Keys keep their order.
func JSON(text []byte) (value []byte, end int, err error) {
	p := parser{text: text}
	if !p.value(0) {
		return nil, 0, fmt.Errorf("byte %d: %w", p.at, ErrNoValue)
	}
	return p.out, p.at, nil
}

// A parser reads printed values and writes JSON.
type parser struct {
	text []byte
	at   int
	out  []byte
}

// A bracket opens a list or an object. Some languages use one bracket for both: the first
// member decides.
type bracket struct{ open, closing string }

// brackets are tried in this order.
var brackets = []bracket{
	{"{", "}"}, {"%{", "}"}, {"[", "]"}, {"array (", ")"}, {"array(", ")"}, {"(object) array(", ")"}, {"(object) array (", ")"},
}

// words are the constants of all languages.
var words = map[string]string{
	"null": "null", "None": "null", "nil": "null", "NULL": "null", "undefined": "null",
	"true": "true", "True": "true", "false": "false", "False": "false",
}

func (p *parser) value(depth int) bool {
	p.space()
	if depth > MaxDepth || p.at >= len(p.text) {
		return false
	}
	if text, end, ok := String(p.text, p.at); ok {
		p.at, p.out = end, AppendQuoted(p.out, text)
		return true
	}
	if p.dumped(depth) {
		return true
	}
	p.counted()
	for _, b := range brackets {
		if p.skip(b.open) {
			return p.members(b, depth)
		}
	}
	return p.scalar()
}

// counted skips the number of members that Symfony and Laravel print: array:2 [.
func (p *parser) counted() {
	start := p.at
	if !p.skip("array:") {
		return
	}
	if p.word(); !p.skip(" ") {
		p.at = start
	}
}

// members reads the rest of a list or an object.
func (p *parser) members(b bracket, depth int) bool {
	begin := len(p.out)
	p.out = append(p.out, '{')
	keyed, numbered := b.closing == "}" && b.open != "", false
	for n := 0; ; n++ {
		p.space()
		if p.skip(b.closing) {
			break
		}
		if n > 0 {
			if p.skip(","); p.at == len(p.text) {
				return false
			}
			if p.space(); p.skip(b.closing) {
				break
			}
			p.out = append(p.out, ',')
		}
		if n == 0 && !keyed {
			keyed, numbered = p.keys()
		}
		if written := len(p.out); (keyed || numbered) && !p.key() {
			return false
		} else if numbered {
			p.out = p.out[:written]
		}
		if !p.value(depth + 1) {
			return false
		}
	}
	p.out = append(p.out, '}')
	if !keyed {
		p.out[begin], p.out[len(p.out)-1] = '[', ']'
	}
	return true
}

// keys reports whether the members of a list or a PHP array have keys, and whether these
// are just their indexes.
func (p *parser) keys() (keyed, numbered bool) {
	ahead := parser{text: p.text, at: p.at}
	if !ahead.key() {
		return false, false
	}
	numbered = string(ahead.out) == `"0":`
	return !numbered, numbered
}

// arrows separate a key from its value.
var arrows = []string{"=>", ":", "="}

// key reads a key and its arrow: "a": 'a'=> :a=> a: a= ["a"]=>
func (p *parser) key() bool {
	p.space()
	inBrackets := p.skip("[")
	if text, end, ok := String(p.text, p.at); ok {
		p.at, p.out = end, AppendQuoted(p.out, text)
	} else {
		p.skip(":") // a Ruby symbol
		name := p.word()
		if name == "" {
			return false
		}
		p.out = AppendQuoted(p.out, []byte(name))
	}
	if inBrackets && !p.skip("]") {
		return false
	}
	p.space()
	for _, arrow := range arrows {
		if p.skip(arrow) {
			p.out = append(p.out, ':')
			return true
		}
	}
	return false
}

// scalar reads a number or a constant or, after a = as in Java, text without quotes.
func (p *parser) scalar() bool {
	start := p.at
	if p.bare() {
		return true
	}
	word := p.word()
	if value, ok := words[word]; ok {
		p.out = append(p.out, value...)
		return true
	}
	if isNumber(word) {
		p.out = append(p.out, word...)
		return true
	}
	p.at = start
	return false
}

// bareEnd matches the end of a text without quotes in Java's {a=b, c=d}. The text may have
// commas.
var bareEnd = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`, [A-Za-z_][\w.-]*=|[{}\[\]\n]`)
})

// bare reads the text after a = that is neither a number nor a constant.
func (p *parser) bare() bool {
	if p.at == 0 || p.text[p.at-1] != '=' || p.at == len(p.text) {
		return false
	}
	const longest = 1 << 14
	rest := p.text[p.at:min(len(p.text), p.at+longest)]
	end := bareEnd().FindIndex(rest)
	if end == nil {
		return false
	}
	text := string(rest[:end[0]])
	if words[text] != "" || isNumber(text) || strings.HasPrefix(text, "array") {
		return false
	}
	p.at += end[0]
	p.out = AppendQuoted(p.out, []byte(text))
	return true
}

func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) && (isWord(p.text[p.at]) || p.text[p.at] >= 0x80) {
		p.at++
	}
	return string(p.text[start:p.at])
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-+.$", c) >= 0
}

func (p *parser) skip(text string) bool {
	if len(text) <= len(p.text)-p.at && string(p.text[p.at:p.at+len(text)]) == text {
		p.at += len(text)
		return true
	}
	return false
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// isNumber reports whether a number is valid in JSON.
func isNumber(word string) bool {
	digits := strings.TrimPrefix(word, "-")
	whole, fraction, dotted := strings.Cut(digits, ".")
	return isDigits(whole) && (len(whole) == 1 || whole[0] != '0') && (!dotted || isDigits(fraction))
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
