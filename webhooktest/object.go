package webhooktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// Object replaces the event's object with the caller's own, for example to test with an
// app's real prices: the object as JSON, or an event that contains it. The ID of the
// event's object replaces its ID everywhere, and the elements of its lists get new IDs, so
// no two events share an object unless About says so. The creation time and, with Version,
// the values changed by the version remain those of the event.
func Object(text []byte) Edit { return Edit{set: true, object: slices.Clone(text)} }

// carry puts the caller's object into the text of the event.
func (e *Event) carry(text, own []byte) ([]byte, error) {
	members, id, err := membersOf(own)
	if err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	before := text
	var mine string
	if raw, ok := rawjson.Find(text, objectPath+"id"); ok {
		_ = json.Unmarshal(raw, &mine) // a balance has no id
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if name == "id" || name == "created" {
			continue
		}
		raw := members[name]
		if id != "" && mine != "" {
			raw = bytes.ReplaceAll(raw, []byte(id), []byte(mine))
		}
		if raw, err = e.renewed(raw); err != nil {
			return nil, fmt.Errorf("object: %w", err)
		}
		if text, err = rawjson.Set(text, objectPath+strings.ReplaceAll(name, ".", `\.`), raw, true); err != nil {
			return nil, fmt.Errorf("object: %w", err)
		}
	}
	return e.varied(text, before)
}

// varied restores the values changed by the version of the event.
func (e *Event) varied(text, before []byte) ([]byte, error) {
	for _, path := range e.versioned {
		raw, ok := rawjson.Find(before, path)
		if !ok {
			continue // its path differs in this API version
		}
		var err error
		if text, err = setExisting(text, path, raw); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// setExisting sets the value at a path, if the path exists.
func setExisting(text []byte, path string, raw []byte) ([]byte, error) {
	changed, err := rawjson.Set(text, path, raw, false)
	if errors.Is(err, ErrNoPath) {
		return text, nil
	}
	return changed, err
}

// renewed replaces the IDs of list elements by IDs of the event's own.
func (e *Event) renewed(raw []byte) ([]byte, error) {
	root, err := rawjson.Parse(raw)
	if err != nil {
		return nil, err
	}
	var found []*rawjson.Value
	root.All(func(v *rawjson.Value) {
		list := v.Child("data")
		if kind := v.Child("object"); list == nil || kind == nil || list.Kind != '[' || string(raw[kind.Start:kind.End]) != `"list"` {
			return
		}
		for i := range list.Children {
			if id := list.Children[i].Child("id"); id != nil {
				found = append(found, id)
			}
		}
	})
	slices.SortFunc(found, func(a, b *rawjson.Value) int { return b.Start - a.Start }) // last first: earlier positions stay valid
	for _, id := range found {
		if known, _, isID := render.SplitID(string(raw[id.Start:id.End])); isID {
			raw = slices.Concat(raw[:id.Start], rawjson.Quote(render.Renew(known, e.objects)), raw[id.End:])
		}
	}
	return raw, nil
}

// membersOf parses an object, or the object of an event.
func membersOf(text []byte) (members map[string]json.RawMessage, id string, err error) {
	event, err := ParseEvent(text) // its error has the position
	if err != nil {
		return nil, "", err
	}
	object := event.Body()
	if inner, ok := rawjson.Find(object, "data.object"); ok {
		object = inner
	}
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, "", fmt.Errorf("data.object: %w", err)
	}
	_ = json.Unmarshal(members["id"], &id) // without an id, it is no particular object
	return members, id, nil
}
