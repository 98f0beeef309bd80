package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// maxObject bounds the file of an event.
const maxObject = 16 << 20

// bindings bind events to objects of the app.
type bindings struct {
	objects map[string][]webhooktest.Edit // of --event, by type
	typed   map[string][]webhooktest.Edit // of --set type:path=value
	untyped []setting                     // of --set path=value, for the types that have the path
	version string                        // of the API
}

// A setting is one --set.
type setting struct {
	try  webhooktest.Edit // fails where there is no such path
	made webhooktest.Edit // does not: an event that follows on another may lack what it has
}

// editsByType reads what binds events to objects of the app: --set as path=value
// or type:path=value, --event as type=file. It is nil when there is nothing. A path
// that no event has, of the types that are handled or of all that there are, is an
// error: a typo would make a check pass.
func editsByType(version string, set, files []string, handled ...string) (func(string) []webhooktest.Edit, error) {
	if len(set)+len(files) == 0 {
		return nil, nil
	}
	b := bindings{version: version, objects: make(map[string][]webhooktest.Edit), typed: make(map[string][]webhooktest.Edit)}
	for _, text := range files {
		if err := b.readObject(text); err != nil {
			return nil, err
		}
	}
	if len(handled) == 0 {
		handled = slices.Concat([]string{"payment_intent.succeeded"}, fixtures.Types(version), fixtures.ThinTypes())
	}
	for _, text := range set {
		if err := b.readSetting(text, handled); err != nil {
			return nil, err
		}
	}
	return b.edits, nil
}

// edits are those of an event type.
func (b *bindings) edits(eventType string) []webhooktest.Edit {
	edits := slices.Clone(b.objects[eventType])
	for _, one := range b.untyped {
		if b.rendered(eventType, edits, one.try) == nil {
			edits = append(edits, one.made)
		}
	}
	return append(edits, b.typed[eventType]...)
}

// rendered says what is wrong with an edit, after others, on an event of a type.
func (b *bindings) rendered(eventType string, before []webhooktest.Edit, edit webhooktest.Edit) error {
	source := webhooktest.Source{APIVersion: b.version}
	_, err := source.Event(eventType, append(slices.Clone(before), edit)...)
	return err
}

// readObject reads an --event.
func (b *bindings) readObject(text string) error {
	eventType, file, found := strings.Cut(text, "=")
	if !found || eventType == "" || file == "" {
		return fmt.Errorf("--event %q: want type=file.json, such as invoice.paid=invoice.json", text)
	}
	described, err := fixtures.DescribeEvent(eventType)
	if err != nil {
		return fmt.Errorf("--event %q: %w (see fakestripe list)", text, err)
	}
	if described.Thin {
		return fmt.Errorf("--event %q: a thin event carries no object: set what it is about with --set %s:related_object.id=…", text, eventType)
	}
	made, err := editsFromFile(file)
	if err != nil {
		return fmt.Errorf("--event %s: %w", eventType, err)
	}
	b.objects[eventType] = append(b.objects[eventType], made...)
	return nil
}

// readSetting reads a --set.
func (b *bindings) readSetting(text string, handled []string) error {
	path, _, _ := strings.Cut(text, "=")
	eventType, _, colon := strings.Cut(path, ":")
	_, unknown := fixtures.DescribeEvent(eventType)
	if colon && unknown == nil {
		one, err := newSetting(text[len(eventType)+1:])
		if err == nil {
			err = b.rendered(eventType, b.edits(eventType), one.try)
		}
		if err != nil {
			return fmt.Errorf("--set %q: %w", text, err)
		}
		b.typed[eventType] = append(b.typed[eventType], one.made)
		return nil
	}
	one, err := newSetting(text)
	if err != nil {
		return fmt.Errorf("--set %q: %w", text, err)
	}
	if err := b.has(one, handled); err != nil {
		if colon { // in no path that there is: the end of a type, then
			err = fmt.Errorf("%w (see fakestripe list)", unknown)
		}
		return fmt.Errorf("--set %q: %w", text, err)
	}
	b.untyped = append(b.untyped, one)
	return nil
}

// has reports what is wrong with a setting, if no type has its path.
func (b *bindings) has(one setting, eventTypes []string) (first error) {
	for _, eventType := range eventTypes {
		err := b.rendered(eventType, b.edits(eventType), one.try)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err // names the type
		}
	}
	return first
}

func newSetting(text string) (setting, error) {
	path, value, found := strings.Cut(text, "=")
	if !found || path == "" {
		return setting{}, errors.New("want PATH=VALUE or TYPE:PATH=VALUE, such as data.object.amount=4200")
	}
	typed, err := parseValue(value)
	return setting{webhooktest.Set(path, typed), webhooktest.Add(path, typed)}, err
}

// editsFromFile reads an event, or the object of one, and returns the edits that
// give it to a new event. What says which object it is (its id, and whatever names
// the id) and when it was made stays that of the new event: each delivery is about
// another one.
func editsFromFile(file string) (edits []webhooktest.Edit, err error) {
	members, id, err := objectOf(file)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		raw := members[name]
		fresh := name == "id" || name == "created" || id != "" && strings.Contains(string(raw), id)
		if !fresh {
			edits = append(edits, webhooktest.Add("data.object."+strings.ReplaceAll(name, ".", `\.`), raw))
		}
	}
	return edits, nil
}

func objectOf(file string) (members map[string]json.RawMessage, id string, err error) {
	text, err := readRegular(file, maxObject)
	if err != nil {
		return nil, "", err
	}
	event, err := webhooktest.ParseEvent(text)
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", file, err)
	}
	var envelope struct {
		Data struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	object := event.Body()
	if json.Unmarshal(object, &envelope) == nil && len(envelope.Data.Object) > 0 {
		object = envelope.Data.Object
	}
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, "", fmt.Errorf("%s: data.object: %w", file, err)
	}
	_ = json.Unmarshal(members["id"], &id) // one without is nobody's in particular
	return members, id, nil
}
