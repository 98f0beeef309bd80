// Package payment completes what an app has started: it pays, declines or expires the
// Checkout Session, PaymentIntent, SetupIntent, Invoice or Subscription that the app
// created through the local Stripe API. The events are about that very object, with its
// metadata, amount, currency and customer.
//
//	api := &stripeapi.Server{}                  // which the app calls
//	…                                           // the app creates a Checkout Session
//	flow, err := payment.Flow(source, api, payment.Request{})
//	for event := range flow.Events() {
//		require.NoError(t, api.Add(event.Body())) // the session is complete from here on
//		hook.Deliver(event)
//	}
//
// The outcome follows Stripe's test cards (stripeapi.Server.OutcomeOf) unless the request
// sets it.
package payment

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// An Action is what happens to an object.
type Action string

const (
	ByCard  Action = ""        // as the payment method decides, if it is one of Stripe's test cards; otherwise paid
	Pay     Action = "pay"     // it is paid
	Decline Action = "decline" // the bank declines it
	Expire  Action = "expire"  // the session expires unpaid
)

// actions lists the names of the actions, for messages.
var actions = []string{string(Pay), string(Decline), string(Expire)}

// ParseAction parses the name of an action.
func ParseAction(name string) (Action, error) {
	if name != "" && !slices.Contains(actions, name) {
		return "", fmt.Errorf("%q: want %s", name, strings.Join(actions, ", "))
	}
	return Action(name), nil
}

// A Request says which object to complete, and how.
type Request struct {
	// Object is the id of the object. Empty means the object that a client of the API
	// created last.
	Object string

	// Type is the event type or flow to reach, such as checkout.session.completed. Empty
	// means that Action decides.
	Type string

	// Action is what happens. Empty means that the object's payment method decides.
	Action Action
}

// Errors that callers can handle.
var (
	ErrNoObject = errors.New("no such object was created through the API")
	ErrEnded    = errors.New("nothing more happens to it")
)

//go:embed ways.json
var waysJSON []byte

// A table says which flow completes which object.
type table struct {
	Ways       []way               `json:"ways"`
	Ended      map[string][]string `json:"ended"`       // final states, by kind
	Told       map[string][]string `json:"told"`        // final events
	Renews     []string            `json:"renews"`      // flows in which a subscription begins another period
	Waits      map[string]string   `json:"waits"`       // the status of a subscription until its invoice is paid, by billing_reason
	MadeBefore []string            `json:"made_before"` // events about objects that the app made before
}

// A way is how to complete objects of a kind, with some values: by which flow.
type way struct {
	Kind         string            `json:"kind"`
	If           map[string]string `json:"if"`
	Pay          string            `json:"pay"`
	Decline      string            `json:"decline"`
	Authenticate string            `json:"authenticate"`
	Dispute      string            `json:"dispute"`
	Expire       string            `json:"expire"`
	Cancel       string            `json:"cancel"`
	Told         bool              `json:"told"`    // only if there were events about the object
	Again        []string          `json:"again"`   // flows that may follow another completion
	Refunds      map[string]string `json:"refunds"` // by stripeapi.Outcome.Refund
	Without      []string          `json:"without"` // event types of the past
	Keeps        []string          `json:"keeps"`   // fields that do not change

	// DeclinedWithout lists the event types to omit for a card that is declined
	// immediately.
	DeclinedWithout []string `json:"declined_without"`
}

// ends returns the flows and event types that the way leads to.
func (w way) ends() []string {
	ends := []string{w.Pay, w.Decline, w.Authenticate, w.Dispute, w.Expire, w.Cancel}
	return append(ends, slices.Sorted(maps.Values(w.Refunds))...)
}

var ways = sync.OnceValue(func() *table {
	t := new(table)
	if err := json.Unmarshal(waysJSON, t); err != nil {
		panic(err) // embedded
	}
	return t
})

// Kinds returns the kinds of objects that can be completed.
func Kinds() (kinds []string) {
	for _, w := range ways().Ways {
		if !slices.Contains(kinds, w.Kind) {
			kinds = append(kinds, w.Kind)
		}
	}
	return kinds
}

// Flow makes the events that complete an object of the API, in order of arrival. It does
// not add them to the API. The source sets their API version and account; an object in a
// later version keeps that version.
func Flow(source *webhooktest.Source, api *stripeapi.Server, r Request) (*webhooktest.Flow, error) {
	if source == nil {
		source = new(webhooktest.Source)
	}
	o, err := find(api, r.Object, source.APIVersion)
	if err != nil {
		return nil, err
	}
	if o.shape != o.asked {
		source = &webhooktest.Source{APIVersion: o.shape, Account: source.Account, Livemode: source.Livemode, Now: source.Now}
	}
	m := &making{api: api, object: o, outcome: o.outcome(api, r.Action)}
	if r.Type == "" {
		m.object = o.waiting(api)
	}
	flow, err := m.flow(source, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.id, err)
	}
	return flow, nil
}

// Latest returns the object that a client of the API created last, of the kinds that can be
// completed.
func Latest(api *stripeapi.Server) (kind, id string, ok bool) {
	for _, call := range slices.Backward(api.Calls()) {
		if Created(call) {
			return call.Object, call.ID, true
		}
	}
	return "", "", false
}

// Created reports whether a call created an object that can be completed.
func Created(call stripeapi.Call) bool {
	made := call.Method == "POST" && !call.Replayed && (call.Status == 200 || call.Status == 402)
	return made && call.ID != "" && slices.Contains(Kinds(), call.Object) && !strings.Contains(call.Path, call.ID)
}

// An object is an object of the API.
type object struct {
	kind, id     string
	body         []byte
	asked, shape string // requested and actual API version
	fields       map[string]any
}

func find(api *stripeapi.Server, id, version string) (*object, error) {
	name, err := fixtures.FindVersion(cmp.Or(version, fixtures.DefaultVersion))
	if err != nil {
		return nil, err
	}
	o := &object{id: id, asked: name}
	if id == "" {
		if _, o.id, _ = Latest(api); o.id == "" {
			return nil, fmt.Errorf("%w yet: have the app create one of %s", ErrNoObject, strings.Join(Kinds(), ", "))
		}
	}
	known := false
	for _, kind := range slices.Concat(Kinds(), []string{"charge", "customer", "payment_method", "dispute"}) {
		if body, shape, ok := api.ObjectAt(kind, o.id, name); ok {
			o.kind, o.body, o.shape, known = kind, body, shape, true
			break
		}
	}
	if !known {
		return nil, fmt.Errorf("%q: %w", o.id, ErrNoObject)
	}
	return o, json.Unmarshal(o.body, &o.fields)
}

// text returns a text field, or the id of an expanded object.
func (o *object) text(field string) string {
	switch value := o.fields[field].(type) {
	case string:
		return value
	case map[string]any:
		id, _ := value["id"].(string)
		return id
	}
	return ""
}

// outcome returns the result of an action.
func (o *object) outcome(api *stripeapi.Server, action Action) stripeapi.Outcome {
	switch {
	case action == Decline:
		if by := api.OutcomeOf(o.kind, o.id); by.Decline != nil {
			return by
		}
		return stripeapi.Declined()
	case action != ByCard:
		return stripeapi.Outcome{}
	case o.text("status") == "requires_action":
		return stripeapi.Outcome{Authenticate: true}
	}
	if failed, ok := o.fields["last_payment_error"].(map[string]any); ok && o.text("status") == "requires_payment_method" {
		field := func(name string) string { text, _ := failed[name].(string); return text }
		return stripeapi.Outcome{Decline: &stripeapi.Decline{Code: field("code"), DeclineCode: field("decline_code"), Message: field("message")}}
	}
	return api.OutcomeOf(o.kind, o.id)
}
