package report

import (
	"fmt"
	"strings"

	writer "github.com/fakestripe/fakestripe/internal/markup"
)

// markup is our own HTML: see package markup.
type markup = writer.Text

// An htmlWriter writes markup, and links.
type htmlWriter struct{ written writer.Writer }

func (h *htmlWriter) String() string { return h.written.String() }

func (h *htmlWriter) own(m markup) { h.written.Own(m) }

func (h *htmlWriter) put(before markup, text string, after markup) {
	h.written.Put(before, text, after)
}

func (h *htmlWriter) maybe(before markup, text string, after markup) {
	h.written.Maybe(before, text, after)
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
