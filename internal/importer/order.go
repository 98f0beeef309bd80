package importer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// laidOut returns the event as Stripe delivers it. What has lines has its order already.
func (e *event) laidOut() (text []byte, err error) {
	text = e.text
	if bytes.IndexByte(text, '\n') < 0 {
		if text, err = inOrder(text); err != nil {
			return nil, err
		}
	}
	how := layout.Opened
	if e.thin {
		how = layout.Closed
	}
	return how.Indent(text, ""), nil
}

// inOrder returns an event with the keys in the order in which Stripe delivers them: in every
// object id and object first, then the others in alphabetical order, but in metadata as they
// are. stripe listen prints all of them in alphabetical order. The text is valid JSON.
//
// Source: the bodies of deliveries; https://docs.stripe.com/api has the objects in
// the same order.
func inOrder(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	w := orderer{text: text, decoder: decoder}
	err := w.value("")
	return w.out, err
}

// An orderer writes JSON with the keys in Stripe's order.
type orderer struct {
	text    []byte
	decoder *json.Decoder
	out     []byte
}

// value writes the next value, that of a key, in the right order, without white space.
func (w *orderer) value(key string) error {
	from := w.decoder.InputOffset()
	token, err := w.decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return w.object(key)
	case json.Delim('['):
		return w.list()
	}
	w.out = append(w.out, bytes.TrimLeft(w.text[from:w.decoder.InputOffset()], " \t\r\n,:")...)
	return nil
}

func (w *orderer) list() error {
	w.out = append(w.out, '[')
	for first := true; w.decoder.More(); first = false {
		if !first {
			w.out = append(w.out, ',')
		}
		if err := w.value(""); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	_, err := w.decoder.Token()
	return err
}

// object writes the members of the object of that name one after the other, and then again
// in order.
func (w *orderer) object(name string) error {
	type member struct {
		key        string
		start, end int
	}
	var members []member
	begin := len(w.out)
	for w.decoder.More() {
		start := len(w.out)
		from := w.decoder.InputOffset()
		token, err := w.decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string) // nothing else can stand here
		w.out = append(w.out, bytes.TrimLeft(w.text[from:w.decoder.InputOffset()], " \t\r\n,")...)
		w.out = append(w.out, ':')
		if err := w.value(key); err != nil {
			return err
		}
		members = append(members, member{key, start, len(w.out)})
	}
	if name != "metadata" { // which keeps the order in which its keys were set
		slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(rank(a.key), rank(b.key)) })
	}
	written := slices.Clone(w.out[begin:])
	w.out = append(w.out[:begin], '{')
	for i, m := range members {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = append(w.out, written[m.start-begin:m.end-begin]...)
	}
	w.out = append(w.out, '}')
	_, err := w.decoder.Token()
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
