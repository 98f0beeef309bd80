package upgrade

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A node is a JSON value with labels for its original paths.
type node struct {
	kind     byte   // as in rawjson.Value
	key      string // of a member
	text     []byte // of a value without children
	children []*node
	labels   []string
}

// build makes nodes from a parsed text.
func build(text []byte, v *rawjson.Value) *node {
	n := &node{kind: v.Kind, key: v.Key}
	if v.Kind != '{' && v.Kind != '[' {
		n.text = text[v.Start:v.End]
		return n
	}
	n.children = make([]*node, len(v.Children))
	for i := range v.Children {
		n.children[i] = build(text, &v.Children[i])
	}
	return n
}

func parse(text []byte) (*node, error) {
	root, err := rawjson.Parse(text)
	if err != nil {
		return nil, err
	}
	return build(text, &root), nil
}

// appendTo writes compact JSON.
func (n *node) appendTo(dst []byte) []byte {
	if n.kind != '{' && n.kind != '[' {
		return append(dst, n.text...)
	}
	dst = append(dst, n.kind)
	for i, child := range n.children {
		if i > 0 {
			dst = append(dst, ',')
		}
		if n.kind == '{' {
			dst = append(append(dst, rawjson.Quote(child.key)...), ':')
		}
		dst = child.appendTo(dst)
	}
	return append(dst, n.kind+2) // in ASCII, the closing bracket is two after the opening one
}

// clone returns a copy that shares only text.
func (n *node) clone() *node {
	c := *n
	c.labels = slices.Clone(n.labels)
	c.children = make([]*node, len(n.children))
	for i, child := range n.children {
		c.children[i] = child.clone()
	}
	return &c
}

func (n *node) isNull() bool { return string(n.text) == "null" }

// resource returns the kind of the object, or "".
func (n *node) resource() string {
	for _, child := range n.children {
		if child.key == "object" && child.kind == '"' {
			return string(child.text[1 : len(child.text)-1])
		}
	}
	return ""
}

// index returns the position of a child, by key or list position, or -1.
func (n *node) index(key string) int {
	if n.kind == '{' {
		return slices.IndexFunc(n.children, func(child *node) bool { return child.key == key })
	}
	if i, err := strconv.Atoi(key); n.kind == '[' && err == nil && i >= 0 && i < len(n.children) {
		return i
	}
	return -1
}

// at returns the value at a path, or nil.
func (n *node) at(path []string) *node {
	for _, key := range path {
		i := n.index(key)
		if i < 0 {
			return nil
		}
		n = n.children[i]
	}
	return n
}

// put inserts a value at a path, creating objects around it, in Stripe's key order. It
// keeps an existing value, and does nothing if the path leads into a text, a number or
// beyond a list.
func (n *node) put(path []string, value *node) bool {
	for i, key := range path {
		at := n.index(key)
		last := i == len(path)-1
		switch {
		case at >= 0 && last, n.kind != '{' && at < 0:
			return false
		case at >= 0:
			n = n.children[at]
			if n.isNull() {
				n.kind, n.text = '{', nil
			}
		case last:
			value.key = key
			n.insert(value)
		default:
			parent := &node{kind: '{', key: key}
			n.insert(parent)
			n = parent
		}
	}
	return true
}

func (n *node) insert(member *node) {
	at := slices.IndexFunc(n.children, func(child *node) bool { return rawjson.KeyRank(child.key) > rawjson.KeyRank(member.key) })
	if at < 0 {
		at = len(n.children)
	}
	n.children = slices.Insert(n.children, at, member)
}

// remove removes the value at a path and returns it, or nil.
func (n *node) remove(path []string) *node {
	last := len(path) - 1
	parent := n.at(path[:last])
	if parent == nil {
		return nil
	}
	i := parent.index(path[last])
	if i < 0 {
		return nil
	}
	removed := parent.children[i]
	parent.children = slices.Delete(parent.children, i, i+1)
	return removed
}

// expand returns the paths of a pattern: "*" is each element of a list. The last key of a
// path need not exist. Positions replace the first stars.
func (n *node) expand(pattern, positions []string) (paths [][]string) {
	star := slices.Index(pattern, "*")
	if star < 0 {
		return [][]string{pattern}
	}
	list := n.at(pattern[:star])
	if list == nil || list.kind != '[' {
		return nil
	}
	rest := positions
	if len(positions) > 0 {
		rest = positions[1:]
	}
	for i := range list.children {
		position := strconv.Itoa(i)
		if len(positions) > 0 && positions[0] != position {
			continue
		}
		concrete := slices.Clone(pattern)
		concrete[star] = position
		paths = append(paths, n.expand(concrete, rest)...)
	}
	return paths
}

// starred returns the values of a pattern's stars in a path.
func starred(pattern, path []string) (positions []string) {
	for i, key := range pattern {
		if key == "*" {
			positions = append(positions, path[i])
		}
	}
	return positions
}

func split(path string) []string { return strings.Split(path, ".") }

// labeled calls visit with each label and the path of its value.
func (n *node) labeled(prefix string, visit func(label, path string)) {
	for i, child := range n.children {
		key := strconv.Itoa(i)
		if n.kind == '{' {
			key = strings.ReplaceAll(child.key, ".", `\.`)
		}
		for _, label := range child.labels {
			visit(label, prefix+key)
		}
		child.labeled(prefix+key+".", visit)
	}
}
