package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/capture"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// maxObject limits the size of an event file.
const maxObject = 16 << 20

// bindings bind events to objects of the app.
type bindings struct {
	version string // of the API
	add     bool   // --set may create paths
	pins    []string
	handled []string

	objects map[string][]webhooktest.Edit // of --event, by type
	typed   map[string][]setting          // of --set type:path=value
	untyped []setting                     // of --set path=value, for the types that have the path
}

// newBindings parses --set (path=value or type:path=value), --remove (path or type:path)
// and --event (type=file). A path missing from all handled types, or from all types at
// all, is an error: a typo would let a check pass.
func newBindings(b bindings, set, remove, files []string) (*bindings, error) {
	b.objects, b.typed = make(map[string][]webhooktest.Edit), make(map[string][]setting)
	for _, text := range files {
		if err := b.readObject(text); err != nil {
			return nil, err
		}
	}
	if len(b.handled) == 0 {
		b.handled = slices.Concat([]string{"payment_intent.succeeded"}, fixtures.Types(b.version), fixtures.ThinTypes())
	}
	for _, text := range set {
		if err := b.read("--set", text, b.newSetting); err != nil {
			return nil, err
		}
	}
	for _, text := range remove {
		if err := b.read("--remove", text, newRemoval); err != nil {
			return nil, err
		}
	}
	return &b, nil
}

// any reports whether any type has edits for all its events.
func (b *bindings) any() bool {
	if len(b.objects) > 0 || slices.ContainsFunc(b.untyped, setting.constant) {
		return true
	}
	for _, typed := range b.typed {
		if slices.ContainsFunc(typed, setting.constant) {
			return true
		}
	}
	return false
}

// edits returns the edits common to all events of a type.
func (b *bindings) edits(eventType string) []webhooktest.Edit {
	edits := slices.Clone(b.objects[eventType])
	for _, one := range b.untyped {
		if one.constant() && b.rendered(eventType, edits, one.try) == nil {
			edits = append(edits, one.made)
		}
	}
	for _, one := range b.typed[eventType] {
		if one.constant() {
			edits = append(edits, one.made)
		}
	}
	return edits
}

// fresh returns the settings that differ per object.
func (b *bindings) fresh(eventType string) (settings []setting) {
	for _, one := range slices.Concat(b.untyped, b.typed[eventType]) {
		if !one.constant() {
			settings = append(settings, one)
		}
	}
	return settings
}

// rendered tries an edit, after others, on an event of a type.
func (b *bindings) rendered(eventType string, before []webhooktest.Edit, edit webhooktest.Edit) error {
	source := webhooktest.Source{APIVersion: b.version}
	_, err := source.Event(eventType, append(slices.Clip(before), edit)...)
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
	own, err := readRegular(file, maxObject)
	if err != nil {
		return fmt.Errorf("--event %s: %w", eventType, err)
	}
	switch kind, what := capture.KindOf(own); kind {
	case capture.Data, capture.List, capture.Envelope:
		return fmt.Errorf("--event %s: %s: %s, not an event or its object: give the object itself, or one event", eventType, file, what)
	}
	object := webhooktest.Object(own)
	if err := b.rendered(eventType, b.objects[eventType], object); err != nil {
		return fmt.Errorf("--event %s: %s: %w", eventType, file, err)
	}
	b.objects[eventType] = append(b.objects[eventType], object)
	return b.pin(eventType)
}

// pin keeps cases about another version of an object from changing pinned values.
func (b *bindings) pin(eventType string) error {
	source := webhooktest.Source{APIVersion: b.version}
	event, err := source.Event(eventType, b.objects[eventType]...)
	if err != nil {
		return err
	}
	for _, path := range b.pins {
		if value, pinned := event.Lookup(path); pinned {
			b.objects[eventType] = append(b.objects[eventType], webhooktest.Set(path, value))
		}
	}
	return nil
}
