package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/internal/suggest"
)

// ErrNoPath means that a path does not exist.
var ErrNoPath = errors.New("no such path")

// Get returns the text of the value at a path such as "data.object.items.data.0.id". For
// a missing path, the error is ErrNoPath and names the closest ones.
func Get(text []byte, path string) ([]byte, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	if found, ok := Find(text, path); ok {
		return found, nil
	}
	root := parsed(text)
	if _, _, err := root.walk(path); err != nil {
		return nil, err
	}
	return nil, root.noPath(path)
}

// Set replaces the value at path with raw JSON. It creates a missing path if add is set;
// otherwise that is an ErrNoPath.
func Set(text []byte, path string, raw []byte, add bool) ([]byte, error) {
	if err := check(text); err != nil {
		return nil, err
	}
	if err := check(raw); err != nil {
		return nil, fmt.Errorf("value for %s: %w", path, err)
	}
	if start, end, ok := locate(text, path); ok && !bytes.ContainsAny(raw, "[{") {
		if multiline(text) {
			raw = bytes.TrimSpace(raw)
		}
		return splice(text, start, end, raw), nil // nothing to lay out, so no tree
	}
	root := parsed(text)
	found, rest, err := root.walk(path)
	switch {
	case err != nil:
		return nil, err
	case len(rest) == 0:
		return splice(text, found.Start, found.End, root.format(text, found.Start, raw)), nil
	case !add:
		return nil, root.noPath(path)
	}
	return root.insert(text, found, path, rest, raw)
}

// Remove removes the value at path and its key. A missing path is an ErrNoPath.
func Remove(text []byte, path string) ([]byte, error) {
	root, err := Parse(text)
	if err != nil {
		return nil, err
	}
	found, rest, err := root.walk(path)
	if err != nil {
		return nil, err
	}
	keys := split(path)
	if len(rest) > 0 {
		return nil, root.noPath(path)
	}
	parent := &root
	for _, key := range keys[:len(keys)-1] {
		parent = parent.Child(key)
	}
	siblings := parent.Children
	at := slices.IndexFunc(siblings, func(v Value) bool { return v.From == found.From })
	switch {
	case at > 0: // with the comma before it
		return splice(text, siblings[at-1].End, found.End, nil), nil
	case len(siblings) > 1: // with the comma after it
		return splice(text, found.From, siblings[1].From, nil), nil
	}
	empty := []byte{parent.Kind, parent.Kind + 2} // in ASCII, the closing bracket is two after the opening one
	return splice(text, parent.Start, parent.End, root.format(text, parent.Start, empty)), nil
}

// Paths returns the path of every inner value, in text order.
func (v *Value) Paths() (paths []string) {
	for path := range v.Inner() {
		paths = append(paths, path)
	}
	return paths
}

// Inner yields every inner value and its path, in text order.
func (v *Value) Inner() iter.Seq2[string, *Value] {
	return func(yield func(string, *Value) bool) { v.inner("", yield) }
}

func (v *Value) inner(prefix string, yield func(string, *Value) bool) bool {
	for i := range v.Children {
		child := &v.Children[i]
		key := strconv.Itoa(i)
		if v.Kind == '{' {
			key = strings.ReplaceAll(child.Key, ".", `\.`)
		}
		if !yield(prefix+key, child) || !child.inner(prefix+key+".", yield) {
			return false
		}
	}
	return true
}

// walk follows a path to its last existing value, and returns the missing keys.
func (v *Value) walk(path string) (last *Value, rest []string, err error) {
	keys := split(path)
	if slices.Contains(keys, "") {
		return nil, nil, fmt.Errorf("path %q: empty key (write a.b.0.c)", path)
	}
	last = v
	for i, key := range keys {
		child := last.Child(key)
		if child == nil {
			return last, keys[i:], nil
		}
		last = child
	}
	return last, nil, nil
}

// split splits a path at its dots; `\.` is a dot inside a key.
func split(path string) []string {
	keys := strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".")
	for i, key := range keys {
		keys[i] = strings.ReplaceAll(key, "\x00", ".")
	}
	return keys
}

func (v *Value) noPath(path string) error { return &noPathError{v, path} }

// A noPathError looks for the closest paths only when it is printed.
type noPathError struct {
	root *Value
	path string
}

func (e *noPathError) Error() string {
	return fmt.Sprintf("%v %q%s", ErrNoPath, e.path, suggest.DidYouMean(e.path, e.root.Paths()))
}

func (e *noPathError) Unwrap() error { return ErrNoPath }

// insert adds the first missing key to parent, with the others nested inside.
func (v *Value) insert(text []byte, parent *Value, path string, rest []string, raw []byte) ([]byte, error) {
	for _, key := range slices.Backward(rest[1:]) {
		raw = slices.Concat([]byte("{"), quote(key), []byte(":"), raw, []byte("}"))
	}
	key := rest[0]
	switch {
	case parent.Kind == '{':
		return v.insertMember(text, parent, key, raw), nil
	case parent.Kind == '[' && key == strconv.Itoa(len(parent.Children)):
		return v.insertAt(text, parent, len(parent.Children), nil, raw), nil
	case parent.Kind == '[':
		n := len(parent.Children)
		return nil, fmt.Errorf("%w %q: the list has %d elements: write position %d to add one", ErrNoPath, path, n, n)
	}
	return nil, fmt.Errorf("%w %q: %s is inside %.40s, which is neither an object nor a list", ErrNoPath, path, key, text[parent.Start:parent.End])
}

// insertMember keeps Stripe's key order: id, object, then alphabetical, and insertion
// order in metadata.
func (v *Value) insertMember(text []byte, parent *Value, key string, raw []byte) []byte {
	at := slices.IndexFunc(parent.Children, func(child Value) bool { return KeyRank(child.Key) > KeyRank(key) })
	if at < 0 || KeepsOrder(parent.Key) {
		at = len(parent.Children)
	}
	return v.insertAt(text, parent, at, quote(key), raw)
}

// KeepsOrder reports whether the object under a key keeps its keys in insertion order.
// Source: metadata in captured deliveries.
func KeepsOrder(key string) bool { return key == "metadata" }

// KeyRank returns the sort key of a member in Stripe's objects: id and object come first.
func KeyRank(key string) string {
	switch key {
	case "id":
		return "\x00"
	case "object":
		return "\x01"
	}
	return key
}

// insertAt inserts a child before position at, in the layout of the text: on its own line
// if the text has lines.
func (v *Value) insertAt(text []byte, parent *Value, at int, key, raw []byte) []byte {
	outer := indentation(text, parent.Start)
	newline, space := "", ""
	if multiline(text) {
		newline, space = "\n"+outer+"  ", " "
		raw = v.indent(text, raw, outer+"  ")
	}
	child := raw
	if key != nil {
		child = slices.Concat(key, []byte(":"+space), raw)
	}
	switch n := len(parent.Children); {
	case n == 0 && newline != "":
		inner := slices.Concat([]byte(newline), child, []byte("\n"+outer))
		return splice(text, parent.Start+1, parent.End-1, inner)
	case n == 0:
		return splice(text, parent.Start+1, parent.End-1, child)
	case at == n:
		end := parent.Children[n-1].End
		return splice(text, end, end, slices.Concat([]byte(","+newline), child))
	default:
		from := parent.Children[at].From
		return splice(text, from, from, slices.Concat(child, []byte(","+newline)))
	}
}

func splice(text []byte, start, end int, replacement []byte) []byte {
	return slices.Concat(text[:start], replacement, text[end:])
}

// format lays out a value for a position in the text.
func (v *Value) format(text []byte, at int, raw []byte) []byte {
	if !multiline(text) {
		return raw
	}
	return v.indent(text, raw, indentation(text, at))
}

func multiline(text []byte) bool {
	return bytes.IndexByte(bytes.TrimSpace(text), '\n') >= 0
}

// indentation returns the white space at the start of a position's line.
func indentation(text []byte, at int) string {
	line := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// indent lays out a value like the text.
func (v *Value) indent(text, raw []byte, prefix string) []byte {
	how := layout.Opened
	if bytes.ContainsAny(raw, "[{") {
		how = v.layout(text)
	}
	return how.Indent(raw, prefix)
}

// layout returns the text's layout of empty objects and lists: Stripe's, if it has none.
func (v *Value) layout(text []byte) layout.Layout {
	how := layout.Opened
	v.All(func(v *Value) {
		empty := (v.Kind == '{' || v.Kind == '[') && len(v.Children) == 0
		if empty && bytes.IndexByte(text[v.Start:v.End], '\n') < 0 {
			how = layout.Closed
		}
	})
	return how
}

func quote(key string) []byte {
	quoted, _ := json.Marshal(key) // strings always encode
	return quoted
}
