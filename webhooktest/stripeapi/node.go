package stripeapi

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A node is a mutable JSON value. Keys keep their order, numbers their spelling.
type node struct {
	kind     byte // '{', '[', '"', or '0' for numbers, true, false and null
	raw      []byte
	keys     []string // of an object, one per child
	children []*node

	version string // API version of a stored object's shape; "" for inner values and unversioned objects
}

// parseNode parses JSON text.
func parseNode(text []byte) (*node, error) {
	parse := rawjson.Parse
	if len(text) > largeText {
		parse = func(text []byte) (rawjson.Value, error) { return rawjson.ParseShort(text, longList) }
	}
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	return newNode(text, &root), nil
}

// A tree takes about 20 times the memory of its text. So in a text of more than largeText
// bytes, a list of more than longList bytes is one scalar: shown as it is, but its
// elements cannot be found, filtered or expanded.
const (
	largeText = MaxBody
	longList  = 64 << 10
)

// mustNode parses our own JSON.
func mustNode(text []byte) *node {
	n, err := parseNode(text)
	if err != nil {
		panic(err)
	}
	return n
}

func newNode(text []byte, v *rawjson.Value) *node {
	n := &node{kind: v.Kind}
	if v.Kind == '[' && len(text) > largeText && v.End-v.Start > longList {
		n.kind = '0'
	}
	if n.kind != '{' && n.kind != '[' {
		n.raw = text[v.Start:v.End]
		return n
	}
	n.children = make([]*node, 0, len(v.Children))
	put := n.put
	if rawjson.KeepsOrder(v.Key) {
		put = n.putLast
	}
	for i := range v.Children {
		child := &v.Children[i]
		if v.Kind == '{' {
			put(child.Key, newNode(text, child)) // of duplicate keys, the last counts
		} else {
			n.children = append(n.children, newNode(text, child))
		}
	}
	return n
}

func object() *node { return &node{kind: '{'} }

func listOf(children ...*node) *node { return &node{kind: '[', children: children} }

// value makes a node from a Go value, by its JSON encoding.
func value(v any) *node {
	raw, err := rawjson.Encode(v)
	if err != nil {
		panic(err) // callers pass only plain values
	}
	return mustNode(raw)
}

func text(s string) *node { return value(s) }

func null() *node { return &node{kind: '0', raw: []byte("null")} }

func (n *node) isNull() bool { return n == nil || n.kind == '0' && string(n.raw) == "null" }

// str returns the content of a string, or "" for anything else.
func (n *node) str() string {
	var s string
	if n == nil || n.kind != '"' || json.Unmarshal(n.raw, &s) != nil {
		return ""
	}
	return s
}

// plain returns a scalar as text, as in a form.
func (n *node) plain() string {
	switch {
	case n.isNull() || n.kind == '{' || n.kind == '[':
		return ""
	case n.kind == '"':
		return n.str()
	}
	return string(n.raw)
}

func (n *node) int() int64 {
	i, err := strconv.ParseInt(n.plain(), 10, 64)
	if err != nil { // e.g. 1.7e9
		f, _ := strconv.ParseFloat(n.plain(), 64)
		i = int64(f)
	}
	return i
}

// child returns the member with a key, or the element at a position, or nil.
func (n *node) child(key string) *node {
	switch {
	case n == nil:
		return nil
	case n.kind == '[':
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.children) {
			return n.children[i]
		}
		return nil
	}
	if i := slices.Index(n.keys, key); i >= 0 {
		return n.children[i]
	}
	return nil
}

// at returns the value at a path such as "items.data.0.price", or nil.
func (n *node) at(path string) *node {
	for key := range strings.SplitSeq(path, ".") {
		n = n.child(key)
	}
	return n
}

// set sets the value at a path if all but its last key exist.
func (n *node) set(path string, v *node) bool {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		n, path = n.at(path[:i]), path[i+1:]
	}
	switch {
	case n == nil:
		return false
	case n.kind == '{':
		n.put(path, v)
		return true
	case n.kind == '[' && n.child(path) != nil:
		i, _ := strconv.Atoi(path)
		n.children[i] = v
		return true
	}
	return false
}

// put sets a member, unless the value is nil. A new one goes in Stripe's order: id,
// object, then alphabetical.
func (n *node) put(key string, v *node) {
	at := len(n.keys)
	for at > 0 && rawjson.KeyRank(n.keys[at-1]) > rawjson.KeyRank(key) {
		at--
	}
	n.putAt(at, key, v)
}

// putLast sets a member of metadata, unless the value is nil. A new one goes last.
func (n *node) putLast(key string, v *node) { n.putAt(len(n.keys), key, v) }

func (n *node) putAt(at int, key string, v *node) {
	if v == nil {
		return
	}
	if i := slices.Index(n.keys, key); i >= 0 {
		n.children[i] = v
		return
	}
	n.keys = slices.Insert(n.keys, at, key)
	n.children = slices.Insert(n.children, at, v)
}

func (n *node) remove(key string) {
	if i := slices.Index(n.keys, key); i >= 0 {
		n.keys = slices.Delete(n.keys, i, i+1)
		n.children = slices.Delete(n.children, i, i+1)
	}
}

func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := &node{kind: n.kind, raw: n.raw, version: n.version, keys: slices.Clone(n.keys), children: make([]*node, len(n.children))}
	for i, child := range n.children {
		c.children[i] = child.clone()
	}
	return c
}

// walk calls visit for every inner value, with its path and key; elements of a list tags
// have the key tags[].
func (n *node) walk(visit func(path, key string, v *node)) { n.walkFrom("", "", visit) }

func (n *node) walkFrom(prefix, key string, visit func(path, key string, v *node)) {
	for i, child := range n.children {
		step, under := strconv.Itoa(i), key+"[]"
		if n.kind == '{' {
			step, under = n.keys[i], n.keys[i]
		}
		visit(prefix+step, under, child)
		child.walkFrom(prefix+step+".", under, visit)
	}
}

// encode returns the value as compact JSON.
func (n *node) encode() []byte { return n.append(make([]byte, 0, n.length())) }

// length is the size of the value as compact JSON, if no key needs escapes. It avoids
// growing a text by appending, which briefly takes twice the memory.
func (n *node) length() int {
	length := 2 + len(n.raw) + len(n.children)
	for _, key := range n.keys {
		length += len(key) + len(`"":`)
	}
	for _, child := range n.children {
		length += child.length()
	}
	return length
}

func (n *node) append(dst []byte) []byte {
	switch n.kind {
	case '{':
		dst = append(dst, '{')
		for i, child := range n.children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(append(dst, rawjson.Quote(n.keys[i])...), ':')
			dst = child.append(dst)
		}
		return append(dst, '}')
	case '[':
		dst = append(dst, '[')
		for i, child := range n.children {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = child.append(dst)
		}
		return append(dst, ']')
	}
	return append(dst, n.raw...)
}

// indented lays JSON out as Stripe's API does. It leaves large text alone: with many
// small values, the layout more than doubles it.
func indented(text []byte) []byte {
	if len(text) > largeText {
		return text
	}
	return append(layout.Closed.Indent(text, ""), '\n')
}
