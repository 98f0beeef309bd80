package webhooktest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/pinned"
	"github.com/fakestripe/fakestripe/internal/refusal"
)

// A Hook is a source of events and their endpoint, for use in a test. An event that cannot
// be sent (unknown type, missing path) ends the test; the test itself judges the response.
// Each attempt is logged, so a failing test shows the conversation. A Hook may end the
// test, so use it only on the test's own goroutine.
type Hook struct {
	Source   *Source
	Endpoint *Endpoint

	t testing.TB
}

// New returns a hook for an in-process handler. Deliveries go to the path /webhook; set
// the hook's Endpoint.URL for another. Without a secret, DefaultSecret signs.
func New(t testing.TB, handler http.Handler, secrets ...string) *Hook {
	t.Helper()
	if handler == nil {
		t.Fatal("fakestripe: New wants a handler, got nil (NewURL tests a URL)")
	}
	return newHook(t, &Endpoint{Handler: handler, Secrets: secrets})
}

// NewURL returns a hook for a handler in any process and language.
func NewURL(t testing.TB, url string, secrets ...string) *Hook {
	return newHook(t, &Endpoint{URL: url, Secrets: secrets})
}

func newHook(t testing.TB, endpoint *Endpoint) *Hook {
	h := &Hook{Source: new(Source), Endpoint: endpoint, t: t}
	t.Cleanup(func() {
		h.Endpoint.Close()
		if seed := h.Source.seedUsed(); t.Failed() && seed != 0 {
			t.Logf("fakestripe: ids were made from seed %d (Hook.Source.Seed repeats them)", seed)
		}
	})
	return h
}

// context outlives t.Context(), which ends before Cleanup functions: they may deliver,
// too.
func (h *Hook) context() context.Context { return context.WithoutCancel(h.t.Context()) }

// Send makes an event of a type and delivers it.
func (h *Hook) Send(eventType string, edits ...Edit) *Response {
	h.t.Helper()
	return h.Deliver(h.Event(eventType, edits...))
}

// Event makes an event of a type without delivering it.
func (h *Hook) Event(eventType string, edits ...Edit) *Event {
	h.t.Helper()
	event, err := h.Source.Event(eventType, edits...)
	if err != nil {
		h.t.Fatalf("fakestripe: %v", err)
	}
	return event
}

// Deliver delivers an event, changed by mutations. The same event may be delivered again:
// each attempt is signed anew.
func (h *Hook) Deliver(event *Event, mutations ...string) *Response {
	h.t.Helper()
	response, err := h.Endpoint.Deliver(h.context(), event, mutations...)
	if err != nil {
		h.t.Fatalf("fakestripe: %v", err)
	}
	h.log(response, mutations)
	return response
}

// Forge delivers an event with mutations that make it a forgery, such as "unsigned" or
// "wrong-secret". To rule out a handler that refuses everything, it first delivers a
// genuine copy with its own ID, and ends the test if that is not accepted. A state
// compared before and after should show one effect, the copy's.
func (h *Hook) Forge(event *Event, mutations ...string) *Response {
	h.t.Helper()
	if !slices.ContainsFunc(mutations, isForgery) {
		h.t.Fatalf("fakestripe: %q make no forgery: want one of %s among them", mutations, strings.Join(forgeries(), ", "))
	}
	control, err := event.Edit(Set("id", event.ID()+"Control"))
	if err != nil {
		h.t.Fatalf("fakestripe: %v", err)
	}
	if response := h.Deliver(control); !response.Accepted() {
		h.t.Fatalf("fakestripe: the genuine %s was not accepted, so a refusal of a forged one says nothing", event.Type())
	}
	return h.Deliver(event, mutations...)
}

func isForgery(mutation string) bool {
	m, err := ParseMutation(mutation)
	return err != nil || m.Forgery() // an invalid mutation ends the test on delivery
}

// forgeries are the mutations that always make a forgery.
func forgeries() (names []string) {
	for _, m := range Mutations() {
		if m.Forgery() {
			names = append(names, m.Name)
		}
	}
	return names
}

// Trigger delivers the events of a flow, or of the flow that leads to an event type, one
// after the other: see Source.Flow.
func (h *Hook) Trigger(name string, edits ...Edit) []*Response {
	h.t.Helper()
	flow, err := h.Source.Flow(name, edits...)
	if err != nil {
		h.t.Fatalf("fakestripe: %v", err)
	}
	return h.DeliverInOrder(slices.Collect(flow.Events())...)
}

// DeliverInOrder delivers events one after the other.
func (h *Hook) DeliverInOrder(events ...*Event) []*Response {
	h.t.Helper()
	responses := make([]*Response, len(events))
	for i, event := range events {
		responses[i] = h.Deliver(event)
	}
	return responses
}

// DeliverShuffled delivers events one after the other, in another order than theirs,
// determined by the source's seed. Responses are in the order of delivery.
func (h *Hook) DeliverShuffled(events ...*Event) []*Response {
	h.t.Helper()
	another := make([]*Event, len(events))
	for i, from := range h.Source.shuffled(len(events)) {
		another[i] = events[from]
	}
	return h.DeliverInOrder(another...)
}

// DeliverTogether delivers events concurrently. The same event several times makes
// concurrent copies:
//
//	hook.DeliverTogether(slices.Repeat([]*webhooktest.Event{event}, 10)...)
func (h *Hook) DeliverTogether(events ...*Event) []*Response {
	h.t.Helper()
	responses, err := h.Endpoint.DeliverTogether(h.context(), events)
	if err != nil {
		h.t.Fatalf("fakestripe: %v", err)
	}
	for _, response := range responses {
		h.log(response, nil)
	}
	return responses
}

// log writes the two lines of an attempt and, after a refusal, the body, its meaning, and
// the field to set for another API version.
func (h *Hook) log(r *Response, mutations []string) {
	h.t.Helper()
	lines := "--> " + r.Event.String()
	for _, text := range mutations {
		if m, err := ParseMutation(text); err == nil {
			lines += " " + m.String()
		}
	}
	lines += "\n<-- " + r.String()
	if excerpt := r.Excerpt(); !r.Accepted() && excerpt != "" {
		lines += "\n    " + excerpt
	}
	if hint := setVersion(r); hint != "" {
		lines += "\n    " + hint
	} else if said, ok := refusal.ReadText(r.Event.Type(), r.Body); ok && len(mutations) == 0 && r.Err == nil && !r.Accepted() {
		lines += "\n    " + said.String()
	}
	h.t.Log(lines)
}

// setVersion names the field to set after a refusal of the event's API version, or "". A
// mutation may have sent another version than the event's.
func setVersion(r *Response) string {
	said, ok := pinned.Find(string(r.Body))
	label, _ := r.Event.Lookup("api_version")
	version, known := said.Version()
	switch {
	case !ok || r.Accepted() || label != said.Got:
		return ""
	case !known:
		return fmt.Sprintf("%s: there are no fixtures for that, so no more than the label can be changed: Set(\"api_version\", %q)", said, said.Want)
	case said.SDK == "stripe-go":
		return fmt.Sprintf("%s: set hook.Source.APIVersion = stripe.APIVersion", said)
	}
	return fmt.Sprintf("%s: set hook.Source.APIVersion = %q", said, version)
}
