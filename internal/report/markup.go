package report

import (
	"fmt"
	"html"
	"strings"
)

// Templates would be shorter, but they call methods by name: the linker then keeps every
// exported method, which makes the program a fifth larger.

// markup is our own HTML: constants, which convert implicitly, and embedded files.
// Nothing else is ever converted.
type markup string

// An htmlWriter writes markup as it is and escapes all other text. Text belongs between
// tags or in double-quoted attributes.
type htmlWriter struct{ out strings.Builder }

func (h *htmlWriter) String() string { return h.out.String() }

func (h *htmlWriter) own(m markup) { h.out.WriteString(string(m)) }

func (h *htmlWriter) put(before markup, text string, after markup) {
	h.own(before)
	h.out.WriteString(html.EscapeString(text))
	h.own(after)
}

// maybe writes an optional text.
func (h *htmlWriter) maybe(before markup, text string, after markup) {
	if text != "" {
		h.put(before, text, after)
	}
}

// anchor links to the element with an ID.
func (h *htmlWriter) anchor(id string) {
	h.put(`<a class="id" href="#`, fragment(id), `">`)
	h.put("", id, "</a>")
}

// address writes text, as a link if it is a safe one.
func (h *htmlWriter) address(text string) {
	url := link(text)
	if url == "" {
		h.put("", text, "")
		return
	}
	h.put(`<a href="`, url, `" rel="noreferrer">`)
	h.put("", text, "</a>")
}

// fragment escapes everything special in a URL fragment.
func fragment(id string) string {
	var b strings.Builder
	for _, c := range []byte(id) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if letter || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02x", c)
		}
	}
	return b.String()
}
