package importer

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/layout"
)

// laidOut returns the event as Stripe delivers it. Indented text keeps its order.
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

// inOrder sorts the keys of an event as Stripe does: id and object first, then
// alphabetically, except in metadata, which keeps its order. (stripe listen prints all of
// them alphabetically.) The text must be valid JSON.
//
// Source: delivered events; the objects in https://docs.stripe.com/api.
func inOrder(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	w := orderer{text: text, decoder: decoder}
	err := w.value("")
	return w.out, err
}

// An orderer rewrites JSON with the keys in Stripe's order.
type orderer struct {
	text    []byte
	decoder *json.Decoder
	out     []byte
}

// value writes the next value, which belongs to key, compact and in order.
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

// object writes the members of the object named name, then writes them again in order.
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
		key, _ := token.(string) // an object key is always a string
		w.out = append(w.out, bytes.TrimLeft(w.text[from:w.decoder.InputOffset()], " \t\r\n,")...)
		w.out = append(w.out, ':')
		if err := w.value(key); err != nil {
			return err
		}
		members = append(members, member{key, start, len(w.out)})
	}
	if name != "metadata" { // metadata keeps its order of insertion
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

// rank is the sort key of a member.
func rank(key string) string {
	switch key {
	case "id":
		return "\x00"
	case "object":
		return "\x01"
	}
	return "\x02" + key
}
