// Package upgrade converts objects from the API version of their fixture to a later one,
// by the changes in fixtures/<version>/changes.
//
// Stripe does the same backwards: it keeps one current shape and a chain of version
// changes (https://stripe.com/blog/api-versioning).
package upgrade

import (
	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// Nullable is the label of values that may be null.
const Nullable = "nullable"

// An Object is an object of the API. Labels stay with their values through all changes.
type Object struct {
	root *node

	// Used, if not nil, is called with each path of a change that the object has.
	Used func(file, path string)

	// Fill fills the placeholders in a text added by a change, both as JSON. If nil, they
	// stay.
	Fill func(quoted []byte) []byte
}

// New returns the object at a value of a text.
func New(text []byte, value *rawjson.Value) *Object { return &Object{root: build(text, value)} }

// Label marks the value at a path, if the object has it.
func (o *Object) Label(path, label string) {
	if value := o.root.at(split(path)); value != nil {
		value.labels = append(value.labels, label)
	}
}

// Labeled calls visit with each label and the current path of its value.
func (o *Object) Labeled(visit func(label, path string)) { o.root.labeled("", visit) }

// Text returns the object as compact JSON.
func (o *Object) Text() []byte { return o.root.appendTo(nil) }

// To applies the changes of all versions after one and up to another, to the object and
// to those inside it.
func (o *Object) To(after, upTo string) error {
	u := upgrader{used: o.Used, fill: o.Fill, loaded: make(map[string]map[string]*changeFile), versions: fixtures.VersionsBetween(after, upTo)}
	for _, version := range u.versions {
		if err := u.walk(o.root, version); err != nil {
			return err
		}
	}
	return nil
}

// Apply applies changes to the object itself.
func (o *Object) Apply(changes []Change) error { return apply(o.root, changes, change{fill: o.Fill}) }

func apply(object *node, changes []Change, how change) error {
	for i := range changes {
		if err := changes[i].apply(object, how); err != nil {
			return err
		}
	}
	return nil
}

// An upgrader caches the changes of resources.
type upgrader struct {
	used     func(file, path string)
	fill     func(quoted []byte) []byte
	loaded   map[string]map[string]*changeFile // by resource and version
	versions []string
}

type changeFile struct {
	name    string
	changes []Change
}

// walk changes inner objects first: values added by a change have the new shape already.
func (u *upgrader) walk(n *node, version string) error {
	for _, child := range n.children {
		if child.kind == '{' || child.kind == '[' {
			if err := u.walk(child, version); err != nil {
				return err
			}
		}
	}
	if n.kind != '{' {
		return nil
	}
	resource := n.resource()
	if resource == "" {
		return nil
	}
	files, err := u.load(resource)
	if err != nil {
		return err
	}
	file := files[version]
	if file == nil {
		return nil
	}
	how := change{fill: u.fill}
	if u.used != nil {
		how.used = func(path string) { u.used(file.name, path) }
	}
	return apply(n, file.changes, how)
}

// load reads the changes of a resource.
func (u *upgrader) load(resource string) (map[string]*changeFile, error) {
	if files, ok := u.loaded[resource]; ok {
		return files, nil
	}
	files := make(map[string]*changeFile)
	for _, version := range u.versions {
		data, name, ok := fixtures.Changes(version, resource)
		if !ok {
			continue
		}
		file, err := Decode(data, "fixtures/"+name)
		if err != nil {
			return nil, err
		}
		files[version] = &changeFile{name, file.Changes}
	}
	u.loaded[resource] = files
	return files, nil
}

// Before returns the object before an update, given its previous_attributes: the old
// values of changed fields, nested like the object, with whole lists.
func (o *Object) Before(text []byte, previous *rawjson.Value) *Object {
	before := o.root.clone()
	restore(before, build(text, previous))
	return &Object{root: before, Fill: o.Fill}
}

func restore(object, previous *node) {
	for _, old := range previous.children {
		i := object.index(old.key)
		switch {
		case i < 0:
			object.insert(old)
		case old.kind == '{' && object.children[i].kind == '{':
			restore(object.children[i], old)
		default:
			object.children[i] = old
		}
	}
}
