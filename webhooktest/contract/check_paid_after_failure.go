package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// What an app does at a failed attempt to pay, a success has to take back: a canceled booking,
// a seat that was freed. What is judged are words and flags of the rows of the payment, since a
// count of attempts, a log or the last error rightly stay. Where the state says something that
// neither a failure nor a success says, the app knows what happened and may give the money back.

// A payable is something that can be paid after a failed attempt.
type payable struct {
	failed string
	paid   []string // the types that tell of the success, in order
	beside string   // a type that also tells of it, and is judged elsewhere
}

func payables() []payable {
	return []payable{
		{failed: "payment_intent.payment_failed", paid: []string{"charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"}},
		{failed: "invoice.payment_failed", paid: []string{"invoice.paid", "invoice.payment_succeeded"}, beside: subscriptionUpdated},
	}
}

// checkPaidAfterFailure finds a state that still says after a success what a failure left.
func checkPaidAfterFailure(ctx context.Context, s *session) ([]finding, error) {
	var missing error
	for _, p := range payables() {
		findings, err := paidAfterFailure(ctx, s, p)
		if _, unclear := isInconclusive(err); unclear || errors.Is(err, render.ErrNotApplicable) {
			missing = err
			continue
		}
		if err != nil || len(findings) > 0 {
			return findings, err
		}
		missing = nil
		break
	}
	return nil, missing
}

// paidAfterFailure judges one kind of payment.
func paidAfterFailure(ctx context.Context, s *session, p payable) ([]finding, error) {
	handled := s.subject.handled()
	told := only(p.paid, handled)
	switch {
	case !slices.Contains(handled, p.failed) || len(told) == 0:
		return nil, errLacks{"handling " + payables()[0].failed + " and " + payables()[0].paid[1]}
	case slices.Contains(handled, p.beside):
		return nil, fmt.Errorf("%w: %s tells of the recovery, too", render.ErrNotApplicable, p.beside)
	}
	r := attempts{session: s, failed: p.failed, paid: told}
	for range 2 {
		if err := r.atOnce(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.afterFailure(ctx); err != nil {
		return nil, err
	}
	return r.judge()
}

// attempts pays for something at once, and after a failed attempt.
type attempts struct {
	session *session
	failed  string
	paid    []string // the handled types
	seen    statediff.Retry
	sent    []string
}

// judge compares what the state says in the end with what it says after a success at once.
func (r *attempts) judge() ([]finding, error) {
	kept := r.seen.Kept()
	switch {
	case !r.seen.Shows():
		return nil, errLacks{"a state that says in a word or a flag of what was to be paid that an attempt failed"}
	case len(kept) == 0 || r.seen.Differently():
		return nil, nil
	case !r.seen.Counts():
		return nil, fmt.Errorf("%w: a success has no effect after a failure, which the cases about lost payments judge", render.ErrNotApplicable)
	}
	var want, got []string
	for _, place := range slices.Sorted(maps.Keys(kept)) {
		got, want = append(got, place+": "+kept[place][0]), append(want, place+": "+kept[place][1])
	}
	return []finding{{
		ofState: true, sent: strings.Join(r.sent, ", then "), expected: "as after a success at once:\n" + strings.Join(want, "\n"),
		actual: "as after the failure:\n" + strings.Join(got, "\n"),
	}}, nil
}

// atOnce pays at the first attempt.
func (r *attempts) atOnce(ctx context.Context) error {
	failed, o, err := r.begin(ctx)
	if err != nil {
		return err
	}
	did, err := r.pay(ctx, failed, o)
	if err == nil {
		_, err = r.session.probe.until(ctx, o, did, func(did statediff.Diff) bool { return len(did) > 0 })
	}
	if err != nil {
		return err
	}
	said, err := r.said(ctx, o)
	r.seen.AtOnce = append(r.seen.AtOnce, said)
	return err
}

// afterFailure pays at the second attempt, and waits for what an app may do later.
func (r *attempts) afterFailure(ctx context.Context) error {
	failed, o, err := r.begin(ctx)
	if err != nil {
		return err
	}
	if err := r.fail(ctx, failed, o); err != nil {
		return err
	}
	if _, err := r.pay(ctx, failed, o); err != nil {
		return err
	}
	r.seen.InTheEnd, err = r.said(ctx, o)
	if err != nil || len(r.seen.Kept()) == 0 || !r.session.probe.careful {
		return err
	}
	_, _, err = r.session.probe.await(ctx, o, r.session.probe.patience("paid after a failure"), func(now any) bool {
		r.seen.InTheEnd = statediff.ObjectStates(now, o.ids)
		return len(r.seen.Kept()) == 0
	})
	return err
}

// begin makes the event of a failed attempt, by which the app knows what is to be paid.
func (r *attempts) begin(ctx context.Context) (*webhooktest.Event, *observation, error) {
	failed, err := r.session.sender.distinct(ctx, r.failed)
	if err != nil {
		return nil, nil, err
	}
	o := observe(failed)
	r.session.sender.binder.name(o, single, failed)
	r.sent = []string{failed.String()}
	return failed, o, nil
}

// fail delivers the failure, and sees what the state says then.
func (r *attempts) fail(ctx context.Context, failed *webhooktest.Event, o *observation) error {
	did, err := r.session.probe.measure(ctx, o, func() error { return r.session.sender.deliverAll(ctx, []*webhooktest.Event{failed}) })
	if err == nil {
		_, err = r.session.probe.until(ctx, o, did, func(did statediff.Diff) bool { return len(did) > 0 })
	}
	if err == nil {
		r.seen.Failed, err = r.said(ctx, o)
	}
	return err
}

// pay delivers the events of the success.
func (r *attempts) pay(ctx context.Context, failed *webhooktest.Event, o *observation) (statediff.Diff, error) {
	return r.session.probe.measure(ctx, o, func() error {
		for i, eventType := range r.paid {
			event, err := r.session.sender.registered(r.session.sender.about(ctx, failed, eventType))
			if err != nil {
				return err
			}
			o.add(single+nth(i+1), nth(i+1), event)
			r.session.sender.binder.name(o, nth(i+1), event)
			r.sent = append(r.sent, event.String())
			if err := r.session.sender.deliverAll(ctx, []*webhooktest.Event{event}); err != nil {
				return err
			}
		}
		return nil
	})
}

// said is what the state says of the payment now.
func (r *attempts) said(ctx context.Context, o *observation) (statediff.Diff, error) {
	state, err := r.session.probe.read(ctx, o)
	return statediff.ObjectStates(state, o.ids), err
}
