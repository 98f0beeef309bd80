package stripeapi

import (
	"slices"
	"strconv"
	"strings"
)

// A param is a parameter of a request: a scalar, a list or a hash. Scalars of a form are
// text; those of a JSON body are typed.
type param struct {
	text   string   // a scalar
	typed  []byte   // its JSON, unless sent as a string: 12, true, null
	keys   []string // of a hash, in order
	fields []*param // one per key; of a list, its elements
	kind   paramKind
}

type paramKind byte

const (
	scalar paramKind = iota
	hash
	array
)

// paramOf makes a parameter of a JSON value.
func paramOf(n *node) *param {
	p := &param{}
	switch n.kind {
	case '{':
		p.kind, p.keys = hash, slices.Clone(n.keys)
	case '[':
		p.kind = array
	case '"':
		p.text = n.str()
	default:
		p.text, p.typed = n.plain(), n.raw
	}
	for _, child := range n.children {
		p.fields = append(p.fields, paramOf(child))
	}
	return p
}

// field returns the parameter with a key of a hash, or nil.
func (p *param) field(key string) *param {
	if p == nil {
		return nil
	}
	if i := slices.Index(p.keys, key); i >= 0 {
		return p.fields[i]
	}
	return nil
}

// get returns the text of the scalar at a path, or "".
func (p *param) get(path ...string) string {
	for _, key := range path {
		p = p.field(key)
	}
	if p == nil {
		return ""
	}
	return p.text
}

// texts returns the scalars of a list, or the scalar itself.
func (p *param) texts() []string {
	switch {
	case p == nil:
		return nil
	case p.kind == scalar:
		return []string{p.text}
	}
	var texts []string
	for _, field := range p.fields {
		if field.kind == scalar {
			texts = append(texts, field.text)
		}
	}
	return texts
}

// without returns a hash without some keys.
func (p *param) without(keys ...string) *param {
	rest := &param{kind: hash}
	for i, key := range p.keys {
		if !slices.Contains(keys, key) {
			rest.keys = append(rest.keys, key)
			rest.fields = append(rest.fields, p.fields[i])
		}
	}
	return rest
}

// flat returns the scalars by full name: items[0][price]. A list of scalars has a single
// name, expand[].
func (p *param) flat() map[string][]string {
	flat := make(map[string][]string)
	for i, key := range p.keys {
		p.fields[i].flatten(key, flat)
	}
	if len(flat) == 0 {
		return nil
	}
	return flat
}

func (p *param) flatten(name string, flat map[string][]string) {
	if p.kind == scalar {
		flat[name] = append(flat[name], p.text)
		return
	}
	for i, field := range p.fields {
		switch {
		case p.kind == hash:
			field.flatten(name+"["+p.keys[i]+"]", flat)
		case field.kind == scalar:
			field.flatten(name+"[]", flat)
		default:
			field.flatten(name+"["+strconv.Itoa(i)+"]", flat)
		}
	}
}

// given reports whether a parameter sets the field at a path.
func (p *param) given(path string) bool {
	for key := range strings.SplitSeq(path, ".") {
		if p = p.field(key); p == nil {
			return false
		}
	}
	return true
}
