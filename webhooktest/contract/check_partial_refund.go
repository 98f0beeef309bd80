package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// Whether the state tells a part from the whole is the app's choice, as long as it calls
// neither by the other's name: a log of refunds, or a time of the last one, need not know. So
// what is judged are words and flags of rows that were there before the refund, such as a
// status that was "paid".

const chargeRefundedType = "charge.refunded"

// tellRefund are the types that tell of one refund, in order.
var tellRefund = []string{"refund.created", chargeRefundedType, "refund.updated", "charge.refund.updated"}

// checkPartialRefund refunds a payment and a quarter of another, and finds a state that says
// the same of both.
func checkPartialRefund(ctx context.Context, s *session) ([]finding, error) {
	told := only(tellRefund, s.subject.handled())
	if len(told) == 0 {
		return nil, errLacks{"handling " + strings.Join(tellRefund[:2], " or ")}
	}
	r := refundsOf{s, told}
	b, said, err := r.whole(ctx)
	if err != nil {
		return nil, err
	}
	part, err := r.measure(ctx, quarterOf, b.Differs)
	if err != nil || b.Differs(part.did) {
		return nil, err
	}
	if same := part.saidToo(said); len(same) > 0 {
		return []finding{booked(part, same)}, nil
	}
	return nil, nil
}

// whole makes two full refunds. It returns what they do, and what both say: where they
// differ, the handler makes values up.
func (r refundsOf) whole(ctx context.Context) (b statediff.Baseline, said map[string]string, err error) {
	b.Volatile = r.session.run.known.madeUp(r.session.probe.careful)
	for range 2 {
		one, err := r.measure(ctx, wholeOf, func(did statediff.Diff) bool { return len(did) > 0 })
		if err != nil {
			return b, nil, err
		}
		if b.References = append(b.References, one.did); said == nil {
			said = one.said
		}
		said = one.saidToo(said)
	}
	if len(said) == 0 {
		err = errLacks{"a state that says in a word or a flag of what was paid that it was given back"}
	}
	return b, said, err
}

// booked describes a part that is booked as the whole.
func booked(part refunded, same map[string]string) finding {
	var rows []string
	for _, place := range slices.Sorted(maps.Keys(same)) {
		rows = append(rows, place+": "+same[place])
	}
	return finding{
		ofState: true, sent: part.sent,
		expected: "another state than after a refund of the whole amount",
		actual:   "the same:\n" + strings.Join(rows, "\n"),
	}
}

// refundsOf makes refunds and measures them.
type refundsOf struct {
	session *session
	told    []string // the handled types that tell of them
}

// refunded is what a refund did to the state.
type refunded struct {
	sent string
	did  statediff.Diff
	said map[string]string // the words and flags that it changed in rows that were there before
}

// measure delivers the events of one refund, of a payment of its own.
func (r refundsOf) measure(ctx context.Context, of amount, hoped func(statediff.Diff) bool) (one refunded, err error) {
	events, err := r.events(ctx, of)
	if err != nil {
		return one, err
	}
	probe, o := r.session.probe, r.observe(events)
	before, err := probe.read(ctx, o)
	if err != nil {
		return one, err
	}
	handled := slices.DeleteFunc(slices.Clone(events), func(e *webhooktest.Event) bool { return !slices.Contains(r.told, e.Type()) })
	one.sent = toldOf(handled)
	one.did, err = probe.measure(ctx, o, func() error { return r.session.sender.deliverAll(ctx, handled) })
	if err == nil {
		one.did, err = probe.untilFor(ctx, "a refund", o, one.did, hoped)
	}
	if err != nil {
		return one, err
	}
	after, err := probe.read(ctx, o)
	one.said = statediff.Restated(statediff.ObjectStates(before, o.ids), statediff.ObjectStates(after, o.ids))
	maps.DeleteFunc(one.said, func(_, word string) bool { return namesRefund(word) })
	return one, err
}

// observe names the events of a refund, each by its place among them.
func (r refundsOf) observe(events []*webhooktest.Event) *observation {
	o := observe()
	for i, event := range events {
		o.add(single, nth(i), event)
		r.session.sender.binder.name(o, nth(i), event)
	}
	return o
}

// nth names the events of a refund: the first as any that is delivered alone.
func nth(i int) string { return single + strings.Repeat("'", i) }

// toldOf describes the events of a refund by the amount that they tell.
func toldOf(events []*webhooktest.Event) string {
	var said []string
	for _, event := range events {
		amount := cents(event, "object.amount")
		if event.Type() == chargeRefundedType {
			amount = cents(event, "object.amount_refunded")
		}
		said = append(said, fmt.Sprintf("%s of %.0f", event, amount))
	}
	return strings.Join(said, "\n")
}

// namesRefund reports whether a word is the type of an event about a refund, however it is
// written: that says what came last.
func namesRefund(word string) bool {
	return slices.ContainsFunc(tellRefund, func(t string) bool { return letters(t) == letters(word) })
}

// letters are the letters of a word, in lower case.
func letters(word string) string {
	return strings.Map(func(c rune) rune {
		if c < 'a' || c > 'z' {
			return -1
		}
		return c
	}, strings.ToLower(word))
}

// events makes the events of one refund, after those that must precede it, and registers
// them. The charge is there even if its event is not handled: the handler may fetch it.
func (r refundsOf) events(ctx context.Context, of amount) (all []*webhooktest.Event, err error) {
	first, err := r.session.sender.prepared(ctx, r.told[0])
	if err != nil {
		return nil, err
	}
	more := slices.DeleteFunc(slices.Clone(tellRefund), func(t string) bool {
		return t == first.Type() || t != chargeRefundedType && !slices.Contains(r.told, t)
	})
	all = append(all, first)
	for _, eventType := range more {
		event, err := r.session.sender.about(ctx, first, eventType)
		if err != nil {
			return nil, err
		}
		all = append(all, event)
	}
	for i, event := range all {
		if all[i], err = r.over(event, of); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// An amount returns the edits that make an event tell of a refund of as much.
type amount func(event *webhooktest.Event) ([]webhooktest.Edit, error)

// over gives an event of a refund its amount, and registers it.
func (r refundsOf) over(event *webhooktest.Event, of amount) (*webhooktest.Event, error) {
	edits, err := of(event)
	if err != nil {
		return nil, err
	}
	changed, err := event.Edit(edits...)
	r.session.sender.objects.keep(event, changed)
	return r.session.sender.registered(changed, err)
}

// wholeOf checks that an event tells of a refund of the whole amount, as it does unless the
// user says otherwise.
func wholeOf(event *webhooktest.Event) ([]webhooktest.Edit, error) {
	all, isCharge := event.Lookup("data.object.refunded")
	if isCharge && all != true {
		return nil, fmt.Errorf("%w: a refund is a part of the payment as the handler gets it", render.ErrNotApplicable)
	}
	return nil, nil
}

// quarterOf makes an event tell of a refund of a quarter.
func quarterOf(event *webhooktest.Event) ([]webhooktest.Edit, error) {
	part := int64(cents(event, "object.amount")) / 4
	if event.Type() != chargeRefundedType {
		return []webhooktest.Edit{webhooktest.Set("data.object.amount", part)}, nil
	}
	return []webhooktest.Edit{
		webhooktest.Set("data.object.amount_refunded", part), webhooktest.Set("data.object.refunded", false),
		webhooktest.Set("data.previous_attributes", map[string]any{"amount_refunded": 0}),
	}, nil
}

// saidToo returns what this refund says, too.
func (r refunded) saidToo(said map[string]string) map[string]string {
	both := maps.Clone(said)
	maps.DeleteFunc(both, func(place, word string) bool { return r.said[place] != word })
	return both
}
