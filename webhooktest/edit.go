package webhooktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// ErrNoPath is the error for a path that the event does not have. The message
// suggests paths that it has.
var ErrNoPath = rawjson.ErrNoPath

// An Edit changes an event while it is made: Set, Add, Remove, Object, Existing, About,
// Version, Variant and For return one.
type Edit struct {
	typ     string // For: of the events that the rest is for
	rest    []Edit
	set     bool // Set, Add, Remove, Object or Existing
	path    string
	value   any
	add     bool
	remove  bool
	object  []byte
	exists  []byte // Existing
	about   *Event
	version int
	variant string
}

// Set replaces the value at a path.
//
//	Set("data.object.amount", 4200)
//	Set("data.object.items.data.0.quantity", 3)
//	Set("data.object.customer", nil)
//
// A path is keys and list positions with dots between; a dot inside a key is
// written `\.`. A path that does not exist is ErrNoPath, since a typo would
// otherwise make a test pass; fields that are optional by nature are the
// exception: anything in metadata, and the account and context of the event, or the
// snapshot_event of a thin one.
//
// The value is encoded as JSON: a json.RawMessage goes in as it is written (1.0,
// 1e2), a time.Time as Stripe writes times: as Unix seconds, in thin events as text.
func Set(path string, value any) Edit { return Edit{set: true, path: path, value: value} }

// Add replaces the value at a path, and creates the path where it does not exist.
func Add(path string, value any) Edit { return Edit{set: true, path: path, value: value, add: true} }

// Remove takes out what is at a path: a field that is optional may be missing. A path that
// does not exist is ErrNoPath.
func Remove(path string) Edit { return Edit{set: true, path: path, remove: true} }

// About makes the event one about the same objects as another: the subscription
// that was created is the one that is updated. The ids of the event and of its
// request are its own, and it was created a second after the other at the earliest, so
// that a handler can tell which is newer. Stripe's own may share a second: Set
// "created" for that. Ids that were Set in the other event are not carried over.
func About(other *Event) Edit {
	if other == nil {
		other = new(Event) // about nothing, which Source.Event refuses
	}
	return Edit{about: other}
}

// Version makes the event carry its object as it is after n changes, beginning
// with 1: two customer.subscription.updated with Version(1) and Version(2) about
// the same subscription differ in what a handler would store, such as the
// status. An event type has as many versions as its fixture lists.
func Version(n int) Edit { return Edit{version: n} }

// Variant makes the event one of another shape that Stripe sends under the same type: a
// checkout.session.completed with Variant("setup") is of a session that stores a payment
// method. [fixtures.Variants] has those of a type. With a Version too, the object has what
// the variant says of it, and else the state of the version.
//
// In Source.Flow it chooses the flow that leads to the variant.
func Variant(name string) Edit { return Edit{variant: name} }

// For is edits of the events of one type. In a flow, where there are several types,
// they change what the other events share with the changed ones too:
//
//	hook.Trigger("customer.subscription.created",
//		webhooktest.For("invoice.paid", webhooktest.Set("data.object.metadata.order", "42")))
func For(eventType string, edits ...Edit) Edit { return Edit{typ: eventType, rest: edits} }

// forType returns the edits of an event of a type.
func forType(eventType string, edits []Edit) ([]Edit, error) {
	if !slices.ContainsFunc(edits, func(edit Edit) bool { return edit.typ != "" }) {
		return edits, nil
	}
	var all []Edit
	for _, edit := range edits {
		switch edit.typ {
		case "":
			all = append(all, edit)
		case eventType:
			rest, err := forType(eventType, edit.rest)
			if err != nil {
				return nil, err
			}
			all = append(all, rest...)
		default:
			return nil, fmt.Errorf("edits for %s: the event is a %s", edit.typ, eventType)
		}
	}
	return all, nil
}

// apply changes the text of the event as the edits say, in their order.
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

// A pathError is what is wrong with the path of an edit.
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

// optional reports whether an event may or may not have the path: a key of metadata
// that exists belongs to the user, account and context to Connect and organizations,
// and a thin event names its snapshot event only if there is one.
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
