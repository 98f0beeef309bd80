package importer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// layOut returns an event as Stripe delivers it: indented by two spaces, and in
// every object id and object first, then the other keys in alphabetical order.
// stripe listen prints all of them in alphabetical order. The text is valid JSON.
//
// Source: the bodies of deliveries; https://docs.stripe.com/api has the objects in
// the same order.
func layOut(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	l := layout{text: text, decoder: decoder}
	if err := l.value(); err != nil {
		return nil, err
	}
	return indented(l.out)
}

// indented changes the layout only.
func indented(text []byte) ([]byte, error) {
	var out bytes.Buffer
	err := json.Indent(&out, text, "", "  ")
	return out.Bytes(), err
}

type layout struct {
	text    []byte
	decoder *json.Decoder
	out     []byte
}

// value writes the next value in the right order, without white space.
func (l *layout) value() error {
	from := l.decoder.InputOffset()
	token, err := l.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return l.object()
	case json.Delim('['):
		return l.list()
	}
	l.out = append(l.out, bytes.TrimLeft(l.text[from:l.decoder.InputOffset()], " \t\r\n,:")...)
	return nil
}

func (l *layout) list() error {
	l.out = append(l.out, '[')
	for first := true; l.decoder.More(); first = false {
		if !first {
			l.out = append(l.out, ',')
		}
		if err := l.value(); err != nil {
			return err
		}
	}
	l.out = append(l.out, ']')
	_, err := l.decoder.Token()
	return err
}

// object writes the members one after the other, and then again in order.
func (l *layout) object() error {
	type member struct {
		key        string
		start, end int
	}
	var members []member
	begin := len(l.out)
	for l.decoder.More() {
		start := len(l.out)
		from := l.decoder.InputOffset()
		token, err := l.decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // nothing else can stand here
		l.out = append(l.out, bytes.TrimLeft(l.text[from:l.decoder.InputOffset()], " \t\r\n,")...)
		l.out = append(l.out, ':')
		if err := l.value(); err != nil {
			return err
		}
		members = append(members, member{key, start, len(l.out)})
	}
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(rank(a.key), rank(b.key)) })
	written := slices.Clone(l.out[begin:])
	l.out = append(l.out[:begin], '{')
	for i, m := range members {
		if i > 0 {
			l.out = append(l.out, ',')
		}
		l.out = append(l.out, written[m.start-begin:m.end-begin]...)
	}
	l.out = append(l.out, '}')
	_, err := l.decoder.Token()
	return err
}

// rank is what keys are sorted by.
func rank(key string) string {
	switch key {
	case "id":
		return "\x00"
	case "object":
		return "\x01"
	}
	return "\x02" + key
}
