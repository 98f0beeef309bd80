package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A creation is an object that the app created at the local API, for an event.
type creation struct {
	api      *stripeapi.Server
	kind, id string
	made     map[string][]byte // as the app made it, by API version: later events change it at Stripe
}

// create has the app create an object for an event.
func (s *sender) create(ctx context.Context, event *webhooktest.Event) (*creation, error) {
	api := s.subject.API
	if api == nil {
		return nil, errors.New("Subject.Create needs Subject.API: the local Stripe API at which the app creates its objects")
	}
	before := api.Called()
	err := s.subject.Create(ctx)
	calls := api.CallsSince(before)
	for _, call := range calls {
		s.learned.created.Store(call.N, true) // not an effect of an event
	}
	if err != nil {
		return nil, fmt.Errorf("create: %w", err)
	}
	made, err := createdFor(event, calls)
	if err != nil {
		return nil, err
	}
	made.api = api
	return made, nil
}

// mainKinds are the kinds of object to use for an event if none of its own kind was
// created, in order of preference.
var mainKinds = []string{"checkout.session", "subscription", "invoice", "payment_intent", "setup_intent", "payment_link", "quote", "customer"}

// createdFor chooses the created object for an event: the last of its kind, or else the
// object for which the others were made.
func createdFor(event *webhooktest.Event, calls []stripeapi.Call) (*creation, error) {
	created := make(map[string]string)
	for _, call := range calls {
		if hadResult(call) && call.Method == "POST" && call.ID != "" && call.Object != "" {
			created[call.Object] = call.ID
		}
	}
	for _, kind := range append([]string{aboutKind(event)}, mainKinds...) {
		if id := created[kind]; id != "" {
			return &creation{kind: kind, id: id}, nil
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(created)) {
		return &creation{kind: kind, id: created[kind]}, nil
	}
	if len(calls) == 0 {
		return nil, errors.New("create: the app did not call the local Stripe API: is it pointed there, and does it create its object before it answers?")
	}
	last := calls[len(calls)-1]
	said := last.Error
	if said == "" {
		said = fmt.Sprint(last.Status)
	}
	return nil, fmt.Errorf("create: the app created nothing at the local Stripe API: its last call was %s %s: %s", last.Method, last.Path, said)
}

// aboutKind returns the kind of the object that an event is about.
func aboutKind(event *webhooktest.Event) string {
	kind, ok := event.Lookup("data.object.object")
	if !ok {
		kind, _ = event.Lookup("related_object.type")
	}
	text, _ := kind.(string)
	return text
}

// edits returns the edits for an event about the object, or about a part of it.
func (c *creation) edits(event *webhooktest.Event) ([]webhooktest.Edit, error) {
	if fixtures.IsThin(event.Type()) {
		return c.thinEdits(event), nil
	}
	body, err := c.body(event.APIVersion())
	if err != nil {
		return nil, err
	}
	edits := []webhooktest.Edit{webhooktest.Existing(body)}
	if aboutKind(event) == c.kind {
		return edits, nil
	}
	id, hasID := event.Lookup("data.object.id")
	if hasID {
		edits = append(edits, webhooktest.Set("data.object.id", id)) // in all events that share it
	}
	if metadata := c.metadata(event); metadata != nil {
		edits = append(edits, webhooktest.Set("data.object.metadata", metadata))
	}
	return append(edits, c.sold(event)...), c.link(event)
}

// sold returns the edits that give a subscription the price that its session sells. Which
// quantity it has is up to the case.
func (c *creation) sold(event *webhooktest.Event) (edits []webhooktest.Edit) {
	if aboutKind(event) != "subscription" {
		return nil
	}
	fields := c.api.Sold(c.id)
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		path := "data.object." + field
		if _, there := event.Lookup(path); there && field != "metadata" && !strings.HasSuffix(field, "quantity") {
			edits = append(edits, webhooktest.Set(path, fields[field]))
		}
	}
	return edits
}

// body returns the object as the app made it.
func (c *creation) body(version string) ([]byte, error) {
	if body := c.made[version]; body != nil {
		return body, nil
	}
	body, shape, ok := c.api.ObjectAt(c.kind, c.id, version)
	switch {
	case !ok:
		return nil, fmt.Errorf("create: the app's %s %s is gone from the local Stripe API", c.kind, c.id)
	case shape != version:
		return nil, fmt.Errorf("create: the app's %s is of API version %s, later than %s, that of the events", c.id, shape, version)
	}
	if c.made == nil {
		c.made = make(map[string][]byte)
	}
	c.made[version] = body
	return body, nil
}

// thinEdits returns the edits for a thin event about the object.
func (c *creation) thinEdits(event *webhooktest.Event) []webhooktest.Edit {
	if aboutKind(event) != c.kind {
		return nil
	}
	url, _ := event.Lookup("related_object.url")
	at, _ := url.(string)
	return []webhooktest.Edit{webhooktest.Set("related_object.id", c.id), webhooktest.Set("related_object.url", at[:strings.LastIndexByte(at, '/')+1]+c.id)}
}

// metadata returns the metadata of what a session creates once it is paid, or nil if it
// sets none.
func (c *creation) metadata(event *webhooktest.Event) any {
	from := map[string]string{"payment_intent": "payment_intent_data", "charge": "payment_intent_data", "subscription": "subscription_data"}[aboutKind(event)]
	body, ok := c.api.Object(from, c.id)
	if !ok {
		return nil
	}
	var given struct{ Metadata map[string]any }
	if json.Unmarshal(body, &given) != nil || given.Metadata == nil {
		return nil
	}
	return given.Metadata
}

// link tells the API which objects of the event belong to the session: an app finds its
// session by the PaymentIntent.
func (c *creation) link(event *webhooktest.Event) error {
	body, ok := c.api.Object(c.kind, c.id)
	if !ok || c.kind != "checkout.session" {
		return nil
	}
	var session map[string]json.RawMessage
	if err := json.Unmarshal(body, &session); err != nil {
		return err
	}
	linked := false
	for _, field := range []string{"payment_intent", "subscription", "invoice", "setup_intent"} {
		path := "data.object." + field
		if aboutKind(event) == field {
			path = "data.object.id"
		}
		id, _ := event.Lookup(path)
		if text, isText := id.(string); isText && string(session[field]) == "null" {
			session[field], _ = json.Marshal(text) // a string always encodes
			linked = true
		}
	}
	if !linked {
		return nil
	}
	text, err := json.Marshal(session)
	if err != nil {
		return err
	}
	return c.api.Put(text)
}

const subscriptionCreated = "customer.subscription.created"

// registerCreated tells the API of the subscription that a session has created, as the user
// sets it and as the app's session sells it: a handler of the session may fetch it.
func registerCreated(s *sender, event *webhooktest.Event) error {
	api := s.subject.API
	id, _ := event.Lookup("data.object.subscription")
	subscription, isText := id.(string)
	if api == nil || !isText || aboutKind(event) != "checkout.session" {
		return nil
	}
	if _, known := api.Object("subscription", subscription); known {
		return nil
	}
	created, err := s.source.event(subscriptionCreated, webhooktest.About(event))
	if err != nil {
		return err
	}
	more, err := s.objects.of[event].editsFor(created)
	if err != nil {
		return err
	}
	if s.subject.Edit != nil {
		more = append(s.subject.Edit(subscriptionCreated), more...)
	}
	for _, edit := range more {
		if edited, err := created.Edit(edit); err == nil { // what does not fit is the session's own
			created = edited
		}
	}
	object, _ := rawjson.Find(created.Body(), "data.object")
	return api.Put(object)
}
