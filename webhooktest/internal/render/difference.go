package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// members are the members of a JSON object, as written.
type members map[string]json.RawMessage

// difference returns the old values of fields that changed between before and after,
// nested like the objects. Like Stripe, it returns changed lists as a whole.
func difference(before, after []byte) members {
	var old, changed members
	if json.Unmarshal(before, &old) != nil || json.Unmarshal(after, &changed) != nil {
		return nil // one of them is not an object
	}
	for key, value := range old {
		if equal(value, changed[key]) {
			delete(old, key)
		} else if inner := difference(value, changed[key]); inner != nil {
			old[key] = inner.encode()
		}
	}
	return old
}

// encode writes the members in Stripe's order: id and object, then by name.
func (m members) encode() json.RawMessage {
	first := func(key string) int { return slices.Index([]string{"object", "id"}, key) }
	text := []byte("{")
	for i, key := range slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cmp.Compare(first(b), first(a)), cmp.Compare(a, b))
	}) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, rawjson.Quote(key)...), ':'), m[key]...)
	}
	var compact bytes.Buffer
	_ = json.Compact(&compact, append(text, '}')) // the values have been read before
	return compact.Bytes()
}

// equal compares JSON ignoring white space.
func equal(a, b []byte) bool {
	var left, right bytes.Buffer
	return json.Compact(&left, a) == nil && json.Compact(&right, b) == nil && bytes.Equal(left.Bytes(), right.Bytes())
}
