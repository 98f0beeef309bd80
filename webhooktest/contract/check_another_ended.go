package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// An app that grants at its own checkout, or by an event of that, may learn of nothing but the
// ends of subscriptions. What it has before is what Prepare, or that event, has made: an older
// subscription of the same customer that it never saw is delivered to its end.

const subscriptionDeleted = "customer.subscription.deleted"

// checkAnotherEnded finds a state of which the end of an unknown subscription takes what the
// end of the customer's own does.
func checkAnotherEnded(ctx context.Context, s *session) ([]finding, error) {
	switch handled := s.subject.handled(); {
	case !slices.Contains(handled, subscriptionDeleted):
		return nil, errLacks{"handling " + subscriptionDeleted}
	case slices.Contains(handled, subscriptionUpdated):
		return nil, fmt.Errorf("%w: ordering/two-subscriptions judges it", render.ErrNotApplicable)
	}
	_, own, err := endOf(ctx, s, func(own *webhooktest.Event) (*webhooktest.Event, error) { return own, nil })
	if err != nil {
		return nil, err
	}
	if len(own) == 0 {
		return nil, errLacks{"a state that says in a word, a flag or a row what a customer has until the subscription ends"}
	}
	sent, other, err := endOf(ctx, s, func(own *webhooktest.Event) (*webhooktest.Event, error) { return older(ctx, s.sender, own) })
	if err != nil || !maps.Equal(own, other) {
		return nil, err
	}
	var rows []string
	for _, place := range slices.Sorted(maps.Keys(own)) {
		rows = append(rows, place+": "+own[place])
	}
	return []finding{{
		ofState: true, sent: sent, expected: "another state than after the end of the subscription that the customer has",
		actual: "the same:\n" + strings.Join(rows, "\n"),
	}}, nil
}

// endOf ends a subscription, that which the customer has or one more, and returns what the
// state no longer says of what was there before.
func endOf(ctx context.Context, s *session, which func(own *webhooktest.Event) (*webhooktest.Event, error)) (sent string, ended map[string]string, err error) {
	own, err := s.sender.prepared(ctx, subscriptionDeleted)
	if err != nil {
		return "", nil, err
	}
	event, err := s.sender.registered(which(own))
	if err != nil {
		return "", nil, err
	}
	o := observe(own)
	s.sender.binder.name(o, single, own)
	o.add(single, nth(1), event)
	before, err := s.probe.read(ctx, o)
	if err == nil {
		_, err = s.probe.measure(ctx, o, func() error { return s.sender.deliverAll(ctx, []*webhooktest.Event{event}) })
	}
	if err != nil {
		return "", nil, err
	}
	after, err := s.probe.read(ctx, o)
	ended = statediff.Ended(statediff.ObjectStates(withoutResults(before), o.ids), statediff.ObjectStates(withoutResults(after), o.ids))
	maps.DeleteFunc(ended, func(_, word string) bool { return letters(word) == letters(subscriptionDeleted) })
	return event.String(), ended, err
}

// older makes the end of an older subscription of a customer, who keeps the own one: Stripe
// knows that.
func older(ctx context.Context, s *sender, own *webhooktest.Event) (*webhooktest.Event, error) {
	began := s.source.next().Add(-400 * 24 * time.Hour).Unix()
	edits := []webhooktest.Edit{webhooktest.Set("data.object.created", began), webhooktest.Set("data.object.start_date", began)}
	for _, path := range append([]string{"data.object.customer"}, s.objects.paths[own]...) {
		value, _ := own.Lookup(path)
		if text, _ := value.(string); path != "data.object.customer" && !namesAccount(path, text) {
			return nil, errLacks{"events bound to the accounts of the app, not to its orders"}
		}
		edits = append(edits, webhooktest.Add(path, value))
	}
	active, err := s.about(ctx, own, subscriptionUpdated, webhooktest.Version(1))
	if err == nil {
		err = s.register(active.Body())
	}
	if err != nil {
		return nil, err
	}
	return s.edited(subscriptionDeleted, edits...)
}
