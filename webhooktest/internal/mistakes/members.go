package mistakes

// What frameworks and stores do to the members of an event that they parsed.

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"unicode"

	"github.com/fakestripe/fakestripe/webhooktest/internal/jsonstyle"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// envelope are the members of events, snapshots and thin ones.
var envelope = []string{
	"id", "object", "account", "api_version", "changes", "context", "created", "data", "livemode", "pending_webhooks",
	"reason", "related_object", "request", "snapshot_event", "type",
}

// omitted are members that Stripe leaves out, rather than to send null.
var omitted = []string{"account", "context"}

// withoutForeign removes members that Stripe does not send: Rails' controller and action,
// MongoDB's _id and __v, null for an account. Nothing: there are none.
func withoutForeign(body []byte) [][]byte {
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	root := document.Root()
	if root.Child("type") == nil || root.Child("id") == nil {
		return nil
	}
	var kept [][]byte
	for i := range root.Children {
		if m := &root.Children[i]; !isForeign(document, m) {
			kept = append(kept, body[m.From:m.End])
		}
	}
	if len(kept) == len(root.Children) {
		return nil
	}
	return [][]byte{append(append([]byte{'{'}, bytes.Join(kept, []byte(","))...), '}')}
}

func isForeign(document *jsonstyle.Document, m *rawjson.Value) bool {
	return !slices.Contains(envelope, m.Key) || slices.Contains(omitted, m.Key) && document.Source(m) == "null"
}

// inSnakeCase writes the keys of camelCase and PascalCase as Stripe does. Those of metadata
// are the user's own, and may have been renamed or not. Nothing: there are none.
func inSnakeCase(body []byte) [][]byte {
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	var found [][]byte
	for _, all := range []bool{true, false} {
		e := edit{body: body}
		e.keys(document.Root(), all)
		found = append(found, e.result()...)
	}
	return found
}

// fromDoubles writes whole numbers as such, where something parsed all numbers as doubles:
// 1.795303216E9 and 4800.0, as from Gson's Map. Nothing: there are none.
func fromDoubles(body []byte) [][]byte {
	document, err := jsonstyle.Parse(body)
	if err != nil {
		return nil
	}
	e := edit{body: body}
	document.Root().All(func(v *rawjson.Value) {
		text := document.Source(v)
		if n, err := strconv.ParseFloat(text, 64); v.Kind == '0' && err == nil && n == math.Trunc(n) && math.Abs(n) < exactInteger {
			e.replace(v.Start, v.End, strconv.FormatInt(int64(n), 10))
		}
	})
	return e.result()
}

// An edit replaces parts of a body, in order.
type edit struct {
	body, out []byte
	copied    int
	changed   bool
}

func (e *edit) replace(from, to int, text string) {
	if string(e.body[from:to]) != text {
		e.out = append(append(e.out, e.body[e.copied:from]...), text...)
		e.copied, e.changed = to, true
	}
}

// result returns the edited body, or nothing if it has not changed.
func (e *edit) result() [][]byte {
	if !e.changed {
		return nil
	}
	return [][]byte{append(e.out, e.body[e.copied:]...)}
}

// keys writes the keys of a value's members in snake case, those of metadata only if all are.
func (e *edit) keys(v *rawjson.Value, all bool) {
	for i := range v.Children {
		child := &v.Children[i]
		if v.Kind == '{' {
			if key, err := json.Marshal(snake(child.Key)); err == nil && snake(child.Key) != child.Key {
				end := child.From + bytes.IndexByte(e.body[child.From+1:], '"') + 2
				e.replace(child.From, end, string(key))
			}
		}
		if all || !rawjson.KeepsOrder(snake(child.Key)) { // metadata
			e.keys(child, all)
		}
	}
}

// snake writes lastPaymentError and LastPaymentError as last_payment_error.
func snake(key string) string {
	out := make([]rune, 0, len(key)+4)
	for i, c := range key {
		if unicode.IsUpper(c) && i > 0 {
			out = append(out, '_')
		}
		out = append(out, unicode.ToLower(c))
	}
	return string(out)
}
