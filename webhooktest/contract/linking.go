package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// An app that sells subscriptions may only note at checkout whose customer it is, and give
// access when the subscription says so. That is no fulfillment, paid or not.

// onlyLinks returns why a session without a payment may do what a paid one does: the
// handler acts on subscriptions, or asks Stripe for them, and the session leaves no more than
// whose it is.
func onlyLinks(ctx context.Context, o *oracle, e *execution, did statediff.Diff) error {
	if !slices.Contains(o.spec.Needs, "payments") {
		return nil
	}
	for _, event := range e.sent {
		shape := shapeThatCreates(event.Type(), "subscription")
		if shape == "" {
			continue
		}
		links, err := linksOnly(ctx, o, event, did)
		why := "acts on subscriptions"
		if err == nil && links && !o.session.subject.actsOn("subscription") {
			links, err = asksForSubscriptions(ctx, o.session, event.Type())
			why = "asks Stripe for the customer's subscriptions"
		}
		if err != nil {
			return err
		}
		if links {
			return errInconclusive{shape: event.Type() + "=" + shape, reason: fmt.Sprintf(
				"%s leaves no more than whose customer it is, paid or not, and the handler %s: are its sessions of variant %s?",
				o.session.subject.shaped(event.Type()), why, shape)}
		}
	}
	return nil
}

// linksOnly reports whether a session leaves nothing but whose it is, what the app makes up
// for each customer, and what a session in which nothing can be paid leaves, too: a flag, or
// the plan of those who have not paid.
func linksOnly(ctx context.Context, o *oracle, event *webhooktest.Event, did statediff.Diff) (bool, error) {
	const unpaid = "setup"
	all, same := besideOwner(event, did)
	if !same {
		return false, nil
	}
	beside := inAll(all, event, o.references)
	if len(beside) < len(all) { // rows with an id of their own, as purchases have, too
		if many, err := multiplies(ctx, o.session, event.Type()); many || err != nil {
			return false, err
		}
	}
	if len(beside) == 0 {
		return true, nil
	}
	if _, err := fixtures.FindVariant(event.Type(), unpaid); err != nil {
		return false, nil //nolint:nilerr // there is no such session
	}
	_, other, err := o.session.baseline.deliverShapes(ctx, event.Type(), []string{unpaid})
	if err != nil {
		return false, err
	}
	too, same := besideOwner(event, other)
	return same && len(restOf(beside, too)) == 0, nil
}

// inAll returns the values that each clean delivery leaves, too: the others are made up.
func inAll(values []string, event *webhooktest.Event, references []statediff.Diff) []string {
	for _, reference := range references {
		left, _ := besideOwner(event, reference)
		values = restOf(values, restOf(values, left))
	}
	return values
}

// restOf returns the values that are not among others, each as often as there are more.
func restOf(values, others []string) (rest []string) {
	others = slices.Clone(others)
	for _, value := range values {
		if i := slices.Index(others, value); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			rest = append(rest, value)
		}
	}
	return rest
}

// multiplies reports whether each session of a customer leaves as much as the first: a
// purchase, not a row of the customer's.
func multiplies(ctx context.Context, s *session, eventType string) (bool, error) {
	first, err := s.sender.distinct(ctx, eventType)
	if err != nil {
		return false, err
	}
	_, did, err := s.baseline.deliver(ctx, first)
	if err != nil {
		return false, err
	}
	second, err := s.sender.registered(s.sender.ofCustomer(ctx, customer{of: first}, eventType))
	if errors.Is(err, errTwoObjects) {
		return true, nil // which is not known
	}
	if err != nil {
		return false, err
	}
	_, again, err := s.baseline.deliver(ctx, second)
	return len(again) > 0 && again.AsMuchAs(did), err
}

// asksForSubscriptions reports whether the handler asks Stripe at an event for the customer's
// subscriptions, and about the payment nothing: what it finds does not depend on that.
func asksForSubscriptions(ctx context.Context, s *session, eventType string) (bool, error) {
	if s.subject.API == nil {
		return false, nil
	}
	event, _, calls, err := callsAt(ctx, s, eventType)
	if err != nil {
		return false, err
	}
	object, _ := event.Lookup("data.object")
	owner, _ := event.Lookup("data.object.customer")
	asks := false
	for _, call := range callsFor(s, event, calls) {
		ids := idsIn(call)
		if slices.ContainsFunc(ids, func(id string) bool { return id != owner && contains(object, id) }) {
			return false, nil
		}
		asks = asks || !call.Write() && strings.Contains(call.Path+"?"+call.Query, "subscription") && slices.ContainsFunc(ids, func(id string) bool { return id == owner })
	}
	return asks, nil
}

// besideOwner returns the values that a session leaves beside whose it is, sorted. It is
// false if the session leaves nothing, or changes a number.
func besideOwner(event *webhooktest.Event, did statediff.Diff) (values []string, ok bool) {
	ok = did.Holds(func(value string) bool {
		if !saysWhose(event, value) {
			values = append(values, value)
		}
		return true
	})
	slices.Sort(values)
	return values, ok
}

// actsOn reports whether the handler handles events about a kind of object.
func (s *Subject) actsOn(kind string) bool {
	return slices.ContainsFunc(s.Handles, func(handled string) bool {
		described, err := fixtures.DescribeEvent(handled)
		return err == nil && described.Object == kind
	})
}

// namesOwner matches the name that a customer, a subscription, or the app's own reference
// has in a normalized state.
var namesOwner = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\{[^{}]*\.(customer|subscription|client_reference_id|email|metadata\.[^.{}]+)\}$`)
})

// ownerPaths are the fields of a session that say whose it is, in the app's words.
var ownerPaths = []string{"client_reference_id", "customer_email", "customer_details.email", "customer_details.name"}

// saysWhose reports whether a value in the state is empty, says whose a session is, or notes
// that the event came. It may be a word of a text that is JSON, as in a key-value store.
func saysWhose(event *webhooktest.Event, value string) bool {
	if strings.HasSuffix(value, `":`) {
		return true // a key
	}
	var fields map[string]any
	if strings.HasPrefix(value, "{\"") && json.Unmarshal([]byte(value), &fields) == nil {
		return !slices.ContainsFunc(slices.Collect(maps.Values(fields)), func(member any) bool { return !saysWhose(event, statediff.Canonical(member)) })
	}
	value = strings.Trim(value, `",[]{}`)
	if slices.Contains([]string{"", "0", "null", "false", "none", "event", "time", event.Type(), event.Type() + ":"}, value) || namesOwner().MatchString("{"+value+"}") {
		return true
	}
	return slices.ContainsFunc(ownerPaths, func(path string) bool {
		owner, ok := event.Lookup("data.object." + path)
		text, isText := owner.(string)
		return ok && isText && slices.Contains(strings.Fields(text), value)
	})
}
