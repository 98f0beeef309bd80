package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// tellOnePurchase are pairs of types that tell of one purchase, in the order in which Stripe
// sends them. A type in a special shape is TYPE=VARIANT.
var tellOnePurchase = [][2]string{
	{"charge.succeeded", "payment_intent.succeeded"},
	{"charge.succeeded", "checkout.session.completed"},
	{"charge.succeeded", "invoice.paid"},
	{"charge.succeeded", "invoice.payment_succeeded"},
	{"payment_intent.succeeded", "checkout.session.completed"},
	{"payment_intent.succeeded", "invoice.paid"},
	{"payment_intent.succeeded", "invoice.payment_succeeded"},
	{"invoice.paid", "checkout.session.completed=subscription"},
	{"invoice.payment_succeeded", "checkout.session.completed=subscription"},
	{"customer.subscription.created", "checkout.session.completed=subscription"},
	{"customer.subscription.created", "invoice.paid"},
	{"customer.subscription.created", "invoice.payment_succeeded"},
}

// checkOnePurchase finds numbers that each of two types raises alike, and both together raise
// twice, though they tell of one purchase. It also finds a second type that is refused for
// good after the first.
func checkOnePurchase(ctx context.Context, s *session) ([]finding, error) {
	missing := error(errLacks{"handling two types that tell of one purchase, such as payment_intent.succeeded and checkout.session.completed"})
	for _, types := range tellOnePurchase {
		if !handlesBoth(&s.subject, types) {
			continue
		}
		findings, err := toldTwice(ctx, s, types)
		switch {
		case errors.Is(err, render.ErrNotApplicable), errors.Is(err, webhooktest.ErrNoPath):
		case err != nil || len(findings) > 0:
			return findings, err
		default:
			missing = nil
		}
	}
	return nil, missing
}

// handlesBoth reports whether both types of a pair are handled.
func handlesBoth(subject *Subject, types [2]string) bool {
	return !slices.ContainsFunc(types[:], func(t string) bool {
		eventType, _, _ := strings.Cut(t, "=")
		return !slices.Contains(subject.handled(), eventType)
	})
}

// toldAlone returns what each type does to the numbers of the state by itself, and whether both
// were accepted.
func toldAlone(ctx context.Context, s *session, types [2]string) (alone [2]map[string]float64, accepted bool, err error) {
	for i := range types {
		event, err := tellAlone(ctx, s, types, i)
		if err != nil {
			return alone, false, err
		}
		did, err := deliverMeasured(ctx, s, event)
		if err != nil || !s.sender.last.Accepted() {
			return alone, false, err
		}
		alone[i] = did.Numbers()
	}
	return alone, true, nil
}

// toldTwice delivers an event of each type alone, about purchases of their own, and then two
// about one purchase.
func toldTwice(ctx context.Context, s *session, types [2]string) ([]finding, error) {
	alone, accepted, err := toldAlone(ctx, s, types)
	if err != nil || !accepted {
		return nil, err // dispatch/handled-type reports a refusal
	}
	told, err := aboutOnePurchase(ctx, s, types)
	if err != nil {
		return nil, err
	}
	did, err := deliverMeasured(ctx, s, told[:]...)
	if err != nil {
		return nil, err
	}
	sent := told[0].String() + "\n" + told[1].String()
	if last, err := retried(ctx, s, s.sender.last); err != nil || !last.Accepted() {
		return refusedAtLast(last, sent), err
	}
	place, once, twice := raisedTwice(alone, did)
	if place == "" {
		return nil, nil
	}
	return []finding{{
		ofState: true, sent: sent,
		expected: fmt.Sprintf("%s: a change by %g, as after one of them", place, once), actual: fmt.Sprintf("a change by %g", twice),
	}}, nil
}

// retried delivers an event that was refused once more, and returns the last response.
func retried(ctx context.Context, s *session, response *webhooktest.Response) (*webhooktest.Response, error) {
	if response.Accepted() {
		return response, nil
	}
	if err := s.run.machine.pause(ctx, 200*time.Millisecond); err != nil {
		return response, err
	}
	return s.sender.deliver(ctx, response.Event)
}

// tellAlone makes an event of one of two types. Where the first creates what the second is
// about, it comes before the second, and is not measured.
func tellAlone(ctx context.Context, s *session, types [2]string, i int) (*webhooktest.Event, error) {
	if i == 1 && strings.HasSuffix(types[0], ".created") {
		eventType, edits := ofPurchase(types[1])
		return s.sender.prepared(ctx, eventType, edits...)
	}
	told, err := aboutOnePurchase(ctx, s, types)
	return told[i], err
}

// raisedTwice returns a place with a number that two events together raise by the sum of what
// each of them does, which is the same. Who counts events counts both.
func raisedTwice(alone [2]map[string]float64, did statediff.Diff) (place string, once, twice float64) {
	together := did.Numbers()
	for _, place := range slices.Sorted(maps.Keys(together)) {
		if by := alone[0][place]; by > 1 && by == alone[1][place] && together[place] == 2*by {
			return place, by, 2 * by
		}
	}
	return "", 0, 0
}

// aboutOnePurchase makes events of two types about one purchase, after those that must precede
// it.
func aboutOnePurchase(ctx context.Context, s *session, types [2]string) (told [2]*webhooktest.Event, err error) {
	first, edits := ofPurchase(types[0])
	if told[0], err = s.sender.prepared(ctx, first, edits...); err != nil {
		return told, err
	}
	second, edits := ofPurchase(types[1])
	if paid, isInvoice := told[0].Lookup("data.object.amount_paid"); isInvoice { // the session's is of the usual invoice
		edits = append(edits, webhooktest.Set("data.object.amount_total", paid), webhooktest.Set("data.object.amount_subtotal", paid))
	}
	if told[1], err = s.sender.about(ctx, told[0], second, edits...); err != nil {
		return told, err
	}
	if !refersTo(told[0], told[1]) && !refersTo(told[1], told[0]) && !sharePayment(told[0], told[1]) {
		err = errLacks{"events about one purchase"}
	}
	return told, err
}

// ofPurchase returns a type and the edits that make an event tell of the purchase: the
// first invoice of a subscription.
func ofPurchase(eventType string) (plain string, edits []webhooktest.Edit) {
	plain, shape, _ := strings.Cut(eventType, "=")
	if shape != "" {
		edits = append(edits, webhooktest.Variant(shape))
	}
	if strings.HasPrefix(plain, "invoice.") {
		edits = append(edits, webhooktest.Set("data.object.billing_reason", "subscription_create"))
	}
	return plain, edits
}
