package contract

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// tryTypes delivers another type, then the other kind of event, then the common types, and
// reports whether their answers explain the refusal. A handler that ignores most types
// accepts any other type; one that refuses most types handles some.
func (d *diagnosis) tryTypes(ctx context.Context, e *webhooktest.Endpoint, refused *webhooktest.Response, like likeness, until time.Time) (explained bool, err error) {
	eventType := refused.Event.Type()
	for _, other := range []string{sibling(eventType), otherKind(eventType)} {
		if accepted, err := d.tryType(ctx, e, like, other); accepted || err != nil {
			return accepted, err
		}
	}
	return d.tryCommon(ctx, e, refused, like, until)
}

// tryCommon delivers the common types until one is accepted. If none is, one that is not
// answered like an unsigned event explains the refusal, too: its signature was accepted.
func (d *diagnosis) tryCommon(ctx context.Context, e *webhooktest.Endpoint, refused *webhooktest.Response, like likeness, until time.Time) (explained bool, err error) {
	var otherwise string
	for _, other := range like.common {
		event, err := like.event(other)
		if err != nil || other == refused.Event.Type() || time.Now().After(until) {
			continue // the API version has no such event
		}
		response, err := e.Deliver(ctx, event)
		if err != nil {
			return false, err
		}
		if response.Accepted() {
			d.takeType(event)
			return true, nil
		}
		if response.StatusCode == http.StatusTooManyRequests {
			break
		}
		if d.takes == "" && isOther(response, refused) {
			if otherwise, err = unlikeForgery(ctx, e, response); err != nil {
				return false, err
			}
			if otherwise != "" {
				d.takes = other
			}
		}
	}
	if d.takes != "" {
		d.add(otherwise)
	}
	return d.takes != "", nil
}

// isOther reports whether two answers have different statuses.
func isOther(a, b *webhooktest.Response) bool {
	return a.Err == nil && b.Err == nil && a.StatusCode != b.StatusCode
}

// unlikeForgery says that an event is answered otherwise when it is unsigned, or "".
func unlikeForgery(ctx context.Context, e *webhooktest.Endpoint, signed *webhooktest.Response) (said string, err error) {
	unsigned, err := e.Deliver(ctx, signed.Event, "unsigned")
	if err != nil || !isOther(signed, unsigned) || unsigned.StatusCode == http.StatusTooManyRequests {
		return "", err
	}
	return fmt.Sprintf("%s, signed with the same secret, gets %d, and an unsigned one %d: it refuses this type, not the signature",
		signed.Event.Type(), signed.StatusCode, unsigned.StatusCode), nil
}

// tryType reports whether an event of another type is accepted.
func (d *diagnosis) tryType(ctx context.Context, e *webhooktest.Endpoint, like likeness, eventType string) (accepted bool, err error) {
	if like.event == nil {
		return false, nil
	}
	event, err := like.event(eventType)
	if err != nil {
		return false, nil // the API version has no such event
	}
	response, err := e.Deliver(ctx, event)
	if err != nil || !response.Accepted() {
		return false, err
	}
	d.takeType(event)
	return true, nil
}

// takeType notes that an event of another type is accepted.
func (d *diagnosis) takeType(event *webhooktest.Event) {
	kind := "a snapshot"
	if fixtures.IsThin(event.Type()) {
		kind = "a thin"
	}
	d.takes = event.Type()
	d.add(fmt.Sprintf("it accepts %s event, %s, signed with the same secret: it refuses this type or this kind of event, not the signature", kind, event.Type()))
}

// sibling returns another type of the same kind, about another object.
func sibling(eventType string) string {
	other := "customer.created"
	if strings.Contains(eventType, "customer") {
		other = "charge.refunded"
	}
	if fixtures.IsThin(eventType) {
		return "v1." + other
	}
	return other
}

// otherKind returns a thin type for a snapshot type, and the reverse.
func otherKind(eventType string) string {
	snapshot, _, counterpart := fixtures.Counterpart(eventType)
	switch {
	case counterpart:
		return snapshot
	case fixtures.IsThin(eventType):
		return "payment_intent.succeeded"
	case fixtures.IsThin("v1." + eventType):
		return "v1." + eventType
	}
	return "v1.charge.refunded"
}

// suspectUnknown says that a handler which failed may have looked for an object of the app
// that it does not know, or asked a Stripe that does not know the event's.
func (d *diagnosis) suspectUnknown(like likeness) {
	d.add("if it looks for an object of the app, such as an order: it knows none of this event, which has to be about one of the app's")
	d.need = needObjects
	if like.calls == nil {
		d.add("if it asks Stripe, as for the customer: the real one does not know this event's objects, and fakestripe's local API does")
		d.need = needEither
	}
}
