package render

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// A Template is an event with blanks for IDs and times. Compiled once, it renders by
// copying, without parsing JSON or allocating.
type Template struct {
	Nullable  []string            // nullable paths in the event
	Resource  string              // of the event's object: payment_intent
	Facts     map[string][]string // by path in the event, if the options name facts
	Versioned []string            // paths in the event set by the version of the object
	Creates   []string            // fields of the object that name objects created with it
	Livemode  bool
	Thin      bool

	object *id    // of the event's object, if it is a placeholder
	text   []byte // without the placeholders
	blanks []blank
	size   int // maximum size of a rendered event
}

// A blank is filled with an ID, or with a time if it has no ID.
type blank struct {
	at     int // in the Template's text
	id     *id
	offset int64 // seconds after the creation of the event,
	began  bool  // or of the first event about the objects
	text   bool  // as RFC 3339 text, not as a number

	usual *blank // for the creation time of the event's object: the usual one of such objects
}

func (b *blank) size() int {
	switch {
	case b.id != nil:
		return b.id.size()
	case b.text:
		return len(ThinTime)
	}
	return len("1700000000")
}

// Append appends an event to dst. It does not allocate if dst has room.
func (t *Template) Append(dst []byte, who Identity) []byte {
	return t.appendPart(dst, 0, len(t.text), t.blanks, who)
}

// appendPart appends a part of the text, with its blanks filled.
func (t *Template) appendPart(dst []byte, from, to int, blanks []blank, who Identity) []byte {
	copied := from
	for i := range blanks {
		b := &blanks[i]
		dst = append(dst, t.text[copied:b.at]...)
		copied = b.at
		switch {
		case b.id != nil:
			dst = b.id.appendTo(dst, who)
		case b.text:
			dst = time.Unix(who.Created+b.offset, who.Nanos).UTC().AppendFormat(dst, ThinTime)
		case b.usual != nil:
			dst = strconv.AppendInt(dst, t.created(b, &who), 10)
		default:
			dst = strconv.AppendInt(dst, b.time(&who), 10)
		}
	}
	return append(dst, t.text[copied:to]...)
}

// Event renders the template into its own buffer. The event's ID, from the first blank, is
// part of the body.
func (t *Template) Event(who Identity) (body []byte, id string) {
	body = t.Append(make([]byte, 0, t.size), who)
	first := t.blanks[0]
	return body, string(body[first.at : first.at+first.id.size()])
}

// Compile finds the placeholders in the strings of a JSON text. The error names a
// placeholder missing from the table in fixtures/README.md.
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
	for _, b := range c.template.blanks {
		c.template.size += b.size()
	}
	return &c.template, nil
}

type compiler struct {
	template Template
	anyKind  bool // unlisted kinds of IDs have the usual shape
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
		if !ok { // the brace is plain text
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
		c.template.blanks = append(c.template.blanks, blank{at: len(c.template.text), id: &id})
		quoted = quoted[len(name)+2:]
	}
}

// value fills a whole string. The result is a string only for a time as text.
func (c *compiler) value(name string) bool {
	if name == "livemode" {
		c.template.text = strconv.AppendBool(c.template.text, c.template.Livemode)
		return true
	}
	b, ok := timeBlank(name)
	if !ok {
		b, ok = creationBlank(name)
	}
	if ok {
		b.at = len(c.template.text)
		c.template.blanks = append(c.template.blanks, b)
		return true
	}
	offset, ok := relativeTime("time", name)
	if ok {
		c.template.text = append(c.template.text, '"')
		c.template.blanks = append(c.template.blanks, blank{at: len(c.template.text), offset: offset, text: true})
		c.template.text = append(c.template.text, '"')
	}
	return ok
}

// timeBlank returns the blank for a placeholder of a time as a number.
func timeBlank(name string) (b blank, ok bool) {
	if b.offset, ok = relativeTime("now", name); !ok {
		b.offset, ok = relativeTime("then", name)
		b.began = true
	}
	return b, ok
}

// creationBlank returns the blank for a marked creation time.
func creationBlank(name string) (b blank, ok bool) {
	own, shared, _ := strings.Cut(name, usually)
	if b, ok = timeBlank(own); !ok {
		return b, false
	}
	usual, ok := timeBlank(shared)
	b.usual = &usual
	return b, ok
}

// time returns the time of a blank in an event, in Unix seconds.
func (b *blank) time(who *Identity) int64 {
	if b.began {
		return who.Objects.Began + b.offset
	}
	return who.Created + b.offset
}

// created returns the creation time of the event's object.
func (t *Template) created(b *blank, who *Identity) int64 {
	if t.object != nil && len(who.Creations) > 0 {
		own := string(t.object.appendTo(nil, *who))
		for _, known := range who.Creations {
			if known.ID == own {
				return known.At
			}
		}
	}
	if who.Follows {
		return b.usual.time(who)
	}
	return b.time(who)
}
