package webhooktest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// share applies edits to the events of a type in a flow, and to the values that other
// events share with them.
func (f *Flow) share(eventType string, edits []Edit) error {
	for _, edit := range edits {
		var err error
		switch {
		case edit.exists != nil:
			err = f.tellOf(edit.exists)
		case edit.set && edit.object == nil:
			err = f.edit(cmp.Or(edit.typ, eventType), edit)
		default:
			err = errors.New("Object, About and Version are for Source.Event")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *Flow) edit(eventType string, edit Edit) error {
	if eventType == "" {
		return fmt.Errorf("set %s: of which event? The flow has %s (in Go, For says it; on the command line, TYPE:%s)", edit.path, strings.Join(f.types(), ", "), edit.path)
	}
	if !slices.Contains(f.types(), eventType) {
		return fmt.Errorf("set %s of %s: the flow has %s", edit.path, eventType, strings.Join(f.types(), ", "))
	}
	if edit.remove {
		return f.remove(eventType, edit)
	}
	raw, err := edit.raw(false)
	if err != nil {
		return fmt.Errorf("value for %s: %w", edit.path, err)
	}
	for i := range f.Steps {
		event := f.Steps[i].Event
		if event.typ != eventType {
			continue
		}
		old, err := rawjson.Get(event.body, edit.path)
		if err == nil {
			err = f.spread(event, edit.path, old, raw)
		}
		if errors.Is(err, ErrNoPath) {
			err = f.extend(event, edit)
		}
		if err == nil {
			err = f.remember(&sharedEdit{event.typ, event.resource, edit.path, old, raw})
		}
		if err != nil {
			return fmt.Errorf("%s: %w", eventType, event.elsewhere(err))
		}
	}
	return nil
}

// remember records an edit of one event in all events, and copies metadata.
func (f *Flow) remember(set *sharedEdit) error {
	if !strings.HasPrefix(set.path, objectPath) || bytes.Equal(set.old, set.new) {
		return nil
	}
	if err := f.change(func(event *Event) ([]byte, error) { return set.copied(event, event.body) }); err != nil {
		return err
	}
	for i := range f.Steps {
		event := f.Steps[i].Event
		event.shared = append(slices.Clip(event.shared), *set)
	}
	return nil
}

// remove removes a field from the events of a type and from other events about their
// objects.
func (f *Flow) remove(eventType string, edit Edit) error {
	found := false
	for i := range f.Steps {
		event := f.Steps[i].Event
		if event.typ != eventType {
			continue
		}
		switch err := f.extend(event, edit); {
		case err == nil:
			found = true
		case !found || !errors.Is(err, ErrNoPath):
			return fmt.Errorf("%s: %w", eventType, event.elsewhere(err))
		}
	}
	return nil
}

func (f *Flow) types() []string {
	var types []string
	for _, step := range f.Steps {
		if !slices.Contains(types, step.Event.typ) {
			types = append(types, step.Event.typ)
		}
	}
	return types
}

// extend applies an edit with a new path, to the other events about the same object too.
func (f *Flow) extend(event *Event, edit Edit) error {
	object, _ := rawjson.Find(event.body, "data.object.id")
	return f.change(func(other *Event) ([]byte, error) {
		same, ok := rawjson.Find(other.body, "data.object.id")
		inObject := strings.HasPrefix(edit.path, objectPath) && ok && bytes.Equal(object, same)
		if other != event && !inObject {
			return other.body, nil
		}
		body, err := other.apply(other.body, []Edit{edit})
		if other != event && errors.Is(err, ErrNoPath) {
			return other.body, nil // does not fit there
		}
		return body, err
	})
}

// spread replaces a value in the event and everywhere else with the same meaning: IDs
// everywhere, other values in the same field of the same object and in fields for the
// same fact.
func (f *Flow) spread(event *Event, path string, old, raw []byte) error {
	if _, _, isID := render.SplitID(string(old)); isID && raw[0] == '"' {
		return f.change(func(other *Event) ([]byte, error) {
			return bytes.ReplaceAll(other.body, old[1:len(old)-1], raw[1:len(raw)-1]), nil
		})
	}
	inObject := strings.HasPrefix(path, objectPath)
	nothing := string(old) == "0" // 0 is too common to be a shared fact
	return f.change(func(other *Event) (body []byte, err error) {
		body = other.body
		if other == event {
			body, err = rawjson.Set(body, path, raw, false)
		}
		if !inObject || nothing {
			return body, err
		}
		for _, field := range other.fieldsLike(event, path) {
			value, ok := rawjson.Find(body, field)
			if with := respelled(value, old, raw); err == nil && ok && with != nil {
				body, err = rawjson.Set(body, field, with, false)
			}
		}
		return body, err
	})
}

// fieldsLike returns the paths in the event with the same fact as a path in another.
func (e *Event) fieldsLike(other *Event, path string) (paths []string) {
	if e.resource == other.resource {
		paths = append(paths, path)
	}
	paths = append(paths, fieldsOf(e.facts, other.facts[path])...)
	slices.Sort(paths)
	return slices.Compact(paths)
}

// respelled formats the new value like the field's old one: an amount may be a text
// (unit_amount_decimal) or negative. It is nil if the field holds something else.
func respelled(value, old, raw []byte) []byte {
	spelled := string(value)
	switch string(old) {
	case spelled:
		return raw
	case strings.Trim(spelled, `"`):
		return []byte(`"` + string(raw) + `"`)
	case strings.TrimPrefix(spelled, "-"):
		return []byte("-" + string(raw))
	}
	return nil
}

// change replaces the body of every event of the flow.
func (f *Flow) change(body func(*Event) ([]byte, error)) error {
	for i := range f.Steps {
		step := &f.Steps[i]
		changed, err := body(step.Event)
		if err == nil {
			step.Event, err = step.Event.withBody(changed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
