package contract

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/fakestripe/fakestripe/internal/suggest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// A fault is an error at a place in a file.
type fault struct {
	path string // such as steps.0.send
	err  error
}

func (f *fault) Error() string { return f.err.Error() }
func (f *fault) Unwrap() error { return f.err }

// at adds the place of an error.
func at(path string, err error) error { return &fault{path, err} }

// located prepends the line to an error that knows its place.
func located(data []byte, err error) error {
	var f *fault
	if !errors.As(err, &f) {
		return err
	}
	value, parseErr := rawjson.Parse(data)
	if parseErr != nil {
		return err
	}
	place := &value
	for key := range strings.SplitSeq(f.path, ".") {
		inner := place.Child(key)
		if inner == nil {
			break
		}
		place = inner
	}
	return lineError(data, place.From, err)
}

func lineError(data []byte, offset int, err error) error {
	return fmt.Errorf("line %d: %w", 1+bytes.Count(data[:offset], []byte("\n")), err)
}

// decodeLocated decodes strictly. The error for an unknown key or a value of the wrong type
// names the line.
func decodeLocated(data []byte, root *rawjson.Value, v any) error {
	if err := checkKeys(data, root, reflect.TypeOf(v).Elem()); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// checkKeys compares the JSON with the keys that a type can hold.
func checkKeys(data []byte, v *rawjson.Value, t reflect.Type) error {
	raw := data[v.Start:v.End]
	switch {
	case string(raw) == "null" && t != reflect.TypeFor[json.RawMessage](): // null is a value of an event
		return lineError(data, v.From, errors.New("null: leave the key out"))
	case decodesItself(t):
	case t.Kind() == reflect.Struct && v.Kind == '{':
		return checkMembers(data, v, t)
	case t.Kind() == reflect.Map && v.Kind == '{', t.Kind() == reflect.Slice && v.Kind == '[':
		for i := range v.Children {
			if err := checkKeys(data, &v.Children[i], t.Elem()); err != nil {
				return err
			}
		}
		return nil
	}
	if err := json.Unmarshal(raw, reflect.New(t).Interface()); err != nil {
		var other *json.UnmarshalTypeError
		if errors.As(err, &other) {
			err = fmt.Errorf("%s: want %s", text.Excerpt(string(raw)), wanted(t))
		}
		return lineError(data, v.From, err)
	}
	return nil
}

func checkMembers(data []byte, v *rawjson.Value, t reflect.Type) error {
	fields := make(map[string]reflect.Type)
	var known []string
	for _, field := range reflect.VisibleFields(t) {
		if key := field.Tag.Get("json"); key != "" && key != "-" {
			fields[key], known = field.Type, append(known, key)
		}
	}
	for i := range v.Children {
		member := &v.Children[i]
		of, ok := fields[member.Key]
		if !ok {
			return lineError(data, member.From, fmt.Errorf("unknown key %q%s", text.Excerpt(member.Key), suggest.DidYouMean(member.Key, known)))
		}
		if err := checkKeys(data, member, of); err != nil {
			return err
		}
	}
	return nil
}

// decodesItself reports whether a type has its own JSON decoder.
func decodesItself(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) || pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// wanted describes the values that a key accepts.
func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Map, reflect.Struct:
		return "an object"
	case reflect.Int64:
		return "a time such as 10s"
	}
	return "a list of texts, or one"
}
