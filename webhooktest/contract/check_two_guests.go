package contract

import (
	"context"
	"fmt"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A guest has no customer at Stripe. An app that keeps what was bought by customer has one row
// for all guests: the second takes the place of the first.

// guest is the variant of a type whose object has no customer.
const guest = "guest"

// checkTwoGuests finds a state that names what a guest bought until another guest buys, where
// it goes on naming what customers bought.
func checkTwoGuests(ctx context.Context, s *session) ([]finding, error) {
	judged := false
	for _, eventType := range s.subject.handled() {
		if _, err := fixtures.FindVariant(eventType, guest); err != nil {
			continue
		}
		customers, err := buyTwice(ctx, s, eventType)
		if err != nil {
			return nil, err
		}
		if !customers.stays() {
			continue
		}
		guests, err := buyTwice(ctx, s, eventType, webhooktest.Variant(guest))
		if err != nil {
			return nil, err
		}
		judged = judged || guests.named
		if guests.named && !guests.stays() {
			return []finding{{
				sent: guests.sent, ofState: true,
				expected: "a state that names both purchases, as it does those of two customers",
				actual:   "it named the first until the second came, and then no more",
			}}, nil
		}
	}
	if !judged {
		return nil, errLacks{"a handled type of purchases, and a state that names each of them, also a guest's"}
	}
	return nil, nil
}

// twoPurchases is what a state says of the first of two.
type twoPurchases struct {
	sent  string
	named bool // after the first
	still bool // after the second
}

func (p twoPurchases) stays() bool { return p.named && p.still }

// buyTwice delivers two events of a type, each about a purchase of its own.
func buyTwice(ctx context.Context, s *session, eventType string, shape ...webhooktest.Edit) (two twoPurchases, err error) {
	var events []*webhooktest.Event
	for range 2 {
		event, err := s.sender.registered(s.sender.prepared(ctx, eventType, shape...))
		if err != nil {
			return two, err
		}
		events = append(events, event)
	}
	two.sent = fmt.Sprintf("%s, then %s", events[0], events[1])
	o := observe(events[0])
	s.sender.binder.name(o, single, events[0])
	if two.named, err = namedAfter(ctx, s, o, events[0]); err != nil || !two.named {
		return two, err
	}
	two.still, err = namedAfter(ctx, s, o, events[1])
	return two, err
}

// namedAfter delivers an event and reports whether the state then names the objects observed.
func namedAfter(ctx context.Context, s *session, o *observation, event *webhooktest.Event) (bool, error) {
	did, err := s.probe.measure(ctx, o, func() error { return s.sender.deliverAll(ctx, []*webhooktest.Event{event}) })
	if err == nil {
		_, err = s.probe.until(ctx, o, did, func(did statediff.Diff) bool { return len(did) > 0 })
	}
	if err != nil {
		return false, err
	}
	state, err := s.probe.read(ctx, o)
	return len(statediff.ObjectStates(withoutResults(state), o.ids)) > 0, err
}
