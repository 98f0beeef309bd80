package webhooktest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// Existing makes events about an object that exists already, given as JSON: the Checkout
// Session that the app created. The object keeps its id, metadata, amount, customer and
// everything else from its creation; the event changes its status and the payment. An event
// about another object, such as the charge of a PaymentIntent, gets the shared values. In
// Source.Flow, all events are about the object. Its shape must be that of the events' API
// version.
func Existing(object []byte) Edit { return Edit{set: true, exists: slices.Clone(object)} }

// tellOf applies Existing to one event: in a flow of that event and, if it is about
// something else, one event that carries an object of the kind.
func (e *Event) tellOf(text, object []byte) ([]byte, error) {
	kind, err := kindOf(object)
	if err != nil {
		return nil, err
	}
	own, err := e.withBody(text)
	if err != nil {
		return nil, err
	}
	flow := &Flow{Steps: []FlowStep{{Event: own}}}
	if carried, _ := rawjson.Find(text, objectPath+"object"); string(carried) != string(rawjson.Quote(kind)) {
		carrier, err := own.carrier(kind)
		if err != nil {
			return nil, fmt.Errorf("object: %w", err)
		}
		flow.Steps = append(flow.Steps, FlowStep{Event: carrier})
	}
	for _, step := range flow.Steps {
		if err := step.Event.learnFacts(); err != nil {
			return nil, err
		}
	}
	if err := flow.tellOf(object); err != nil {
		return nil, err
	}
	return flow.Steps[0].Event.body, nil
}

// carrier returns an event that carries an object of a kind the event refers to.
func (e *Event) carrier(kind string) (*Event, error) {
	template, err := render.Object(cmp.Or(e.APIVersion(), fixtures.DefaultVersion), kind)
	if err != nil {
		return nil, fmt.Errorf("there is no object %q in the fixtures", kind)
	}
	body := `{"id":"","type":"","data":{"object":` + render.Fill(string(template), e.objects) + `}}`
	carrier, err := ParseEvent([]byte(body))
	if err == nil {
		carrier.resource = kind
	}
	return carrier, err
}

// learnFacts finds the facts that the event shares with others, if they are not known yet.
func (e *Event) learnFacts() error {
	if carried, ok := rawjson.Find(e.body, objectPath+"object"); ok && e.resource == "" {
		_ = json.Unmarshal(carried, &e.resource) // for a caller's own payload
	}
	if e.facts != nil {
		return nil
	}
	var shared render.Facts
	if _, err := render.Read(fixtures.DefaultVersion, "shared.json", &shared); err != nil {
		return err
	}
	e.facts = make(map[string][]string)
	for name, fact := range shared.Facts {
		for _, field := range fact.Fields {
			if resource, path, _ := strings.Cut(field, ":"); resource == e.resource {
				e.facts[objectPath+path] = append(e.facts[objectPath+path], name)
			}
		}
	}
	return nil
}

// tellOf puts an existing object into the events of a flow.
func (f *Flow) tellOf(object []byte) error {
	kind, err := kindOf(object)
	if err != nil {
		return err
	}
	causal := slices.SortedFunc(slices.Values(f.Steps), func(a, b FlowStep) int { return cmp.Compare(a.cause, b.cause) })
	var last *Event // last event with the object: it knows the most
	for _, step := range causal {
		if step.Event.resource == kind {
			last = step.Event
		}
	}
	if last == nil {
		return fmt.Errorf("the flow has no event about %s: it has %s", kind, strings.Join(f.types(), ", "))
	}
	own := overlay{kind: kind, known: object}
	changes, err := own.of(last)
	if err != nil {
		return err
	}
	for _, change := range changes {
		if err := f.adopt(last.id, change); err != nil {
			return err
		}
	}
	for i := range f.Steps {
		if event := f.Steps[i].Event; event.resource == kind { // the last one too: a value shared there need not be in the object
			if f.Steps[i].Event, err = own.on(event); err != nil {
				return err
			}
		}
	}
	return f.copyMetadata(kind, object)
}

func kindOf(object []byte) (string, error) {
	var known struct{ ID, Object string }
	if err := json.Unmarshal(object, &known); err != nil {
		return "", fmt.Errorf("object: %w", err)
	}
	if known.ID == "" || known.Object == "" {
		return "", errors.New("object: no id, or no field object with its type, such as \"customer\"")
	}
	return known.Object, nil
}

// A change is a field of an object with its old and new value.
type change struct {
	path string // in the event
	was  []byte
	raw  []byte
}

// adopt sets a field of the object in one event, and the same fact in the others.
func (f *Flow) adopt(id string, c change) error {
	at := slices.IndexFunc(f.Steps, func(step FlowStep) bool { return step.Event.id == id })
	event := f.Steps[at].Event
	old := c.was
	if _, found := rawjson.Find(event.body, c.path); !found || old == nil {
		return f.add(at, c)
	}
	_, _, wasID := render.SplitID(string(old))
	if err := f.spread(event, c.path, old, c.raw); err != nil {
		return err
	}
	if !wasID || c.raw[0] == '"' || strings.Contains(c.path[len(objectPath):], ".") {
		return nil
	}
	return f.change(func(other *Event) ([]byte, error) { // id of another object, in the others too
		if value, ok := rawjson.Find(other.body, c.path); ok && bytes.Equal(value, old) {
			return rawjson.Set(other.body, c.path, c.raw, false)
		}
		return other.body, nil
	})
}

func (f *Flow) add(at int, c change) (err error) {
	event := f.Steps[at].Event
	body, err := rawjson.Set(event.body, c.path, c.raw, true)
	if err == nil {
		f.Steps[at].Event, err = event.withBody(body)
	}
	return err
}

// copyMetadata copies an object's metadata to where Stripe copies it.
func (f *Flow) copyMetadata(kind string, object []byte) error {
	metadata, ok := rawjson.Find(object, "metadata")
	if !ok {
		return nil
	}
	return f.change(func(event *Event) (body []byte, err error) {
		body = event.body
		for _, path := range copiesOf(kind, event.resource, body) {
			if body, err = rawjson.Set(body, path, metadata, false); err != nil {
				return nil, err
			}
		}
		return body, nil
	})
}

// An overlay replaces the object that an event carries with a known one.
type overlay struct {
	kind    string
	known   []byte
	changes []change
	inState bool // the object has the status of the event already
}

// of returns the differences in an event's object. The id comes first, because other fields
// contain it.
func (o *overlay) of(event *Event) ([]change, error) {
	carried, err := rawjson.Get(event.body, "data.object")
	if err != nil {
		return nil, err
	}
	before, _ := rawjson.Find(carried, "status")
	now, _ := rawjson.Find(o.known, "status")
	o.changes, o.inState = nil, len(now) > 0 && bytes.Equal(before, now)
	id, _ := rawjson.Find(o.known, "id")
	was, _ := rawjson.Find(carried, "id")
	o.changes = append(o.changes, change{objectPath + "id", was, id})
	err = o.compare("", carried, o.known)
	o.changes = slices.DeleteFunc(o.changes, func(c change) bool {
		return slices.Contains(event.versioned, c.path)
	})
	return o.changes, err
}

// on returns an event that carries the known object instead of its own.
func (o *overlay) on(event *Event) (*Event, error) {
	changes, err := o.of(event)
	if err != nil {
		return nil, err
	}
	body := event.body
	for _, c := range changes {
		if body, err = rawjson.Set(body, c.path, c.raw, true); err != nil {
			return nil, fmt.Errorf("%s: %w", c.path, err)
		}
	}
	return event.withBody(body)
}

// compare records the differences between a carried object and the known one, below a path.
func (o *overlay) compare(path string, carried, known []byte) error {
	var there, here map[string]json.RawMessage
	if err := json.Unmarshal(carried, &there); err != nil {
		return err
	}
	if err := json.Unmarshal(known, &here); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(here)) {
		at := path + strings.ReplaceAll(key, ".", `\.`)
		was, is := there[key], here[key]
		switch {
		case path == "" && (key == "id" || key == "object"), bytes.Equal(short(was), short(is)), o.isNews(at, was, is):
		case nests(key, was, is):
			if err := o.compare(at+".", was, is); err != nil {
				return err
			}
		default:
			o.changes = append(o.changes, change{objectPath + at, was, is})
		}
	}
	return nil
}

// isNews reports whether the event sets a field, not the object.
func (o *overlay) isNews(path string, was, is []byte) bool {
	null := string(is) == "null"
	switch {
	case null && slices.Contains(settled[o.kind], path):
		return len(was) > 0
	case o.inState || !null && slices.Contains(lasting, path):
		return false
	}
	return slices.Contains(news, path) || render.IsState(path)
}

// settled lists, by kind, the fields that an object gets when it is paid.
var settled = map[string][]string{
	"charge":           {"balance_transaction"},
	"checkout.session": {"customer", "customer_details", "invoice", "payment_intent", "setup_intent", "subscription"},
	"invoice":          {"charge", "payment_intent"},
	"payment_intent":   {"last_payment_error", "latest_charge", "payment_method"},
	"setup_intent":     {"last_setup_error", "payment_method"},
	"subscription":     {"default_payment_method", "latest_invoice"},
}

// news lists the fields that events change besides the state.
var news = []string{"last_payment_error", "last_setup_error", "url"}

// lasting lists the fields that look like a state but do not change.
var lasting = []string{"expires_at", "hosted_invoice_url", "invoice_pdf", "number", "cancel_at", "trial_settings"}

// nests reports whether two values are objects to compare field by field: all but lists and
// the caller's own data.
func nests(key string, was, is []byte) bool {
	if key == "metadata" || len(was) == 0 || len(is) == 0 || was[0] != '{' || is[0] != '{' {
		return false
	}
	kind, _ := rawjson.Find(is, "object")
	return string(kind) != `"list"`
}

func short(raw []byte) []byte {
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return raw
	}
	return out.Bytes()
}
