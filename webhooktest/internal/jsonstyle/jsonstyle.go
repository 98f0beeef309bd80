// Package jsonstyle formats JSON as a given JSON library does: its white space, key
// order, escapes and number spelling. This detects that something on the way decoded and
// re-encoded a text, and often undoes it.
//
// It works on text, not on decoded values: whatever a style does not affect keeps every
// byte.
package jsonstyle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/layout"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A Style is a library's way of writing JSON. The zero value only removes white space.
type Style struct {
	Layout  Layout
	Order   Order
	Text    Text
	Numbers Numbers

	// EmptyLists writes empty objects as empty lists, as PHP does after decoding to arrays.
	EmptyLists bool
}

// A Layout is the white space between values. The zero value has none.
type Layout struct {
	Keep      bool   // as in the text; ignores Order
	Indent    string // per level; empty: everything on one line
	Comma     string // after a comma, on one line
	Colon     string // after a colon
	OpenEmpty bool   // empty objects and lists take several lines, as from Stripe
	Airy      bool   // spaces before colons and inside brackets, lists on one line, as from Jackson
}

// An Order is the order of an object's members.
type Order int

// The orders.
const (
	Written      Order = iota // as in the text
	Sorted                    // by key
	Stripe                    // id, object, then by key; metadata as in the text
	StripeSorted              // like Stripe, with metadata by key
	JavaScript                // integer keys first, in numerical order
)

// MaxValues limits a parsed text's memory to about 100 MB.
const MaxValues = 1 << 20

// A Document is parsed JSON text, to be written several times.
type Document struct {
	text    []byte
	root    rawjson.Value
	replace map[int]string // new text by the offset of the value
}

// Parse parses JSON text. The error names line and column.
func Parse(text []byte) (*Document, error) {
	if values := 1 + bytes.Count(text, []byte(",")) + bytes.Count(text, []byte("[")) + bytes.Count(text, []byte("{")); values > MaxValues {
		return nil, fmt.Errorf("more than %d values", MaxValues)
	}
	if bytes.HasPrefix(text, []byte("\ufeff")) {
		return nil, errors.New("line 1, column 1: a byte order mark")
	}
	root, err := rawjson.Parse(text)
	if err != nil {
		return nil, err
	}
	return &Document{text: text, root: root}, nil
}

// Root returns the parsed text.
func (d *Document) Root() *rawjson.Value { return &d.root }

// Source returns the text of a value.
func (d *Document) Source(v *rawjson.Value) string { return string(d.text[v.Start:v.End]) }

// With returns the document with some scalars and empty lists, given by offset, replaced.
func (d *Document) With(replace map[int]string) *Document {
	return &Document{d.text, d.root, replace}
}

// Write formats the document in a style. The result is nil above limit bytes: indentation
// of deeply nested values can be long.
func (d *Document) Write(how Style, limit int) []byte {
	w := writer{Document: d, Style: how, limit: limit, out: make([]byte, 0, min(limit, len(d.text)+len(d.text)/4))}
	if how.Layout.Keep {
		w.keep(&d.root)
		w.out = append(w.out, d.text[w.copied:]...)
	} else {
		w.value(&d.root, 0)
	}
	if len(w.out) > limit {
		return nil
	}
	return w.out
}

type writer struct {
	*Document
	Style
	limit  int
	out    []byte
	copied int // end of the text copied so far
}

func (w *writer) value(v *rawjson.Value, depth int) {
	switch {
	case len(w.out) > w.limit:
	case len(v.Children) > 0:
		w.children(v, depth)
	case v.Kind == '{' || v.Kind == '[':
		w.empty(v, depth)
	default:
		w.scalar(v)
	}
}

func (w *writer) children(v *rawjson.Value, depth int) {
	if v.Kind == '[' && w.Layout.Airy {
		w.flat(v, depth)
		return
	}
	w.out = append(w.out, v.Kind)
	for i, child := range w.ordered(v) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.gap(i > 0, depth+1)
		if v.Kind == '{' {
			w.string(w.key(child))
			if w.Layout.Airy {
				w.out = append(w.out, ' ')
			}
			w.out = append(append(w.out, ':'), w.Layout.Colon...)
		}
		w.value(child, depth+1)
	}
	w.gap(false, depth)
	w.out = append(w.out, v.Kind+2) // ] and } are two after [ and {
}

// flat writes a list on one line: its elements are not nested deeper.
func (w *writer) flat(v *rawjson.Value, depth int) {
	for i := range v.Children {
		w.out = append(w.out, "[,"[min(i, 1)], ' ')
		w.value(&v.Children[i], depth)
	}
	w.out = append(w.out, ' ', ']')
}

// gap begins a line, or writes the space after a comma.
func (w *writer) gap(comma bool, depth int) {
	switch {
	case w.Layout.Indent == "" && comma:
		w.out = append(w.out, w.Layout.Comma...)
	case w.Layout.Indent != "" && len(w.out) <= w.limit:
		w.out = append(w.out, '\n')
		for range depth {
			w.out = append(w.out, w.Layout.Indent...)
		}
	}
}

func (w *writer) empty(v *rawjson.Value, depth int) {
	kind := v.Kind
	if replaced, ok := w.replace[v.Start]; ok {
		kind = replaced[0]
	}
	if w.EmptyLists {
		kind = '['
	}
	w.out = append(w.out, kind)
	if w.Layout.OpenEmpty && w.Layout.Indent != "" {
		if kind == '[' {
			w.out = append(w.out, '\n')
		}
		w.gap(false, depth)
	}
	if w.Layout.Airy {
		w.out = append(w.out, ' ')
	}
	w.out = append(w.out, kind+2)
}

func (w *writer) scalar(v *rawjson.Value) {
	text := w.text[v.Start:v.End]
	if replaced, ok := w.replace[v.Start]; ok {
		text = []byte(replaced)
	}
	if v.Kind == '"' {
		w.string(text)
		return
	}
	w.out = w.Numbers.append(w.out, text)
}

// keep copies the text up to each scalar and writes the scalar in the style.
func (w *writer) keep(v *rawjson.Value) {
	if len(w.out) > w.limit {
		return
	}
	if key := w.key(v); key != nil {
		w.out = append(w.out, w.text[w.copied:v.From]...)
		w.string(key)
		w.copied = v.From + len(key)
	}
	for i := range v.Children {
		w.keep(&v.Children[i])
	}
	if len(v.Children) > 0 {
		return
	}
	w.out = append(w.out, w.text[w.copied:v.Start]...)
	_, replaced := w.replace[v.Start]
	switch compound := v.Kind == '{' || v.Kind == '['; {
	case compound && (replaced || w.EmptyLists):
		w.empty(v, 0)
	case compound:
		w.out = append(w.out, w.text[v.Start:v.End]...)
	default:
		w.scalar(v)
	}
	w.copied = v.End
}

// key returns the text of a member's key, or nil.
func (w *writer) key(v *rawjson.Value) []byte {
	if v.From == v.Start {
		return nil
	}
	return w.text[v.From : v.From+layout.StringLength(w.text[v.From:])]
}

// ordered returns the children in the style's order.
func (w *writer) ordered(v *rawjson.Value) []*rawjson.Value {
	children := make([]*rawjson.Value, len(v.Children))
	for i := range v.Children {
		children[i] = &v.Children[i]
	}
	if kept := w.Order == Written || w.Order == Stripe && rawjson.KeepsOrder(v.Key); v.Kind == '{' && !kept {
		slices.SortStableFunc(children, func(a, b *rawjson.Value) int { return w.Order.compare(a.Key, b.Key) })
	}
	return children
}

func (o Order) compare(a, b string) int {
	switch o {
	case Stripe, StripeSorted:
		return strings.Compare(rawjson.KeyRank(a), rawjson.KeyRank(b))
	case JavaScript:
		return arrayIndex(a) - arrayIndex(b)
	}
	return strings.Compare(a, b)
}

// arrayIndex returns the value of an integer key; others come after all of these.
func arrayIndex(key string) int {
	const last = 1<<32 - 1
	if key == "" || len(key) > 10 || len(key) > 1 && key[0] == '0' {
		return last
	}
	index := 0
	for _, c := range []byte(key) {
		if c < '0' || c > '9' {
			return last
		}
		index = 10*index + int(c-'0')
	}
	return min(index, last)
}
