package upgrade

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A File is a file of fixtures/<version>/changes: an API version's changes to a resource.
// fixtures/README.md specifies the format.
type File struct {
	Format  int      `json:"format"`
	Changes []Change `json:"changes"`
}

// A Change is one change of an API version to the objects of a resource.
type Change struct {
	Description string                       `json:"description"`
	Source      string                       `json:"source"`
	If          map[string]json.RawMessage   `json:"if"`
	Move        map[string]string            `json:"move"`
	Copy        map[string]string            `json:"copy"`
	Decimal     map[string]string            `json:"decimal"`
	Add         map[string]json.RawMessage   `json:"add"`
	Replace     map[string]map[string]string `json:"replace"`
	Remove      []string                     `json:"remove"`
	Nullable    []string                     `json:"nullable"`
	NotNull     []string                     `json:"not_null"`
}

// Decode parses a file of changes. The error names the file, line and column.
func Decode(data []byte, file string) (f File, err error) {
	data = bytes.ReplaceAll(data, []byte(`"{now`), []byte(`"{then`)) // as in object files: relative to the start of the object
	return f, rawjson.DecodeStrictly(data, file, &f)
}

// A change applies changes. It calls used, if not nil, with each existing path, and fill
// with each added text.
type change struct {
	used func(path string)
	fill func(quoted []byte) []byte
}

// apply changes an object.
func (c *Change) apply(object *node, how change) error {
	if !c.concerns(object) {
		return nil
	}
	used := how.used
	if used == nil {
		used = func(string) {}
	}
	carry(object, c.Move, object.remove, used)
	carry(object, c.Copy, object.at, used)
	carry(object, c.Decimal, func(path []string) *node { return object.at(path).decimal() }, used)
	for _, path := range slices.Sorted(maps.Keys(c.Add)) {
		if err := c.add(object, path, how.fill, used); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Replace)) {
		c.replace(object, path, used)
	}
	for _, path := range c.Remove {
		c.remove(object, path, used)
	}
	for _, path := range c.Nullable {
		eachValue(object, path, used, func(value *node) { value.labels = append(value.labels, Nullable) })
	}
	for _, path := range c.NotNull {
		eachValue(object, path, used, func(value *node) {
			value.labels = slices.DeleteFunc(value.labels, func(label string) bool { return label == Nullable })
		})
	}
	return nil
}

// concerns reports whether the object meets the conditions.
func (c *Change) concerns(object *node) bool {
	for path, want := range c.If {
		found := object.at(split(path))
		null := found == nil || found.isNull()
		switch string(want) {
		case "null":
			if !null {
				return false
			}
		case `"*"`:
			if null {
				return false
			}
		default:
			if null || !bytes.Equal(found.appendTo(nil), want) {
				return false
			}
		}
	}
	return true
}

// carry moves values between paths. take returns a value, or nil.
func carry(object *node, paths map[string]string, take func(path []string) *node, used func(string)) {
	for _, from := range slices.Sorted(maps.Keys(paths)) {
		source, target := split(from), split(paths[from])
		for _, path := range object.expand(source, nil) {
			value := take(path)
			if value == nil {
				continue
			}
			for _, there := range object.expand(target, starred(source, path)) {
				if object.put(there, value.clone()) {
					used(from)
				}
			}
		}
	}
}

// decimal returns a number as a decimal text, null as it is.
func (n *node) decimal() *node {
	if n == nil || n.isNull() {
		return n
	}
	text := n.clone()
	text.kind, text.text = '"', slices.Concat([]byte(`"`), n.text, []byte(`"`))
	return text
}

func (c *Change) add(object *node, path string, fill func([]byte) []byte, used func(string)) error {
	pattern := split(path)
	for _, there := range object.expand(pattern, nil) {
		parent := object.at(there[:len(there)-1])
		if parent == nil || parent.kind != '{' {
			continue // a missing object is not created
		}
		value, err := parse(c.Add[path])
		if err != nil {
			return err
		}
		value.fill(fill)
		if object.put(there, value) {
			used(path)
		}
	}
	return nil
}

// fill replaces the texts that have placeholders.
func (n *node) fill(fill func(quoted []byte) []byte) {
	if fill == nil {
		return
	}
	for _, child := range n.children {
		child.fill(fill)
	}
	if n.kind != '"' || !bytes.Contains(n.text, []byte("{")) {
		return
	}
	if n.text = fill(n.text); n.text[0] != '"' {
		n.kind = '0'
	}
}

func (c *Change) replace(object *node, path string, used func(string)) {
	for _, there := range object.expand(split(path), nil) {
		value := object.at(there)
		if value == nil || value.kind != '"' {
			continue
		}
		if with, ok := c.Replace[path][string(value.text[1:len(value.text)-1])]; ok {
			value.text = rawjson.Quote(with)
			used(path)
		}
	}
}

func (c *Change) remove(object *node, path string, used func(string)) {
	paths := object.expand(split(path), nil)
	for _, there := range slices.Backward(paths) { // last first: earlier positions stay valid
		if object.remove(there) != nil {
			used(path)
		}
	}
}

// eachValue visits the non-null values at a path.
func eachValue(object *node, path string, used func(string), visit func(*node)) {
	for _, there := range object.expand(split(path), nil) {
		if value := object.at(there); value != nil && !value.isNull() {
			visit(value)
			used(path)
		}
	}
}
