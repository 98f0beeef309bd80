package webhooktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// An Event is the exact JSON that is delivered. It does not change: an edit
// makes another event. Events are safe for use by several goroutines.
//
// An event remembers when it was sent, so that no two attempts to deliver it
// carry the same timestamp, as at Stripe.
type Event struct {
	body      []byte
	id        string
	typ       string
	livemode  bool
	nullable  []string            // paths that may be null, known for events from fixtures
	resource  string              // of its object, known for events from fixtures
	facts     map[string][]string // what paths tell that other events tell too, known in flows that are edited
	objects   render.Objects      // what it is about
	versioned []string            // paths that its version changes, known for events from fixtures
	thin      bool                // without data

	attempts *timestamps             // shared with edited copies of the event
	last     atomic.Pointer[attempt] // the previous attempt as it was sent
}

// ParseEvent returns an event with the caller's own payload, which is delivered
// byte for byte. Any JSON object will do: id and type are empty where it has none.
// The error for text that is not JSON names line and column.
func ParseEvent(body []byte) (*Event, error) {
	return parseEvent(slices.Clone(body)) // an event does not change when the caller's buffer does
}

// parseEvent is ParseEvent for text that nobody else changes.
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

// index reads the fields that a delivery needs from the body.
func (e *Event) index(root *rawjson.Value) {
	object := ""
	e.id, e.typ, e.livemode = "", "", false
	for key, target := range map[string]any{"id": &e.id, "object": &object, "type": &e.typ, "livemode": &e.livemode} {
		if v := root.Child(key); v != nil {
			_ = json.Unmarshal(e.body[v.Start:v.End], target) // a value of another type counts as none
		}
	}
	e.thin = object == render.ThinObject
}

// Edit returns a copy of the event with Set, Add, Remove, Object and Existing edits applied to
// its bytes.
// About and Version choose the objects of an event while Source.Event makes it.
func (e *Event) Edit(edits ...Edit) (*Event, error) {
	edits, err := forType(e.typ, edits)
	if err != nil {
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
	body, err := e.apply(e.body, edits)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e, e.elsewhere(err))
	}
	return e.withBody(body)
}

// elsewhere says in the error for a path that an event from fixtures does not have where
// other API versions have it, which is more to the point than a path of a similar name.
func (e *Event) elsewhere(err error) error {
	var missing *pathError
	label, _ := e.Lookup("api_version")
	version, _ := label.(string)
	if e.resource == "" || !errors.Is(err, ErrNoPath) || !errors.As(err, &missing) {
		return err
	}
	if moved := render.Moved(version, e.typ, missing.path); moved != "" {
		return fmt.Errorf("%w %q: %s", ErrNoPath, missing.path, moved)
	}
	return err
}

// At returns the event as it is at a later API version, in its shape and with its label, as
// an endpoint of that version gets it. The version is a word as in Source.APIVersion.
// Thin events have none, and stay as they are. The error is for an event of a later
// version, or of one that the fixtures lack.
func (e *Event) At(version string) (*Event, error) {
	name, err := fixtures.FindVersion(version)
	if label, _ := e.Lookup("api_version"); err != nil || e.thin || label == name {
		return e, err
	}
	body, err := render.Later(e.body, name)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e, err)
	}
	later, err := e.withBody(body)
	if err == nil {
		later.nullable, later.facts = nil, nil // are at other paths
	}
	return later, err
}

// after returns the event as one about the object of an earlier event: it was created a
// second later at the earliest.
func (e *Event) after(earlier *Event) (*Event, error) {
	agreeing, err := e.agreeing(earlier)
	if err != nil || e.thin {
		return agreeing, err
	}
	mine, _ := e.Lookup("created")
	theirs, _ := earlier.Lookup("created")
	at, isTime := theirs.(float64)
	if now, ok := mine.(float64); !ok || !isTime || now > at {
		return agreeing, nil
	}
	body, err := rawjson.Set(agreeing.body, "created", strconv.AppendInt(nil, int64(at)+1, 10), false)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.typ, err)
	}
	return agreeing.withBody(body)
}

// agreeing returns the event with its object made when an earlier event says, if
// that one carries the same object: the fixtures say how old an object typically
// is in an event that stands alone.
func (e *Event) agreeing(earlier *Event) (*Event, error) {
	const id, created = "data.object.id", "data.object.created"
	mine, ok := rawjson.Find(e.body, id)
	theirs, also := rawjson.Find(earlier.body, id)
	if !ok || !also || !bytes.Equal(mine, theirs) {
		return e, nil
	}
	made, ok := rawjson.Find(earlier.body, created)
	if !ok {
		return e, nil // not all objects say
	}
	body, err := rawjson.Set(e.body, created, made, false)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.typ, err)
	}
	return e.withBody(body)
}

// withBody returns the event with another text.
func (e *Event) withBody(body []byte) (*Event, error) {
	changed, err := parseEvent(body)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.typ, err)
	}
	changed.nullable, changed.resource, changed.facts, changed.objects = e.nullable, e.resource, e.facts, e.objects
	changed.versioned = e.versioned
	if changed.id == e.id {
		changed.attempts = e.attempts
	}
	return changed, nil
}

// ID returns the event's id, such as evt_1Qd0….
func (e *Event) ID() string { return e.id }

// Type returns the event's type, such as payment_intent.succeeded.
func (e *Event) Type() string { return e.typ }

// Body returns the bytes that are delivered. They must not be changed.
func (e *Event) Body() []byte { return e.body }

// Lookup returns the value at a path ("data.object.id"), decoded as
// encoding/json decodes into an any, and whether the event has the path.
func (e *Event) Lookup(path string) (value any, ok bool) {
	raw, ok := rawjson.Find(e.body, path)
	return value, ok && json.Unmarshal(raw, &value) == nil
}

// Fill returns the text with the ids of the objects that the event is about in place of
// placeholders, as fixtures have them: {pi} is the PaymentIntent that all events about
// these objects mean, {order} an order of the shop's, {ch:2} a charge that none of them
// means. Other words in braces stay.
func (e *Event) Fill(text string) string { return render.Fill(text, e.objects) }

// String returns the type and the id, as the lines of the Stripe CLI have them:
// "payment_intent.succeeded [evt_1Qd0…]".
func (e *Event) String() string {
	return text.Printable(cmp.Or(e.typ, "(no type)") + " [" + cmp.Or(e.id, "no id") + "]")
}

// carries reports an edit of what a thin event does not carry.
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
