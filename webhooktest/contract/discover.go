package contract

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A HandledType is an event type that a handler seems to do something for.
type HandledType struct {
	Type string
	// Shown names the evidence: "state", "calls" to Stripe, or "answer" if it differs from
	// the answer to a type that nobody handles.
	Shown string
	// Refused is the answer if it is not 2xx, or says that there was none, where a type that
	// nobody handles gets a 2xx: the handler may look for an object that the app does not
	// have.
	Refused string
}

// discoverable are the types that most handlers act on, each after the types that it
// refers to. Source: the guides at https://docs.stripe.com/webhooks,
// /billing/subscriptions/webhooks and /payments/checkout/fulfillment.
var discoverable = []struct{ eventType, about string }{
	{"payment_intent.succeeded", ""},
	{"payment_intent.payment_failed", ""},
	{"checkout.session.completed", ""},
	{"checkout.session.async_payment_succeeded", ""},
	{"checkout.session.async_payment_failed", ""},
	{"checkout.session.expired", ""},
	{"charge.succeeded", ""},
	{"charge.failed", ""},
	{"charge.refunded", "payment_intent.succeeded"},
	{"charge.dispute.created", "payment_intent.succeeded"},
	{"customer.created", ""},
	{"customer.updated", "customer.created"},
	{"customer.deleted", "customer.created"},
	{"customer.subscription.created", ""},
	{"customer.subscription.updated", "customer.subscription.created"},
	{"customer.subscription.trial_will_end", "customer.subscription.created"},
	{"customer.subscription.deleted", "customer.subscription.created"},
	{"invoice.finalized", ""},
	{"invoice.paid", "customer.subscription.created"},
	{"invoice.payment_succeeded", "customer.subscription.created"},
	{"invoice.payment_failed", "customer.subscription.created"},
	{"setup_intent.succeeded", ""},
	{"payment_method.attached", ""},
	{"account.updated", ""},
	{"payout.paid", ""},
}

// Discover delivers an event of each common type, and returns the types that the handler
// acts on, as far as its state, its calls to the local API and its answers show it. It
// returns none if nothing shows it, or if the handler refuses the first genuine event. It
// does not examine handlers of thin events. It ends with the first event that is not
// answered, and after a minute.
func Discover(ctx context.Context, subject Subject) ([]HandledType, error) {
	if subject.Thin {
		return nil, nil
	}
	j, err := newJudge(Suite{New: func() Subject { return subject }})
	if err != nil {
		return nil, err
	}
	defer func() { j.session.close() }()
	refused, err := j.session.calibrate(ctx, subject.control())
	if refused != nil || err != nil {
		return nil, err
	}
	d := &discovery{session: j.session, made: make(map[string]*webhooktest.Event)}
	return d.types(ctx)
}

// A discovery finds out which types a handler handles.
type discovery struct {
	*session
	made    map[string]*webhooktest.Event // by type
	unknown string                        // the answer to a type that nobody handles
	told    bool                          // a delivery was accepted of a type that nobody handles
}

func (d *discovery) types(ctx context.Context) (found []HandledType, err error) {
	if err := d.deliverUnknown(ctx); err != nil {
		return nil, err
	}
	if d.probe.observed() { // the control may be no type that it handles
		d.probe.settle = max(d.probe.settle, discoverySettle)
	}
	tried, start := 0, time.Now()
	for _, one := range discoverable {
		if time.Since(start) > discoveryTime || tried > 0 && d.sender.last.Err != nil {
			break
		}
		if d.subject.checkType(one.eventType) != nil {
			continue // of another API version
		}
		tried++
		handled, err := d.try(ctx, one.eventType, d.made[one.about])
		if err != nil {
			return nil, err
		}
		if handled.Shown != "" {
			found = append(found, handled)
		}
	}
	byAnswer := func(h HandledType) bool { return h.Shown == "answer" && h.Refused == "" }
	if all := slices.DeleteFunc(slices.Clone(found), func(h HandledType) bool { return !byAnswer(h) }); len(all) > tried/2 {
		found = slices.DeleteFunc(found, byAnswer) // each type has an answer of its own, which says nothing
	}
	return found, nil
}

// discoveryTime limits a discovery: what takes longer would better be told.
const discoveryTime = time.Minute

// discoverySettle is how long the state must be unchanged, unless the handler is known to
// work longer.
const discoverySettle = 100 * time.Millisecond

func (d *discovery) deliverUnknown(ctx context.Context) error {
	event, err := d.session.run.source.event(d.subject.unhandled(), webhooktest.Set("type", d.subject.future()))
	if err != nil {
		return err
	}
	response, err := d.sender.deliver(ctx, event)
	if err == nil {
		d.unknown, d.told = answerShape(response), response.Accepted()
	}
	return err
}

// try delivers an event of a type, about the objects of another one if there is one.
func (d *discovery) try(ctx context.Context, eventType string, about *webhooktest.Event) (HandledType, error) {
	event, err := d.sender.distinct(ctx, eventType)
	if err == nil && about != nil {
		event, err = d.sender.registered(d.sender.about(ctx, about, eventType))
	}
	if err != nil {
		return HandledType{}, err
	}
	d.made[eventType] = event
	handled, called := HandledType{Type: eventType}, d.subject.called()
	deliver := func() error { _, err := d.sender.deliver(ctx, event); return err }
	if d.probe.observed() {
		moved, err := d.probe.measure(ctx, observe(event), deliver)
		if err != nil {
			return handled, err
		}
		if len(moved) > 0 {
			handled.Shown = "state"
		}
	} else if err := deliver(); err != nil {
		return handled, err
	}
	switch answer := d.sender.last; {
	case handled.Shown != "":
	case d.subject.API != nil && len(d.subject.API.CallsSince(called)) > 0:
		handled.Shown = "calls"
	case answerShape(answer) != d.unknown:
		handled.Shown = "answer"
	}
	if d.told && !d.sender.last.Accepted() {
		handled.Refused = answerOf(d.sender.last)
	}
	return handled, nil
}

// answerShape is an answer without what differs between events: ids, type and numbers.
func answerShape(r *webhooktest.Response) string {
	if r.Err != nil {
		return "none"
	}
	body := strings.ReplaceAll(string(r.Body[:min(len(r.Body), 4<<10)]), r.Event.Type(), "")
	return http.StatusText(r.StatusCode) + " " + madeUp().ReplaceAllString(body, "")
}

// madeUp matches ids and numbers.
var madeUp = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b[a-z]{2,6}_[0-9A-Za-z_]{8,}\b|\d+`)
})
