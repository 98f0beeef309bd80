package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// States are compared without times, so a case of its own looks for one time that matters:
// the end of the period that is paid for.

const subscriptionUpdated = "customer.subscription.updated"

// tellPeriod are the types that tell a handler of a renewal, in order.
var tellPeriod = []string{subscriptionUpdated, "invoice.paid", "invoice.payment_succeeded"}

// firstPeriod is how long a new subscription has until its first renewal, which need not be
// a month. No handler that counts by itself arrives there. renewedFor is a period.
const (
	firstPeriod = 12*24*time.Hour + 7*time.Hour + 11*time.Minute + 13*time.Second
	renewedFor  = 30 * 24 * time.Hour

	// closedBefore is how long before the first event its invoice closes: a time that no other
	// field has.
	closedBefore = 37*time.Minute + 13*time.Second
)

// checkPeriod renews a subscription and finds a state that shows the old end of its period
// and not the new one.
func checkPeriod(ctx context.Context, s *session) ([]finding, error) {
	handled := s.subject.handled()
	told := slices.DeleteFunc(slices.Clone(tellPeriod), func(t string) bool { return !slices.Contains(handled, t) })
	if len(told) == 0 {
		return nil, errLacks{"handling " + strings.Join(tellPeriod[:2], " or ")}
	}
	for _, begins := range []string{subscriptionCreated, subscriptionUpdated} {
		if begins == subscriptionCreated && !slices.Contains(handled, begins) {
			continue
		}
		r := renewal{session: s, told: told}
		findings, judged, err := r.judge(ctx, begins)
		if judged || err != nil {
			return findings, err
		}
	}
	return nil, errLacks{"a state that shows when the period of a subscription ends, as its current_period_end or the line of an invoice tells"}
}

// A renewal is a subscription in its first period, and then in the next.
type renewal struct {
	session *session
	told    []string           // the handled types that tell of it
	trial   *webhooktest.Event // comes before its first update, nil for none
	ends    time.Time          // when the first period ends
	closed  time.Time          // the period_end of its first invoice, which looks back
}

// judge begins a subscription with an event and renews it. It judges nothing if the state
// does not show when the first period ends.
func (r *renewal) judge(ctx context.Context, begins string) (findings []finding, judged bool, err error) {
	s, ends := r.session, r.session.sender.source.next().Add(firstPeriod)
	renewed := ends.Add(renewedFor)
	r.ends, r.closed = ends, ends.Add(-firstPeriod-closedBefore)
	first, err := r.first(ctx, begins, ends)
	if err != nil {
		return nil, false, err
	}
	o := observe(first)
	before, err := s.probe.read(ctx, o)
	if err == nil {
		err = r.begin(ctx, first)
	}
	if err != nil {
		return nil, false, err
	}
	begun, shown, err := r.shows(ctx, o, before, ends)
	looksBack := err == nil && !shown && gains(before, begun, r.closed)
	if err != nil || !shown && !looksBack {
		return nil, false, err
	}
	if err := r.renew(ctx, first, renewed); err != nil {
		return nil, false, err
	}
	after, shown, err := r.shows(ctx, o, begun, renewed)
	switch {
	case err != nil || shown || !gains(before, after, ends):
		return nil, !looksBack, err
	case looksBack && gains(before, after, r.closed): // a row for each invoice
		return nil, false, nil
	}
	return []finding{r.kept(first, ends, renewed, looksBack)}, true, nil
}

// kept describes a state that has the old end of a period.
func (r *renewal) kept(first *webhooktest.Event, ends, renewed time.Time, looksBack bool) finding {
	f := finding{
		sent:     first.String() + ", and " + strings.Join(r.told, ", ") + " of its renewal until " + written(renewed),
		expected: "the new end of the period in the state", actual: "the old one alone, " + written(ends),
	}
	if looksBack {
		f.actual = "the period_end of the invoice alone, " + written(ends) + ", which is the end of the period before"
		f.said = "Store the period.end of the invoice's line (lines.data): the period_end of the invoice itself looks back one period."
	}
	return f
}

// gains reports whether a state shows a time more often than another.
func gains(before, after any, t time.Time) bool {
	return statediff.CountTime(after, t) > statediff.CountTime(before, t)
}

// first makes the first event of a subscription, which ends at a time. Before an update there
// is one of a trial, since a handler may skip what leaves the status as it is.
func (r *renewal) first(ctx context.Context, begins string, ends time.Time) (*webhooktest.Event, error) {
	first, err := r.session.sender.prepared(ctx, begins, inGoodStanding(begins)...)
	const status = "data.object.status"
	if err == nil && begins == subscriptionUpdated && !slices.Contains(r.session.subject.Pin, status) {
		if r.trial, err = first.Edit(webhooktest.Set(status, "trialing")); err == nil {
			r.session.sender.objects.keep(first, r.trial)
			r.trial, err = r.until(r.trial, ends)
		}
		if err == nil {
			first, err = r.session.sender.about(ctx, r.trial, begins, append(inGoodStanding(begins), webhooktest.Set(status, "active"))...)
		}
	}
	if err != nil {
		return nil, err
	}
	return r.until(first, ends)
}

// inGoodStanding returns the edits for an event of an active subscription: the period of one
// that is past due is not paid for.
func inGoodStanding(eventType string) []webhooktest.Edit {
	if eventType == subscriptionUpdated {
		return []webhooktest.Edit{webhooktest.Version(1)}
	}
	return nil
}

func written(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// until sets the end of the period in a subscription's event and registers it.
func (r *renewal) until(event *webhooktest.Event, ends time.Time) (*webhooktest.Event, error) {
	for _, path := range []string{"data.object.current_period_end", "data.object.items.data.0.current_period_end"} {
		if _, ok := event.Lookup(path); ok && !slices.Contains(r.session.subject.Pin, path) {
			changed, err := event.Edit(webhooktest.Set(path, ends.Unix()))
			r.session.sender.objects.keep(event, changed)
			return r.session.sender.registered(changed, err)
		}
	}
	return nil, fmt.Errorf("%w: the end of the period is not the case's to set", render.ErrNotApplicable)
}

// begin delivers the first event, if its type is handled, and the invoice for it.
func (r *renewal) begin(ctx context.Context, first *webhooktest.Event) error {
	if r.trial != nil {
		if _, err := r.session.sender.deliver(ctx, r.trial); err != nil {
			return err
		}
	}
	return r.deliver(ctx, first, func(eventType string) (*webhooktest.Event, error) {
		invoice, err := r.session.sender.about(ctx, first, eventType)
		return r.closing(invoice, r.closed, err)
	})
}

// closing sets the period_end of an invoice, which is the end of the period before.
func (r *renewal) closing(invoice *webhooktest.Event, at time.Time, err error) (*webhooktest.Event, error) {
	const path = "data.object.period_end"
	if err != nil || slices.Contains(r.session.subject.Pin, path) {
		return invoice, err
	}
	changed, err := invoice.Edit(webhooktest.Set(path, at.Unix()))
	r.session.sender.objects.keep(invoice, changed)
	return changed, err
}

// renew delivers the update of the subscription, if it is handled, and another invoice.
func (r *renewal) renew(ctx context.Context, first *webhooktest.Event, ends time.Time) error {
	updated, err := r.session.sender.about(ctx, first, subscriptionUpdated, inGoodStanding(subscriptionUpdated)...)
	if err == nil {
		updated, err = r.until(updated, ends)
	}
	if err != nil {
		return err
	}
	const period = "data.object.lines.data.0.period."
	edits := []webhooktest.Edit{
		webhooktest.Set(period+"start", ends.Add(-renewedFor).Unix()), webhooktest.Set(period+"end", ends.Unix()),
	}
	var paid *webhooktest.Event
	return r.deliver(ctx, updated, func(eventType string) (invoice *webhooktest.Event, err error) {
		if paid != nil {
			return r.session.sender.about(ctx, paid, eventType)
		}
		invoice, err = r.session.sender.ofCustomer(ctx, customer{first, true}, eventType, edits...)
		paid, err = r.closing(invoice, r.ends, err)
		return paid, err
	})
}

// deliver delivers a subscription's event, if its type is handled, and then each handled
// event of a paid invoice.
func (r *renewal) deliver(ctx context.Context, event *webhooktest.Event, invoice func(eventType string) (*webhooktest.Event, error)) error {
	sender := r.session.sender
	var all []*webhooktest.Event
	if slices.Contains(r.session.subject.handled(), event.Type()) {
		all = append(all, event)
	}
	for _, eventType := range r.told {
		if eventType == subscriptionUpdated {
			continue
		}
		paid, err := sender.registered(invoice(eventType))
		if err != nil {
			return err
		}
		all = append(all, paid)
	}
	return sender.deliverAll(ctx, all)
}

// worksLate is the settle time of a handler whose work may take longer than it is.
const worksLate = time.Second

// shows reads the state until it shows a time more often than before. It waits for that in a
// careful try, and for a handler that works long after its response.
func (r *renewal) shows(ctx context.Context, o *observation, before any, t time.Time) (state any, shown bool, err error) {
	probe, known := r.session.probe, statediff.CountTime(before, t)
	if state, err = probe.read(ctx, o); err != nil || statediff.CountTime(state, t) > known {
		return state, err == nil, err
	}
	if !probe.careful && probe.settle < worksLate {
		return state, false, nil
	}
	_, shown, err = probe.await(ctx, o, probe.patience("the end of a period"), func(now any) bool {
		state = now
		return statediff.CountTime(now, t) > known
	})
	return state, shown, err
}
