package rawjson

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Encode returns the JSON text of a Go value. A json.RawMessage stays as written: 1.0 is
// not 1.
func Encode(value any) ([]byte, error) {
	if raw, ok := value.(json.RawMessage); ok {
		return raw, nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // Stripe sends < > & unescaped
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// Quote returns a text as a JSON string.
func Quote(text string) []byte {
	raw, _ := Encode(text) // strings always encode
	return raw
}

// ReorderKeys reorders the members of every object with swap, as in rand.Shuffle. It
// keeps the layout.
func ReorderKeys(text []byte, shuffle func(n int, swap func(i, j int))) ([]byte, error) {
	root, err := Parse(text)
	if err != nil {
		return nil, err
	}
	return slices.Concat(text[:root.Start], reorder(text, &root, shuffle), text[root.End:]), nil
}

func reorder(text []byte, v *Value, shuffle func(int, func(i, j int))) []byte {
	children := make([][]byte, len(v.Children))
	for i := range v.Children {
		child := &v.Children[i]
		children[i] = slices.Concat(text[child.From:child.Start], reorder(text, child, shuffle))
	}
	if v.Kind == '{' {
		shuffle(len(children), func(i, j int) { children[i], children[j] = children[j], children[i] })
	}
	// Commas and white space between members stay in place.
	var out []byte
	gap := v.Start
	for i, child := range v.Children {
		out = append(append(out, text[gap:child.From]...), children[i]...)
		gap = child.End
	}
	return append(out, text[gap:v.End]...)
}
