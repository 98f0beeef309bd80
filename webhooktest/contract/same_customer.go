package contract

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// A customer is that of an event, whom further events are about. The zero value is nobody:
// each event has a customer of its own.
type customer struct {
	of     *webhooktest.Event
	renews bool // pays again for the subscription of that event
}

// errTwoObjects skips a case for which the app would have to know two objects of a customer.
var errTwoObjects error = errLacks{"two objects of the app that one customer may have"}

// ofCustomer makes an event about objects of its own, but of the customer of another event:
// a further purchase, or a renewal. The objects that must exist before belong to that
// customer, too.
func (s *sender) ofCustomer(ctx context.Context, of customer, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s.customer = of
	defer func() { s.customer = customer{} }()
	event, err := s.prepared(ctx, eventType, edits...)
	if err == nil && !s.binder.shareCustomer(event, of.of) {
		err = errTwoObjects
	}
	return event, err
}

// takes gives an event this customer.
func (c customer) takes(event *webhooktest.Event) (*webhooktest.Event, error) {
	if c.of == nil {
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
		if own := c.instead(text, event); own != text {
			edits = append(edits, webhooktest.Set(path, own))
		}
	}
	return event.Edit(edits...)
}

// instead replaces what tells the customer of an event in a text: the id, or the e-mail. A
// renewal has the subscription and what it is for, too.
func (c customer) instead(text string, event *webhooktest.Event) string {
	roles := []string{"{cus}"}
	switch {
	case strings.Contains(text, "@"):
		roles = []string{"{handle}"}
	case c.renews:
		roles = []string{"{cus}", "{sub}", "{si}", "{price}", "{prod}"}
	}
	for _, role := range roles {
		text = strings.ReplaceAll(text, event.Fill(role), c.of.Fill(role))
	}
	return text
}

// owns binds an event to this customer's account in the app, where it is bound to another
// one by Prepare. A renewal is for the same order, too.
func (c customer) owns(objects *appObjects, event *webhooktest.Event) (*webhooktest.Event, error) {
	if c.of == nil {
		return event, nil
	}
	edits := c.accountIn(objects, event)
	changed, err := event.Edit(edits...)
	if err != nil {
		return nil, err
	}
	objects.keep(event, changed)
	object := objects.of[event]
	object.edits = slices.Concat(object.edits, edits)
	objects.of[changed] = object
	return changed, nil
}

// accountIn returns the edits that name this customer's account in an event, as the customer's
// own event does, or one that had to come before it: its checkout session.
func (c customer) accountIn(objects *appObjects, event *webhooktest.Event) (edits []webhooktest.Edit) {
	for of := c.of; of != nil; of = objects.before[of] {
		for _, path := range objects.paths[of] {
			value, _ := of.Lookup(path)
			text, _ := value.(string)
			if _, bound := event.Lookup(path); bound && text != "" && (c.renews || namesAccount(path, text)) {
				edits = append(edits, webhooktest.Set(path, text))
			}
		}
	}
	return edits
}

// namesAccount reports whether a field, or its text, names who has an account in the app:
// metadata.user_id, "team-7". A reference may be anything.
func namesAccount(path, text string) bool {
	name := strings.ToLower(path[strings.LastIndexByte(path, '.')+1:])
	if name == "client_reference_id" {
		name = ""
	}
	return accountWord().MatchString(name) || accountWord().MatchString(text)
}

var accountWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(user|customer|account|acct|member|team|org|organi[sz]ation|tenant|workspace|profile|company|client|buyer|owner|person|email)|@`)
})

// knows reports whether what an event tells of is known already: this customer's own
// creation or, for a renewal, all that came before.
func (c customer) knows(created *webhooktest.Event) bool {
	id, _ := objectID(created)
	return c.of != nil && (c.renews || id == c.of.Fill("{cus}"))
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
