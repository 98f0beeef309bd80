package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An eventFixture is a file of fixtures/<version>/events. fixtures/README.md specifies
// the format.
type eventFixture struct {
	Format             int             `json:"format"`
	Description        string          `json:"description"`
	Object             string          `json:"object"`
	Set                Changes         `json:"set"`
	Add                Changes         `json:"add"`
	Remove             []string        `json:"remove"`
	NotNull            []string        `json:"not_null"`
	PreviousAttributes json.RawMessage `json:"previous_attributes"`
	Versions           []Changes       `json:"versions"`
	Automatic          bool            `json:"automatic"`
	Connect            bool            `json:"connect"`
	Siblings           []string        `json:"siblings"`
	Legacy             bool            `json:"legacy"`

	variant *fixtures.Variant // nil: none
}

// An objectFixture is a file of fixtures/<version>/objects.
type objectFixture struct {
	Format      int             `json:"format"`
	Description string          `json:"description"`
	Object      json.RawMessage `json:"object"`
	Nullable    []string        `json:"nullable"`
	NotNull     []string        `json:"not_null"` // despite being declared nullable
}

// nulledIn returns the paths with null in events of a type: fewer than those declared
// nullable, as a paid invoice has a number.
func (f *objectFixture) nulledIn(event *eventFixture) []string {
	never := slices.Concat(f.NotNull, event.NotNull)
	return slices.DeleteFunc(slices.Clone(f.Nullable), func(path string) bool { return slices.Contains(never, path) })
}

// Changes are values by path.
type Changes map[string]json.RawMessage

// apply sets the paths in sorted order, for a deterministic result.
func (c Changes) apply(object []byte, add bool) ([]byte, error) {
	for _, path := range slices.Sorted(maps.Keys(c)) {
		var err error
		if object, err = rawjson.Set(object, path, c[path], add); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// Read decodes a fixture file for an API version and returns its name.
func Read(version, name string, v any) (file string, err error) {
	data, file, err := fixtures.Find(version, name)
	if err != nil {
		return "", err
	}
	return file, rawjson.DecodeStrictly(data, "fixtures/"+file, v)
}

// Object returns the template of a kind of object at an API version: JSON with
// placeholders. The error is fs.ErrNotExist for a kind that no event contains.
func Object(version, kind string) (json.RawMessage, error) {
	var f objectFixture
	_, err := Read(version, "objects/"+kind+".json", &f)
	return f.Object, err
}

// ObjectIn is Object for the object of an event type, in the state in the event. The
// error is fixtures.ErrUnknownType, or a problem with the fixture.
func ObjectIn(version, eventType string) (kind string, object json.RawMessage, err error) {
	event, file, err := readEvent(version, eventType)
	if err != nil {
		return "", nil, err
	}
	if object, err = Object(version, event.Object); err == nil {
		object, err = event.state(0, object)
	}
	if err != nil {
		return "", nil, fmt.Errorf("fixtures/%s: %w", file, err)
	}
	return event.Object, object, nil
}

// readEvent returns the fixture of an event type.
func readEvent(version, eventType string) (fixture eventFixture, file string, err error) {
	file, err = Read(version, "events/"+eventType+".json", &fixture)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		err = fixtures.UnknownType(version, eventType)
	}
	return fixture, file, err
}

// readAnyEvent returns the fixture of an event type from the version that introduced it.
func readAnyEvent(eventType string) (fixture eventFixture, err error) {
	version, ok := fixtures.Since(eventType)
	if !ok {
		version = fixtures.DefaultVersion // for suggestions
	}
	fixture, _, err = readEvent(version, eventType)
	return fixture, err
}

// DistinctVersion returns the version of a type's object most distinct from its first
// state: one with another status, else the last. Thin events have none.
func DistinctVersion(eventType string) (int, error) {
	if fixtures.IsThin(eventType) {
		return 0, nil
	}
	f, err := readAnyEvent(eventType)
	if err != nil {
		return 0, err
	}
	for i, version := range f.Versions {
		if i > 0 && string(version["status"]) != string(f.Versions[0]["status"]) {
			return i + 1, nil
		}
	}
	return len(f.Versions), nil
}

// Versions returns the number of versions of an event type.
func Versions(eventType string) (int, error) {
	if fixtures.IsThin(eventType) {
		return 0, nil
	}
	f, err := readAnyEvent(eventType)
	return len(f.Versions), err
}

// load makes the Template of an event type: the object, changed by the event and by its
// version, in the envelope. Changes from a flow, by path in the event, come last. All of
// this uses the API version of the object's file; the result is then converted to the
// requested one.
func (o *Options) load(eventType string, version int, flow *FlowEvent) (*Template, error) {
	event, file, err := readEvent(o.version(), eventType)
	if err != nil {
		return nil, err
	}
	if flow.variant != nil {
		event.vary(flow.variant)
	}
	if version < 0 || version > len(event.Versions) {
		return nil, fmt.Errorf("version %d: %s has %d versions", version, eventType, len(event.Versions))
	}
	var object objectFixture
	objectFile, err := Read(o.version(), "objects/"+event.Object+".json", &object)
	if err != nil {
		return nil, fmt.Errorf("fixtures/%s: object: %w", file, err)
	}
	usual := sinceBegan(object.Object)
	text, err := event.at(version, usual)
	if err != nil {
		return nil, fmt.Errorf("fixtures/%s: %w", file, err)
	}
	if text, err = flow.Set.apply(o.envelope(eventType, &event, text), false); err != nil {
		return nil, err
	}
	if text, err = flow.Add.apply(text, true); err != nil {
		return nil, err
	}
	if text, err = markCreation(text, eventType, usual); err != nil {
		return nil, fmt.Errorf("fixtures/%s: %w", file, err)
	}
	written, _, _ := strings.Cut(objectFile, "/")
	shape := shape{resource: event.Object, nullable: object.nulledIn(&event), facts: o.Facts}
	if text, err = shape.carry(text, written, o.version()); err != nil {
		return nil, fmt.Errorf("fixtures/%s: %w", file, err)
	}
	compiled, err := Compile(text, o.Livemode)
	if err != nil {
		return nil, fmt.Errorf("fixtures/%s: %w", file, err)
	}
	if version > 0 {
		for _, path := range slices.Sorted(maps.Keys(event.Versions[version-1])) {
			compiled.Versioned = append(compiled.Versioned, "data.object."+path)
		}
	}
	compiled.Resource, compiled.Nullable, compiled.Facts = event.Object, shape.nullableNow, shape.factsNow
	compiled.object = objectID(text)
	if flow.variant != nil {
		compiled.Creates = flow.variant.Creates
	}
	return compiled, nil
}

// at returns the object of the event at a version, 0 for none, and adapts
// previous_attributes to it.
func (f *eventFixture) at(version int, object []byte) ([]byte, error) {
	if version == 0 {
		return f.state(0, object)
	}
	after, err := f.state(version, object)
	if err != nil || f.PreviousAttributes == nil || f.variant != nil && f.variant.PreviousAttributes != nil {
		return after, err
	}
	before := []byte(f.PreviousAttributes) // the first version has no predecessor
	if version > 1 {
		if before, err = f.state(version-1, object); err != nil {
			return nil, err
		}
	}
	f.PreviousAttributes = difference(before, after).encode()
	return after, nil
}

func (f *eventFixture) state(version int, object []byte) ([]byte, error) {
	object, err := f.Set.apply(object, false)
	if err != nil {
		return nil, fmt.Errorf("set: %w", err)
	}
	if object, err = f.Add.apply(object, true); err != nil {
		return nil, fmt.Errorf("add: %w", err)
	}
	for _, path := range f.Remove {
		if object, err = rawjson.Remove(object, path); err != nil {
			return nil, fmt.Errorf("remove: %w", err)
		}
	}
	if version > 0 {
		if object, err = f.Versions[version-1].apply(object, false); err != nil {
			return nil, fmt.Errorf("versions: %w", err)
		}
	}
	return f.varied(object)
}
