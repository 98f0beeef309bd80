package webhooktest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// ErrNoPath means that the event does not have the path. The message suggests similar
// paths.
var ErrNoPath = rawjson.ErrNoPath

// An Edit changes an event under construction. Set, Add, Remove, Object, Existing, About,
// Alike, Version and Variant return one; For limits it to one event type.
type Edit struct {
	typ     string // event type, by For
	set     bool   // Set, Add, Remove, Object or Existing
	path    string
	value   any
	add     bool
	remove  bool
	object  []byte
	exists  []byte // object, by Existing
	about   *Event
	alike   *Event
	version int
	variant string
}

// Set replaces the value at a path.
//
//	Set("data.object.amount", 4200)
//	Set("data.object.items.data.0.quantity", 3)
//	Set("data.object.customer", nil)
//
// A path is keys and list positions separated by dots; write a dot inside a key as `\.`.
// A path that does not exist is an ErrNoPath, since a typo would otherwise make a test
// pass. Optional fields are the exception: anything in metadata, the account and context
// of the event, and the snapshot_event of a thin one.
//
// The value is encoded as JSON. A json.RawMessage stays as written (1.0, 1e2). A time.Time
// becomes Stripe's form: Unix seconds, or text in thin events.
func Set(path string, value any) Edit { return Edit{set: true, path: path, value: value} }

// Add replaces the value at a path, creating the path if necessary.
func Add(path string, value any) Edit { return Edit{set: true, path: path, value: value, add: true} }

// Remove removes the value at a path, since fields may be optional. A path that does not
// exist is an ErrNoPath.
func Remove(path string) Edit { return Edit{set: true, path: path, remove: true} }

// About makes an event about the same objects as another: the subscription updated is the
// one created. The event has its own ID and request ID, and is created at least a second
// later, so handlers can tell which is newer. (Stripe's may share a second: Set "created"
// for that.)
//
// Values that were Set, Added or Removed in the other event's object carry over, unless
// this event or its Version changes them: fields of the same object except its state, IDs
// and facts such as an amount wherever they are repeated, and metadata where Stripe copies
// it, such as from a subscription to its invoices. Object does not carry over: give it
// again.
func About(other *Event) Edit {
	if other == nil {
		other = new(Event) // about nothing: Source.Event refuses it
	}
	return Edit{about: other}
}

// Alike makes an event about new objects whose IDs differ from those of another event's
// objects in the last character only: a column that cuts them off takes the two for one.
// Beside About, it has no effect.
func Alike(other *Event) Edit {
	if other == nil {
		other = new(Event) // like nothing: Source.Event refuses it
	}
	return Edit{alike: other}
}

// Version gives the event the state of its object after n changes, from 1: two
// customer.subscription.updated about the same subscription, with Version(1) and
// Version(2), differ in values that handlers store, such as the status. The fixture of an
// event type lists its versions.
func Version(n int) Edit { return Edit{version: n} }

// Variant gives the event another shape that Stripe sends under the same type: a
// checkout.session.completed with Variant("setup") has a session that stores a payment
// method. [fixtures.Variants] lists the variants of a type. Combined with a Version, the
// variant's values take precedence.
//
// In Source.Flow, it chooses the flow that leads to the variant.
func Variant(name string) Edit { return Edit{variant: name} }

// For limits an edit to the events of one type. In a flow with several types, it also
// changes the values that other events share with the edited ones:
//
//	hook.Trigger("customer.subscription.created",
//		webhooktest.Set("data.object.metadata.order", "42").For("invoice.paid"))
func (e Edit) For(eventType string) Edit {
	e.typ = eventType
	return e
}

// Fits reports whether the edit is for events of a type: For may limit it to another one.
func (e Edit) Fits(eventType string) bool { return e.typ == "" || e.typ == eventType }

// checkType rejects edits for events of another type.
func checkType(eventType string, edits []Edit) error {
	for _, edit := range edits {
		if !edit.Fits(eventType) {
			return fmt.Errorf("edits for %s: the event is %s", edit.typ, eventType)
		}
	}
	return nil
}

// apply applies the edits to the text of the event, in order.
func (e *Event) apply(text []byte, edits []Edit) (_ []byte, err error) {
	for _, edit := range edits {
		switch {
		case edit.object != nil:
			text, err = e.carry(text, edit.object)
		case edit.exists != nil:
			text, err = e.tellOf(text, edit.exists)
		case edit.remove:
			text, err = rawjson.Remove(text, edit.path)
		case edit.set:
			text, err = edit.apply(text, e.thin)
		}
		switch {
		case err != nil && edit.path != "":
			return nil, &pathError{edit.path, err}
		case err != nil:
			return nil, err
		}
	}
	return text, nil
}

// apply sets or adds a value.
func (e Edit) apply(text []byte, thin bool) ([]byte, error) {
	raw, err := e.raw(thin)
	if err != nil {
		return nil, fmt.Errorf("value for %s: %w", e.path, err)
	}
	return rawjson.Set(text, e.path, raw, e.add || optional(text, e.path, thin))
}

// A pathError is a problem with the path of an edit.
type pathError struct {
	path string
	error
}

func (e *pathError) Unwrap() error { return e.error }

func (e Edit) raw(thin bool) (json.RawMessage, error) {
	t, isTime := e.value.(time.Time)
	switch {
	case isTime && thin:
		return rawjson.Encode(t.UTC().Format(render.ThinTime))
	case isTime:
		return rawjson.Encode(t.Unix())
	}
	return rawjson.Encode(e.value)
}

// optional reports whether the path may be missing: keys of metadata belong to the user,
// account and context to Connect and organizations, and only some thin events have a
// snapshot event.
func optional(text []byte, path string, thin bool) bool {
	const metadata = ".metadata"
	switch path {
	case "account", "context":
		return true
	case "snapshot_event":
		return thin
	}
	end := strings.LastIndex(path, metadata+".") + len(metadata)
	if end < len(metadata) {
		return false
	}
	_, ok := rawjson.Find(text, path[:end])
	return ok
}
