package statediff

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A Decoder decodes the states of a handler as they follow each other. A delivery changes a
// row or two of a table with hundreds, so it decodes only what has changed since the
// previous state, the only one that it holds. States share values: change none.
type Decoder struct {
	Unpack bool // take the texts in the state apart
	text   []byte
	last   *part
}

// Decode decodes a state that json.Marshal has encoded. It keeps the text.
func (d *Decoder) Decode(text []byte) (state any, err error) {
	if bytes.Equal(text, d.text) {
		return d.last.value, nil
	}
	now, err := d.last.next(text, d.Unpack)
	if err != nil {
		return nil, err
	}
	d.text, d.last = text, now
	return now.value, nil
}

// shortPart is the length up to which a part is decoded as a whole, as most rows are.
const shortPart = 1 << 10

// A part is a decoded value in a state.
type part struct {
	text  string // of an inner part
	value any
	inner map[string]*part // of a long object, by key; of a long list, by text
}

// next decodes a later text in the same place.
func (p *part) next(text []byte, unpack bool) (*part, error) {
	now := new(part)
	switch {
	case len(text) <= shortPart || !utf8.Valid(text): // rawjson leaves wrong bytes in keys
		return now, now.decode(text, unpack)
	case text[0] == '{':
		return now, now.decodeObject(p, text, unpack)
	case text[0] == '[':
		return now, now.decodeList(p, text, unpack)
	}
	return now, now.decode(text, unpack)
}

// nextInner is next for an inner part, which stays the same if its text does.
func (p *part) nextInner(text []byte, unpack bool) (*part, error) {
	if p != nil && p.text == string(text) {
		return p, nil
	}
	now, err := p.next(text, unpack)
	now.text = string(text)
	return now, err
}

func (p *part) decode(text []byte, unpack bool) error {
	err := json.Unmarshal(text, &p.value)
	if unpack {
		p.value = Unpack(p.value)
	}
	return err
}

func (p *part) decodeObject(before *part, text []byte, unpack bool) error {
	members := make(map[string]any, before.size()+1)
	p.value, p.inner = members, make(map[string]*part, before.size()+1)
	for key, raw := range rawjson.Parts(text) {
		member, err := before.at(key).nextInner(raw, unpack)
		if err != nil {
			return err
		}
		members[key], p.inner[key] = member.value, member
	}
	return nil
}

func (p *part) decodeList(before *part, text []byte, unpack bool) error {
	elements := make([]any, 0, before.size()+1) // most lists only grow
	p.inner = make(map[string]*part, before.size()+1)
	for _, raw := range rawjson.Parts(text) {
		element, err := before.at(string(raw)).nextInner(raw, unpack)
		if err != nil {
			return err
		}
		elements, p.inner[element.text] = append(elements, element.value), element
	}
	p.value = elements
	return nil
}

// size returns the number of inner parts.
func (p *part) size() int {
	if p == nil {
		return 0
	}
	return len(p.inner)
}

// at returns an inner part, or nil.
func (p *part) at(key string) *part {
	if p == nil {
		return nil
	}
	return p.inner[key]
}
