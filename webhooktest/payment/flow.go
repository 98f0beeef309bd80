package payment

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A making makes the events about one object.
type making struct {
	api     *stripeapi.Server
	object  *object
	outcome stripeapi.Outcome
}

// flow makes the events, and adapts them to the API's other objects.
func (m *making) flow(source *webhooktest.Source, r Request) (*webhooktest.Flow, error) {
	w := m.way()
	name, err := m.name(w, r)
	if err != nil {
		return nil, err
	}
	if err := m.ended(w, name); err != nil {
		return nil, err
	}
	flow, err := m.play(source, w, name)
	if err != nil {
		return nil, err
	}
	var steps []webhooktest.FlowStep
	for _, step := range flow.Steps {
		if m.isOld(step.Event, w) {
			continue
		}
		if step.Event, err = m.fit(step.Event); err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	return &webhooktest.Flow{Name: flow.Name, Title: flow.Title, Steps: steps}, nil
}

// way returns how to complete the object.
func (m *making) way() way {
	for _, w := range ways().Ways {
		matches := w.Kind == m.object.kind && (!w.Told || m.api.Told(m.object.kind, m.object.id) != "")
		for field, want := range w.If {
			matches = matches && m.object.text(field) == want
		}
		if matches {
			return w
		}
	}
	return way{Kind: m.object.kind}
}

// name returns the flow or event type to play.
func (m *making) name(w way, r Request) (string, error) {
	name := w.Pay
	switch {
	case r.Action == Expire:
		name = w.Expire
	case m.outcome.Decline != nil:
		name = w.Decline
	case m.outcome.Authenticate && w.Authenticate != "":
		name = w.Authenticate
	case m.outcome.Then != "" && w.Dispute != "":
		name = w.Dispute
	case w.Refunds[m.outcome.Refund] != "":
		name = w.Refunds[m.outcome.Refund]
	}
	if r.Type != "" {
		name = m.leading(w, r.Type, name)
	}
	if name == "" {
		action := string(r.Action)
		if action == "" {
			action = string(Pay)
		}
		return "", fmt.Errorf("cannot %s this %s: name an event type instead", action, m.object.kind)
	}
	return name, nil
}

// ended returns an error if an object is complete, and cannot be completed again.
func (m *making) ended(w way, name string) error {
	if !slices.Contains(w.ends(), name) || slices.Contains(w.Again, name) {
		return nil // what follows, such as a refund
	}
	if state := m.object.text("status"); slices.Contains(ways().Ended[m.object.kind], state) {
		return fmt.Errorf("it is %s: %w", state, ErrEnded)
	}
	if told := m.api.Told(m.object.kind, m.object.id); slices.Contains(ways().Told[m.object.kind], told) {
		return fmt.Errorf("its %s was sent: %w", told, ErrEnded)
	}
	return nil
}

// leading returns the flow that leads to an event type, by the session's mode, or else the
// type itself.
func (m *making) leading(w way, eventType, preferred string) string {
	for _, name := range append([]string{preferred}, w.ends()...) {
		if name == "" {
			continue
		}
		flow, err := new(webhooktest.Source).Flow(name)
		if err != nil {
			continue
		}
		if name == eventType || slices.ContainsFunc(flow.Steps, func(step webhooktest.FlowStep) bool { return step.Event.Type() == eventType }) {
			return name
		}
	}
	return eventType
}

// play makes the events of a flow about the object. A decline does not change a session:
// the events are about a PaymentIntent with its amount.
func (m *making) play(source *webhooktest.Source, w way, name string) (*webhooktest.Flow, error) {
	flow, err := source.Flow(name)
	if err != nil {
		return nil, err
	}
	edits := append([]webhooktest.Edit{webhooktest.Existing(m.object.body)}, m.billed(flow)...)
	switch {
	case name == w.Decline && !tells(flow, m.object.kind):
		edits = m.inPlace(flow)
	case slices.Contains(ways().Renews, name):
		edits = []webhooktest.Edit{webhooktest.Existing(m.object.renewed())}
	}
	edits = append(append(edits, m.kept(flow, w)...), m.customer(flow)...)
	return source.Flow(name, append(edits, m.declined(flow)...)...)
}

// kept preserves fields of the object that the flow would change.
func (m *making) kept(flow *webhooktest.Flow, w way) (edits []webhooktest.Edit) {
	eventType, ok := last(flow, m.object.kind)
	for _, field := range w.Keeps {
		if ok {
			edits = append(edits, webhooktest.Set("data.object."+field, m.object.fields[field]).For(eventType))
		}
	}
	return edits
}

// tells reports whether a flow has an event about an object of a kind.
func tells(flow *webhooktest.Flow, kind string) bool {
	_, ok := last(flow, kind)
	return ok
}

// last returns the type of a flow's last event about objects of a kind.
func last(flow *webhooktest.Flow, kind string) (eventType string, ok bool) {
	for _, step := range flow.Steps {
		if of, _ := step.Event.Lookup("data.object.object"); of == kind {
			eventType, ok = step.Event.Type(), true
		}
	}
	return eventType, ok
}

// customer sets the e-mail address of a paid session to the app's, or the name and address
// to the customer's.
func (m *making) customer(flow *webhooktest.Flow) []webhooktest.Edit {
	eventType := "checkout.session.completed"
	if m.object.kind != "checkout.session" || !slices.ContainsFunc(flow.Steps, func(step webhooktest.FlowStep) bool { return step.Event.Type() == eventType }) {
		return nil
	}
	about := map[string]any{"email": m.object.fields["customer_email"]}
	if body, _, ok := m.api.ObjectAt("customer", m.object.text("customer"), ""); ok {
		var customer map[string]any
		_ = json.Unmarshal(body, &customer) // from the API
		about = customer
	}
	var edits []webhooktest.Edit
	for _, field := range []string{"email", "name", "phone"} {
		if text, ok := about[field].(string); ok {
			edits = append(edits, webhooktest.Add("data.object.customer_details."+field, text).For(eventType))
		}
	}
	return edits
}

// isOld reports whether an event describes the past: the creation of an object that the app
// made, such as its customer.
func (m *making) isOld(event *webhooktest.Event, w way) bool {
	if slices.Contains(ways().MadeBefore, event.Type()) || slices.Contains(w.Without, event.Type()) {
		return true
	}
	if m.outcome.Decline != nil && slices.Contains(w.DeclinedWithout, event.Type()) {
		return true
	}
	created := event.Type() == "customer.created" || event.Type() == "payment_method.attached"
	return created && m.known(event) != nil
}

// known returns the object of an event if the API knows it from elsewhere.
func (m *making) known(event *webhooktest.Event) []byte {
	kind, _ := event.Lookup("data.object.object")
	id, _ := event.Lookup("data.object.id")
	name, _ := kind.(string)
	text, _ := id.(string)
	at := event.APIVersion()
	if text == "" || text == m.object.id {
		return nil
	}
	body, shape, ok := m.api.ObjectAt(name, text, at)
	if !ok || shape != at {
		return nil
	}
	return body
}

// fit updates an event about another object with the API's data on it, and what a session
// creates with the session's parameters.
func (m *making) fit(event *webhooktest.Event) (*webhooktest.Event, error) {
	if body := m.known(event); body != nil {
		return event.Edit(webhooktest.Existing(body))
	}
	if m.object.kind != "checkout.session" {
		return event, nil
	}
	kind, _ := event.Lookup("data.object.object")
	event, err := m.sold(event, kind)
	if err != nil {
		return nil, err
	}
	for _, given := range []struct{ kind, from, field string }{
		{"payment_intent", "payment_intent_data", "metadata"},
		{"charge", "payment_intent_data", "metadata"},
		{"payment_intent", "payment_intent_data", "description"},
		{"charge", "payment_intent_data", "description"},
		{"setup_intent", "setup_intent_data", "metadata"},
		{"subscription", "subscription_data", "metadata"},
		{"invoice", "subscription_data", "subscription_details.metadata"},
	} {
		if kind != given.kind {
			continue
		}
		if event, err = setWhere(event, given.field, m.given(given.from, given.field)); err != nil {
			return nil, err
		}
	}
	return event, nil
}

// setWhere sets a field of the event's object, if this version has it there.
func setWhere(event *webhooktest.Event, field string, value any) (*webhooktest.Event, error) {
	changed, err := event.Edit(webhooktest.Set("data.object."+field, value))
	if errors.Is(err, webhooktest.ErrNoPath) {
		return event, nil
	}
	return changed, err
}

// sold gives a subscription, and its invoice, the price that the session sells.
func (m *making) sold(event *webhooktest.Event, kind any) (_ *webhooktest.Event, err error) {
	if kind != "subscription" && kind != "invoice" {
		return event, nil
	}
	fields := m.api.Sold(m.object.id)
	if kind == "invoice" {
		fields = onInvoice(fields["items.data.0.price.id"])
	}
	for field, value := range fields {
		if event, err = setWhere(event, field, value); err != nil {
			return nil, err
		}
	}
	return event, nil
}

// onInvoice returns where an invoice names a price, nil if there is none.
func onInvoice(price json.RawMessage) map[string]json.RawMessage {
	if price == nil {
		return nil
	}
	return map[string]json.RawMessage{"lines.data.0.price.id": price, "lines.data.0.plan.id": price, "lines.data.0.pricing.price_details.price": price}
}

// given returns metadata or text that a session was created with for a later object.
func (m *making) given(from, field string) any {
	var all map[string]any
	if body, ok := m.api.Object(from, m.object.id); ok {
		_ = json.Unmarshal(body, &all) // from the API
	}
	if field == "description" {
		return all["description"]
	}
	if metadata, ok := all["metadata"].(map[string]any); ok {
		return metadata
	}
	return map[string]any{}
}
