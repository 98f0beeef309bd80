package webhooktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// An Event is the exact JSON to deliver. It is immutable: editing returns a new event.
// Events are safe for concurrent use.
//
// An event remembers its send times, so no two attempts to deliver it share a timestamp,
// as at Stripe.
type Event struct {
	body      []byte
	id        string
	typ       string
	livemode  bool
	nullable  []string            // paths that may be null; only for events from fixtures
	resource  string              // of the object; only for events from fixtures
	facts     map[string][]string // facts shared between events, by path; only in flows with edits
	objects   render.Objects      // the objects of the event
	versioned []string            // paths changed by its version; only for events from fixtures
	thin      bool                // has no data
	shared    []sharedEdit        // facts set in its object, for events about the same
	creates   []string            // fields of its object that name objects created with it
	creations []render.Creation   // of objects in earlier events about the same
	period    period              // of the subscription, from earlier events about the same

	attempts *timestamps             // shared with edited copies of the event
	last     atomic.Pointer[attempt] // the previous attempt as sent
}

// ParseEvent returns an event with the caller's payload, delivered byte for byte. Any
// JSON object will do; a missing id or type is empty. Syntax errors name line and column.
func ParseEvent(body []byte) (*Event, error) {
	return parseEvent(slices.Clone(body)) // the caller may reuse its buffer
}

// parseEvent is ParseEvent for text that is not modified later.
func parseEvent(body []byte) (*Event, error) {
	root, err := rawjson.Outline(body)
	if err != nil {
		return nil, err
	}
	if root.Kind != '{' {
		return nil, fmt.Errorf("line 1, column 1: want a JSON object, got %.20s", body[root.Start:root.End])
	}
	e := &Event{body: body, attempts: new(timestamps)}
	e.index(&root)
	return e, nil
}

// WithBody returns an event like this one, of the same type, mode and kind, with another id
// and body. It does not read the body, unlike [ParseEvent]: it is for many events made from
// one text with other ids and times. The caller must not modify body later.
func (e *Event) WithBody(id string, body []byte) *Event {
	return &Event{body: body, id: id, typ: e.typ, livemode: e.livemode, thin: e.thin, attempts: new(timestamps)}
}

// index reads the fields needed for a delivery.
func (e *Event) index(root *rawjson.Value) {
	object := ""
	e.id, e.typ, e.livemode = "", "", false
	for key, target := range map[string]any{"id": &e.id, "object": &object, "type": &e.typ, "livemode": &e.livemode} {
		if v := root.Child(key); v != nil {
			_ = json.Unmarshal(e.body[v.Start:v.End], target) // a value of another type counts as missing
		}
	}
	e.thin = object == render.ThinObject
}

// Edit returns a copy of the event, edited by Set, Add, Remove, Object and Existing. About and
// Version work only in Source.Event, as they choose the objects of a new event.
func (e *Event) Edit(edits ...Edit) (*Event, error) {
	if err := checkType(e.typ, edits); err != nil {
		return nil, err
	}
	for _, edit := range edits {
		if !edit.set {
			return nil, fmt.Errorf("event %s: About and Version are for Source.Event", e)
		}
	}
	return e.changed(edits)
}

func (e *Event) changed(edits []Edit) (*Event, error) {
	if !slices.ContainsFunc(edits, func(edit Edit) bool { return edit.set }) {
		return e, nil
	}
	if err := e.carries(edits); err != nil {
		return nil, fmt.Errorf("event %s: %w", e, err)
	}
	body, shared := e.body, slices.Clip(e.shared)
	for i, edit := range edits {
		set, ok := e.sharing(edit, body)
		var err error
		if body, err = e.apply(body, edits[i:i+1]); err != nil {
			return nil, fmt.Errorf("event %s: %w", e, e.elsewhere(err))
		}
		if ok {
			shared = append(shared, set)
		}
	}
	changed, err := e.withBody(body)
	if err == nil {
		changed.shared = shared
	}
	return changed, err
}

// elsewhere adds the path's place in other API versions to the error for a missing path: a
// better hint than a similar name.
func (e *Event) elsewhere(err error) error {
	var missing *pathError
	if e.resource == "" || !errors.Is(err, ErrNoPath) || !errors.As(err, &missing) {
		return err
	}
	if moved := render.Moved(e.APIVersion(), e.typ, missing.path); moved != "" {
		return fmt.Errorf("%w %q: %s", ErrNoPath, missing.path, moved)
	}
	return err
}

// At converts the event to a later API version, as an endpoint of that version receives it:
// its shape and label. The version is a word as in Source.APIVersion. Thin events have no
// version and stay unchanged. Converting an event of a later or unknown version is an
// error.
func (e *Event) At(version string) (*Event, error) {
	name, err := fixtures.FindVersion(version)
	if err != nil || e.thin || e.APIVersion() == name {
		return e, err
	}
	body, err := render.Later(e.body, name)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e, err)
	}
	later, err := e.withBody(body)
	if err == nil {
		later.nullable, later.facts, later.shared = nil, nil, nil // their paths have changed
	}
	return later, err
}

// after moves the event's creation to at least a second after that of an earlier event.
func (e *Event) after(earlier *Event) (*Event, error) {
	if e.thin {
		return e, nil
	}
	now, ok := seconds(e.body, "created")
	at, isTime := seconds(earlier.body, "created")
	if !ok || !isTime || now > at {
		return e, nil
	}
	body, err := setSeconds(e.body, "created", at+1)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.typ, err)
	}
	return e.withBody(body)
}

// created returns the known creation times of the event's objects: those of earlier events
// about them, of its own object, and of objects created with that.
func (e *Event) created() []render.Creation {
	known := slices.Clip(e.creations)
	add := func(path string, at any) {
		id, _ := e.Lookup(path)
		name, isText := id.(string)
		seconds, isTime := at.(float64)
		if isText && isTime && !slices.ContainsFunc(known, func(c render.Creation) bool { return c.ID == name }) {
			known = append(known, render.Creation{ID: name, At: int64(seconds)})
		}
	}
	own, _ := e.Lookup(objectPath + "created")
	add(objectPath+"id", own)
	now, _ := e.Lookup("created")
	for _, field := range e.creates {
		add(objectPath+field, now)
	}
	return known
}

// billed returns the period of the subscription as known after the event: that of a
// subscription's own event, else the one known before.
func (e *Event) billed() period {
	if e.resource != "subscription" {
		return e.period
	}
	if p, ok := billedIn(e.body); ok {
		return p
	}
	return e.period
}

// bill makes an event about earlier ones remember the known period. If it carries an
// invoice of the subscription, the invoice bills that period.
func (e *Event) bill(known period) (*Event, error) {
	e.period = known
	if e.resource != "invoice" {
		return e, nil
	}
	body, err := known.bill(e.body, e.typ == "invoice.upcoming")
	if err != nil || bytes.Equal(body, e.body) {
		return e, err
	}
	return e.withBody(body)
}

// withBody returns the event with another body.
func (e *Event) withBody(body []byte) (*Event, error) {
	changed, err := parseEvent(body)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.typ, err)
	}
	changed.nullable, changed.resource, changed.facts, changed.objects = e.nullable, e.resource, e.facts, e.objects
	changed.versioned, changed.shared = e.versioned, e.shared
	changed.creates, changed.creations, changed.period = e.creates, e.creations, e.period
	if changed.id == e.id {
		changed.attempts = e.attempts
	}
	return changed, nil
}

// ID returns the event's ID, such as evt_1Qd0….
func (e *Event) ID() string { return e.id }

// Type returns the event's type, such as payment_intent.succeeded.
func (e *Event) Type() string { return e.typ }

// APIVersion returns the API version that the event names, "" if it names none, as a thin
// event does.
func (e *Event) APIVersion() string {
	label, _ := e.Lookup("api_version")
	version, _ := label.(string)
	return version
}

// Body returns the bytes to deliver. Do not modify them.
func (e *Event) Body() []byte { return e.body }

// Lookup returns the value at a path ("data.object.id"), decoded as by encoding/json into
// an any, and whether the path exists.
func (e *Event) Lookup(path string) (value any, ok bool) {
	raw, ok := rawjson.Find(e.body, path)
	return value, ok && json.Unmarshal(raw, &value) == nil
}

// Fill replaces placeholders in a text, as used in fixtures, with the IDs of the event's
// objects: {pi} is the PaymentIntent shared by all events about these objects, {order} an
// order of the shop, {ch:2} a charge in none of them. Other words in braces stay.
func (e *Event) Fill(text string) string { return render.Fill(text, e.objects) }

// String returns the type and the ID, as in the output of the Stripe CLI:
// "payment_intent.succeeded [evt_1Qd0…]".
func (e *Event) String() string {
	return text.Printable(cmp.Or(e.typ, "(no type)") + " [" + cmp.Or(e.id, "no id") + "]")
}

// carries rejects edits of fields that thin events lack.
func (e *Event) carries(edits []Edit) error {
	if !e.thin {
		return nil
	}
	for _, edit := range edits {
		field, _, _ := strings.Cut(edit.path, ".")
		if edit.object != nil || edit.exists != nil {
			return fmt.Errorf("object: %w, and its account as context", render.ErrThin)
		}
		if field != "data" && field != "account" {
			continue
		}
		if _, ok := rawjson.Find(e.body, field); !ok { // the caller's own payload may have it
			return fmt.Errorf("path %q: %w, and its account as context", edit.path, render.ErrThin)
		}
	}
	return nil
}
