// Package markup writes HTML and escapes all other text.
//
// Templates would be shorter, but they call methods by name: the linker then keeps every
// exported method, which makes the program a fifth larger.
package markup

import (
	"html"
	"strings"
)

// A Text is our own HTML: constants, which convert implicitly, and embedded files. Never
// convert anything else.
type Text string

// A Writer writes our own HTML as it is and escapes all other text, which belongs between
// tags or in double-quoted attributes. The zero value is empty.
type Writer struct{ out strings.Builder }

// String returns what was written.
func (w *Writer) String() string { return w.out.String() }

// Own writes HTML.
func (w *Writer) Own(m Text) { w.out.WriteString(string(m)) }

// Put writes a text between HTML.
func (w *Writer) Put(before Text, text string, after Text) {
	w.Own(before)
	w.out.WriteString(html.EscapeString(text))
	w.Own(after)
}

// Maybe is Put for an optional text.
func (w *Writer) Maybe(before Text, text string, after Text) {
	if text != "" {
		w.Put(before, text, after)
	}
}
