package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// maxObject bounds the file of an event.
const maxObject = 8 << 20

// editsByType reads what binds events to objects of the app: --set as path=value
// or type:path=value, --event as type=file. It is nil when there is nothing.
func editsByType(set, files []string) (func(string) []webhooktest.Edit, error) {
	if len(set)+len(files) == 0 {
		return nil, nil
	}
	edits := make(map[string][]webhooktest.Edit)
	for _, text := range files {
		eventType, file, found := strings.Cut(text, "=")
		described, err := webhooktest.Describe(eventType)
		switch {
		case !found || err != nil:
			return nil, fmt.Errorf("--event %q: want type=file.json, such as invoice.paid=invoice.json", text)
		case described.Thin:
			return nil, fmt.Errorf("--event %q: a thin event carries no object: set what it is about with --set %s:related_object.id=…", text, eventType)
		}
		made, err := editsFromFile(file)
		if err != nil {
			return nil, fmt.Errorf("--event %s: %w", eventType, err)
		}
		edits[eventType] = append(edits[eventType], made...)
	}
	for _, text := range set {
		p := payloads{add: true, set: []string{text}}
		eventType, rest, typed := strings.Cut(text, ":")
		if _, err := webhooktest.Describe(eventType); typed && err == nil {
			p.set = []string{rest}
		} else {
			eventType = ""
		}
		made, err := p.edits()
		if err != nil {
			return nil, err
		}
		edits[eventType] = append(edits[eventType], made...)
	}
	return func(eventType string) []webhooktest.Edit { return append(slices.Clone(edits[""]), edits[eventType]...) }, nil
}

// editsFromFile reads an event, or the object of one, and returns the edits that
// give it to a new event. What says which object it is (its id, and whatever names
// the id) and when it was made stays that of the new event: each delivery is about
// another one.
func editsFromFile(file string) (edits []webhooktest.Edit, err error) {
	members, id, err := readObject(file)
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

func readObject(file string) (members map[string]json.RawMessage, id string, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, "", err
	}
	if info.Size() > maxObject {
		return nil, "", fmt.Errorf("%s: larger than %d MiB", file, maxObject>>20)
	}
	text, err := os.ReadFile(file)
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
