package render

import (
	"bytes"
	"encoding/json"
)

// Bindings map placeholders to IDs for objects that belong together. An unknown ID is
// invented on first use.
type Bindings struct {
	IDs      map[string]string // by placeholder: "pi", "price:addon"
	Now      int64             // the value of {now}, in Unix seconds
	Livemode bool

	state uint64 // state of the generator
}

// NewBindings returns empty Bindings. Invented IDs depend only on the seed and the name.
func NewBindings(seed uint64, name string, now int64) *Bindings {
	return &Bindings{IDs: make(map[string]string), Now: now, state: mix(seed) ^ Hash(name)}
}

// Bind binds a placeholder, unless it is already bound.
func (b *Bindings) Bind(placeholder, id string) {
	if _, bound := b.IDs[placeholder]; !bound {
		b.IDs[placeholder] = id
	}
}

// ID returns the ID of a placeholder. An unlisted kind has the usual shape.
func (b *Bindings) ID(placeholder string) string {
	if id, bound := b.IDs[placeholder]; bound {
		return id
	}
	i, _ := newID(placeholder)
	return b.invent(&i)
}

// invent binds a placeholder to a new ID, if necessary.
func (b *Bindings) invent(i *id) string {
	if _, bound := b.IDs[i.placeholder]; !bound {
		b.IDs[i.placeholder] = string(i.appendTo(nil, b.identity()))
	}
	return b.IDs[i.placeholder]
}

func (b *Bindings) identity() Identity {
	return Identity{Objects: Objects{Key: b.state, Began: b.Now}, Event: b.state, Created: b.Now, IDs: b.IDs}
}

// Fill returns the JSON value of a JSON string with placeholders: a number for "{now}", a
// boolean for "{livemode}", else a string.
func (b *Bindings) Fill(quoted []byte) []byte {
	t := compileString(quoted, b.Livemode)
	for i := range t.blanks {
		if id := t.blanks[i].id; id != nil {
			b.invent(id)
		}
	}
	return t.Append(nil, b.identity())
}

// Learn binds a placeholder by comparison: pattern is a JSON string of a template, actual
// the string made from it. All placeholders but one must be bound.
func (b *Bindings) Learn(pattern, actual []byte) {
	t := compileString(pattern, b.Livemode)
	unknown := -1
	for i := range t.blanks {
		switch id := t.blanks[i].id; {
		case id == nil, b.bound(id):
		case unknown >= 0:
			return
		default:
			unknown = i
		}
	}
	if unknown < 0 {
		return
	}
	at := t.blanks[unknown].at
	before := t.appendPart(nil, 0, at, t.blanks[:unknown], b.identity())
	after := t.appendPart(nil, at, len(t.text), t.blanks[unknown+1:], b.identity())
	if len(actual) <= len(before)+len(after) || !bytes.HasPrefix(actual, before) || !bytes.HasSuffix(actual, after) {
		return
	}
	var id string
	if json.Unmarshal([]byte(`"`+string(actual[len(before):len(actual)-len(after)])+`"`), &id) == nil {
		b.Bind(t.blanks[unknown].id.placeholder, id)
	}
}

func (b *Bindings) bound(i *id) bool {
	_, bound := b.IDs[i.placeholder]
	return bound
}

// LearnTime sets Now from the Unix time made from a placeholder such as "{now-90s}".
func (b *Bindings) LearnTime(pattern []byte, actual int64) {
	t := compileString(pattern, b.Livemode)
	if len(t.text) == 0 && len(t.blanks) == 1 && actual > 0 {
		b.Now = actual - t.blanks[0].offset
	}
}

// compileString compiles one string of a template. An unlisted kind of ID has the usual
// shape.
func compileString(quoted []byte, livemode bool) *Template {
	c := compiler{template: Template{Livemode: livemode}, anyKind: true}
	_ = c.string(quoted) // any kind will do
	return &c.template
}

// Placeholder returns the placeholder that is the whole text: "pi" for "{pi}".
func Placeholder(text string) (name string, ok bool) {
	found, ok := placeholder([]byte(text))
	if !ok || len(text) != len(found)+len("{}") {
		return "", false
	}
	return string(found), true
}
