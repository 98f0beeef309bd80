package render

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// A Template is an event with holes where ids and times go. Compiled once, it
// renders by copying: no JSON is parsed, nothing is allocated.
type Template struct {
	Nullable  []string            // paths in the event that may be null
	Resource  string              // of the event's object: payment_intent
	Facts     map[string][]string // by path in the event, when the options name facts
	Versioned []string            // paths in the event that the version of the object sets
	Livemode  bool
	Thin      bool

	text  []byte // without the placeholders
	holes []hole
	size  int // of a rendered event, at the most
}

// A hole is filled with an id, or with a time when it has no id.
type hole struct {
	at     int // in the Template's text
	id     *id
	offset int64 // seconds after the event was created,
	began  bool  // or after the first event about the objects was
	text   bool  // as RFC 3339 has it, not as a number
}

func (h *hole) size() int {
	switch {
	case h.id != nil:
		return h.id.size()
	case h.text:
		return len(ThinTime)
	}
	return len("1700000000")
}

// Append appends an event to dst. It allocates nothing when dst has room.
func (t *Template) Append(dst []byte, who Identity) []byte {
	return t.appendPart(dst, 0, len(t.text), t.holes, who)
}

// appendPart appends the text from one place to another, with the holes that are there.
func (t *Template) appendPart(dst []byte, from, to int, holes []hole, who Identity) []byte {
	copied := from
	for i := range holes {
		h := &holes[i]
		dst = append(dst, t.text[copied:h.at]...)
		copied = h.at
		switch {
		case h.id != nil:
			dst = h.id.appendTo(dst, who)
		case h.text:
			dst = time.Unix(who.Created+h.offset, who.Nanos).UTC().AppendFormat(dst, ThinTime)
		case h.began:
			dst = strconv.AppendInt(dst, who.Objects.Began+h.offset, 10)
		default:
			dst = strconv.AppendInt(dst, who.Created+h.offset, 10)
		}
	}
	return append(dst, t.text[copied:to]...)
}

// Event renders the template into a buffer of its own. The event's id, which fills the
// first hole, is a part of the body.
func (t *Template) Event(who Identity) (body []byte, id string) {
	body = t.Append(make([]byte, 0, t.size), who)
	first := t.holes[0]
	return body, string(body[first.at : first.at+first.id.size()])
}

// Compile finds the placeholders in the strings of JSON text. The error names a
// placeholder that is not in the table of fixtures/README.md.
func Compile(text []byte, livemode bool) (*Template, error) {
	c := compiler{template: Template{Livemode: livemode}}
	for len(text) > 0 {
		quote := bytes.IndexByte(text, '"')
		if quote < 0 {
			break
		}
		c.copy(text[:quote])
		end := quote + layout.StringLength(text[quote:])
		if err := c.string(text[quote:end]); err != nil {
			return nil, err
		}
		text = text[end:]
	}
	c.copy(text)
	c.template.size = len(c.template.text)
	for _, h := range c.template.holes {
		c.template.size += h.size()
	}
	return &c.template, nil
}

type compiler struct {
	template Template
	anyKind  bool // ids of kinds that the table lacks have the usual shape
}

func (c *compiler) copy(text []byte) { c.template.text = append(c.template.text, text...) }

func (c *compiler) string(quoted []byte) error {
	if whole, ok := placeholder(quoted[1:]); ok && len(whole) == len(quoted)-4 {
		if c.value(string(whole)) {
			return nil
		}
	}
	for {
		open := bytes.IndexByte(quoted, '{')
		if open < 0 {
			c.copy(quoted)
			return nil
		}
		c.copy(quoted[:open])
		quoted = quoted[open:]
		name, ok := placeholder(quoted)
		if !ok { // a brace that is only text
			c.copy(quoted[:1])
			quoted = quoted[1:]
			continue
		}
		id, known := newID(string(name))
		if !known && !c.anyKind {
			return fmt.Errorf("unknown placeholder {%s}: see the table in fixtures/README.md", name)
		}
		if c.template.Livemode { // cs_live_…, of the same length
			id.shape.prefix = strings.Replace(id.shape.prefix, "_test_", "_live_", 1)
		}
		c.template.holes = append(c.template.holes, hole{at: len(c.template.text), id: &id})
		quoted = quoted[len(name)+2:]
	}
}

// value fills a whole string. The result is a string only for a time as text.
func (c *compiler) value(name string) bool {
	if name == "livemode" {
		c.template.text = strconv.AppendBool(c.template.text, c.template.Livemode)
		return true
	}
	offset, ok := relativeTime("now", name)
	if ok {
		c.template.holes = append(c.template.holes, hole{at: len(c.template.text), offset: offset})
		return true
	}
	if offset, ok = relativeTime("then", name); ok {
		c.template.holes = append(c.template.holes, hole{at: len(c.template.text), offset: offset, began: true})
		return true
	}
	if offset, ok = relativeTime("time", name); ok {
		c.template.text = append(c.template.text, '"')
		c.template.holes = append(c.template.holes, hole{at: len(c.template.text), offset: offset, text: true})
		c.template.text = append(c.template.text, '"')
	}
	return ok
}

// sinceBegan makes the times of an object relative to the first event about it,
// so that all events agree on when it was created.
func sinceBegan(object []byte) []byte {
	return bytes.ReplaceAll(object, []byte(`"{now`), []byte(`"{then`))
}
