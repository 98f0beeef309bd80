package contract

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// ofCustomer makes an event about objects of its own, but of the customer of another event:
// a further purchase. The objects that must exist before belong to that customer, too.
func (s *sender) ofCustomer(ctx context.Context, other *webhooktest.Event, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s.customerOf = other
	defer func() { s.customerOf = nil }()
	event, err := s.prepared(ctx, eventType, edits...)
	if err == nil && !s.binder.shareCustomer(event, other) {
		err = errLacks{"two objects of the app that one customer may have"}
	}
	return event, err
}

// theirs gives an event the customer whom all events are about at the moment, if any.
func (s *sender) theirs(event *webhooktest.Event) (*webhooktest.Event, error) {
	if s.customerOf == nil {
		return event, nil
	}
	root, err := rawjson.Parse(event.Body())
	if err != nil {
		return nil, err
	}
	var edits []webhooktest.Edit
	for path, value := range root.Inner() {
		var text string
		if value.Kind != '"' || !strings.HasPrefix(path, "data.object.") || json.Unmarshal(event.Body()[value.Start:value.End], &text) != nil {
			continue
		}
		if their := s.asTheirs(text, event); their != text {
			edits = append(edits, webhooktest.Set(path, their))
		}
	}
	return event.Edit(edits...)
}

// asTheirs replaces what tells the customer of an event in a text: the id, or the e-mail.
func (s *sender) asTheirs(text string, event *webhooktest.Event) string {
	role := "{cus}"
	if strings.Contains(text, "@") {
		role = "{handle}"
	}
	return strings.ReplaceAll(text, event.Fill(role), s.customerOf.Fill(role))
}

// isTheirs reports whether a creation tells of the customer that all events are about: it
// was created already.
func (s *sender) isTheirs(created *webhooktest.Event) bool {
	id, _ := objectID(created)
	return s.customerOf != nil && id == s.customerOf.Fill("{cus}")
}

// shareCustomer reports whether two events name one customer, although each may be bound to
// an object of the app.
func (b *binder) shareCustomer(one, other *webhooktest.Event) bool {
	paths := append(b.bindingsOf(one), "data.object.customer")
	return !slices.ContainsFunc(paths, func(path string) bool {
		mine, _ := one.Lookup(path)
		theirs, _ := other.Lookup(path)
		return (strings.Contains(path, "customer") || strings.Contains(path, "email")) && mine != theirs
	})
}
