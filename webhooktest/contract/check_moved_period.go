package contract

import (
	"context"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// Since 2025-03-31.basil, a subscription has the end of its period in its items alone. A
// handler that reads it at its old place finds nothing, and stores that. It shows itself by
// storing an end that is put there.

const oldPeriodEnd = "data.object.current_period_end"

// checkMovedPeriod finds a state that shows the end of a period only from its old place.
func checkMovedPeriod(ctx context.Context, s *session) ([]finding, error) {
	types := only([]string{subscriptionCreated, subscriptionUpdated}, s.subject.handled())
	if len(types) == 0 {
		return nil, errLacks{"handling " + subscriptionCreated + " or " + subscriptionUpdated}
	}
	judged := false
	for _, eventType := range types {
		for _, cancels := range []bool{false, true} { // many store the end only of what ends then
			findings, shown, err := readsOldPlace(ctx, s, eventType, cancels)
			if err != nil || len(findings) > 0 {
				return findings, err
			}
			judged = judged || shown
		}
	}
	if !judged {
		return nil, errLacks{"a state that shows when the period of a subscription ends"}
	}
	return nil, nil
}

// readsOldPlace delivers a subscription as it is and, if the state shows no end of its period,
// another one with the end at the old place. shown reports whether it shows it in the right one.
func readsOldPlace(ctx context.Context, s *session, eventType string, cancels bool) (findings []finding, shown bool, err error) {
	event, shown, err := showsEnd(ctx, s, eventType, cancels, false)
	if err != nil || shown {
		return nil, shown, err
	}
	if _, misplaced, err := showsEnd(ctx, s, eventType, cancels, true); err != nil || !misplaced {
		return nil, false, err
	}
	return []finding{{
		ofState: true, sent: event.String(), expected: "the end of the period in the state, which the event has in items.data[0].current_period_end",
		actual: "none: it is shown only if it is put into current_period_end of the subscription, which this API version does not have",
	}}, false, nil
}

// showsEnd delivers a subscription's event, and reports whether the state shows the end of its
// period.
func showsEnd(ctx context.Context, s *session, eventType string, cancels, old bool) (*webhooktest.Event, bool, error) {
	ends := s.sender.source.next().Add(firstPeriod)
	event, err := s.sender.prepared(ctx, eventType, append(inGoodStanding(eventType), webhooktest.Set("data.object.cancel_at_period_end", cancels))...)
	if err != nil {
		return nil, false, err
	}
	r := renewal{session: s}
	if _, has := event.Lookup(oldPeriodEnd); has || slices.Contains(s.subject.Pin, oldPeriodEnd) {
		return nil, false, fmt.Errorf("%w: at this API version, a subscription has the end of its period itself", render.ErrNotApplicable)
	}
	if event, err = r.until(event, ends); err == nil && old {
		whole := event
		event, err = whole.Edit(webhooktest.Add(oldPeriodEnd, ends.Unix()))
		s.sender.objects.keep(whole, event)
	}
	if err != nil {
		return nil, false, err
	}
	o := observe(event)
	before, err := s.probe.read(ctx, o)
	if err == nil {
		err = s.sender.deliverAll(ctx, []*webhooktest.Event{event})
	}
	if err != nil {
		return nil, false, err
	}
	_, shown, err := r.shows(ctx, o, before, ends)
	return event, shown, err
}
