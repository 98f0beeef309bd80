package printed

// PHP's var_dump prints each value after its type.

import (
	"bytes"
	"strconv"
)

// dumped reads string(3) "abc", int(1), float(1.5), bool(true), NULL, array(1) { … } and
// object(Name)#1 (1) { … }. Keys are in brackets.
func (p *parser) dumped(depth int) bool {
	start, written := p.at, len(p.out)
	if p.skip("string(") {
		return p.dumpedString() || p.back(start, written)
	}
	for _, kind := range []string{"int(", "float(", "bool("} {
		if p.skip(kind) {
			return p.scalar() && p.skip(")") || p.back(start, written)
		}
	}
	if !p.skip("array(") && !p.skip("object(") {
		return false
	}
	const longest = 200 // of array(1) { and object(Name)#1 (1) {
	line, _, _ := bytes.Cut(p.text[p.at:min(len(p.text), p.at+longest)], []byte("\n"))
	if !bytes.HasSuffix(line, []byte("{")) {
		return p.back(start, written)
	}
	p.at += len(line)
	return p.members(bracket{"", "}"}, depth) || p.back(start, written)
}

// dumpedString reads the rest of string(3) "abc": its length in bytes, and the bytes.
func (p *parser) dumpedString() bool {
	n, err := strconv.Atoi(p.word())
	if err != nil || n < 0 || !p.skip(`) "`) || n >= len(p.text)-p.at {
		return false
	}
	p.out = AppendQuoted(p.out, p.text[p.at:p.at+n])
	p.at += n
	return p.skip(`"`)
}

// back undoes an attempt.
func (p *parser) back(to, written int) bool {
	p.at, p.out = to, p.out[:written]
	return false
}
