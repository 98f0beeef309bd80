package report

import (
	"fmt"
	"html"
	"strings"
)

// Templates would be shorter, but they call methods by name: the linker then
// keeps every exported method of the program, which makes it a fifth larger.

// markup is HTML of our own. A constant is markup by itself, and so is an
// embedded file; anything else would have to be converted, and nothing is.
type markup string

// An htmlWriter writes what is ours as it is and all other text escaped. Text
// belongs between tags or between the double quotes of an attribute.
type htmlWriter struct{ out strings.Builder }

func (h *htmlWriter) String() string { return h.out.String() }

func (h *htmlWriter) own(m markup) { h.out.WriteString(string(m)) }

func (h *htmlWriter) put(before markup, text string, after markup) {
	h.own(before)
	h.out.WriteString(html.EscapeString(text))
	h.own(after)
}

// maybe puts text that there may not be.
func (h *htmlWriter) maybe(before markup, text string, after markup) {
	if text != "" {
		h.put(before, text, after)
	}
}

// anchor links to the element with an id.
func (h *htmlWriter) anchor(id string) {
	h.put(`<a class="id" href="#`, fragment(id), `">`)
	h.put("", id, "</a>")
}

// address is text, and a link if it may be one.
func (h *htmlWriter) address(text string) {
	url := link(text)
	if url == "" {
		h.put("", text, "")
		return
	}
	h.put(`<a href="`, url, `" rel="noreferrer">`)
	h.put("", text, "</a>")
}

// fragment escapes all that could mean something in an address.
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
