package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A type without an effect is a fault only if the user says that the handler acts on it, in
// the delivered shape.

// unclaimed returns why a missing effect says nothing, if nobody named the type, or if a
// careful look finds that the handler acts on another shape of it.
func (s *session) unclaimed(ctx context.Context, eventType string) error {
	if len(s.subject.Handles) == 0 {
		return errInconclusive{need: needHandles, tried: true, reason: "a genuine " + eventType + " has no effect, and which types the handler acts on was not said"}
	}
	if !s.probe.careful {
		return nil // a careful try follows
	}
	if session := tellsOf(s.subject.Handles, eventType); session != "" {
		return errInconclusive{reason: fmt.Sprintf("a genuine %s has no effect, but the handler acts on %s, which tells of the same object: it may have done all by then", eventType, session)}
	}
	for _, excuse := range []func(context.Context, *session, string) error{doneBefore, doneAfter, givenLater} {
		if err := excuse(ctx, s, eventType); err != nil {
			return err
		}
	}
	shape, err := s.baseline.worksAs(ctx, eventType)
	if err == nil && shape != "" {
		err = errInconclusive{shape: eventType + "=" + shape, reason: fmt.Sprintf("%s has no effect, but one of variant %s has: is that what the handler is for?", s.subject.shaped(eventType), shape)}
	}
	return err
}

// doneBefore returns why a missing effect says nothing, if an event of the type has one when
// it comes first: the creation of what its object refers to may do the same. The creation of
// its own object only seldom does.
func doneBefore(ctx context.Context, s *session, eventType string) error {
	before, err := precedence{sender: s.sender}.creations(eventType)
	if err != nil || len(before) == 0 {
		return err
	}
	alone, err := doneAlone(ctx, s.baseline, eventType)
	if err == nil && len(alone) > 0 {
		last, _, _ := strings.Cut(before[len(before)-1], "=")
		err = errInconclusive{reason: fmt.Sprintf("a genuine %s has no effect after %s, but it has one without: it may have been done by then", eventType, last)}
	}
	return err
}

// doneAlone returns the effect of an event of a type that comes first, if what usually comes
// before it may have the same.
func doneAlone(ctx context.Context, b *baseline, eventType string) (statediff.Diff, error) {
	if b.sender.subject.creation(eventType) != "" {
		return toldByEither(ctx, b, eventType)
	}
	return b.alone(ctx, eventType)
}

// doneAfter returns why a missing effect says nothing, if an event of the type has one after
// another event that names its object: a payment may do no more than end what its failure
// began, and the deletion of a customer end what a checkout began.
func doneAfter(ctx context.Context, s *session, eventType string) error {
	for _, other := range s.subject.handled() {
		if other == eventType || !named(s.subject, eventType, other) {
			continue
		}
		did, err := s.baseline.after(ctx, other, eventType)
		if err != nil {
			return err
		}
		if len(did) > 0 {
			return errInconclusive{reason: fmt.Sprintf("a genuine %s has no effect alone, but it has one after %s", eventType, other)}
		}
	}
	return nil
}

// named reports whether events of another type name the object of a type: it is theirs, or
// one that they refer to.
func named(s Subject, eventType, other string) bool {
	source := webhooktest.Source{APIVersion: s.APIVersion, Seed: 1}
	first, err := source.Event(other, webhooktest.Variant(s.Variants[other]))
	if err != nil {
		return false // the API version has none
	}
	then, err := source.Event(eventType, webhooktest.About(first))
	if err != nil {
		return false
	}
	id, _ := objectID(then)
	text, _ := id.(string)
	return text != "" && strings.Contains(string(first.Body()), `"`+text+`"`)
}

// otherwiseShaped returns why a type may have no effect, before one is waited for: a look at
// once finds none, and another shape has one. Objects of the app are too few to look.
func otherwiseShaped(ctx context.Context, s *session, eventType string) error {
	if !s.probe.careful || s.subject.bindsSomething() || len(s.subject.Handles) == 0 || len(s.subject.otherShapes(eventType)) == 0 {
		return nil
	}
	if _, did, err := s.baseline.deliverOnce(ctx, []string{eventType}); err != nil || len(did) > 0 {
		return err
	}
	return s.unclaimed(ctx, eventType)
}

// upToDate returns why the lack of an effect says nothing, if a careful look finds that the
// handler fetches an object, or a list, for the event: it may have known already what it
// found.
func upToDate(ctx context.Context, s *session, eventType string) error {
	if s.subject.API == nil || !s.probe.careful {
		return nil
	}
	event, err := s.sender.event(ctx, eventType)
	if err != nil {
		return err
	}
	_, calls, err := deliverRecorded(ctx, s, event)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(calls, func(call stripeapi.Call) bool { return !call.Write() && call.Error == "" && call.ID != event.ID() })
	if i < 0 {
		return nil
	}
	return errInconclusive{reason: fmt.Sprintf("%s has no effect, but the handler asks for %s then: it may know already what it finds there", eventType, calls[i].Path)}
}

// unmoved is why the effect of a type cannot be judged that shows none: what all events
// change alike counts for nothing, a type may be none of the handler's, or, as the reason
// says, there is no effect.
func (s *session) unmoved(reason string) error {
	if alike := s.run.learned.alike(); len(alike) > 0 {
		return errInconclusive{need: needState, tried: true, reason: "every event changes the state, also one of an unknown type, at " +
			strings.Join(alike, ", ") + ", so nothing tells what one event did: show only what the handled types change"}
	}
	if len(s.subject.Handles) == 0 {
		return errInconclusive{need: needHandles, tried: true, reason: reason + ", and which types the handler acts on was not said"}
	}
	return errInconclusive{reason: reason}
}

// shaped names a type, with the shape that the user sets for it.
func (s *Subject) shaped(eventType string) string {
	if shape := s.Variants[eventType]; shape != "" {
		return eventType + " of variant " + shape
	}
	return "a plain " + eventType
}

// worksAs returns a shape of a type that has an effect, although the delivered shape has
// none, or "".
func (b *baseline) worksAs(ctx context.Context, eventType string) (shape string, err error) {
	others := eventType + "=*"
	if b.known.isSilent(others) {
		return "", nil
	}
	shapes := b.sender.subject.otherShapes(eventType)
	did, err := b.awaitShapes(ctx, eventType, shapes)
	switch {
	case err != nil:
		return "", err
	case len(did) == 0:
		b.known.silence([]string{others})
		return "", nil
	}
	for _, look := range []func(context.Context, string, []string) (statediff.Diff, error){b.seeShapes, b.awaitShapes} {
		for _, shape := range shapes { // most work at once: none is waited for before all were tried
			if did, err = look(ctx, eventType, []string{shape}); err != nil || len(did) > 0 {
				return shape, err
			}
		}
	}
	return "", nil
}

// otherShapes returns the shapes of a type that mean something other than the user's shape:
// first those that begin something else, then those more common than the plain one.
func (s *Subject) otherShapes(eventType string) []string {
	var first, common, others []string
	for _, v := range fixtures.Variants(eventType) {
		switch {
		case v.Counts || v.Name == s.Variants[eventType]:
		case len(v.Creates) > 0:
			first = append(first, v.Name)
		case v.Common:
			common = append(common, v.Name)
		default:
			others = append(others, v.Name)
		}
	}
	return slices.Concat(first, common, others)
}

// seeShapes delivers an event of a type in each shape, and returns their effect.
func (b *baseline) seeShapes(ctx context.Context, eventType string, shapes []string) (statediff.Diff, error) {
	_, did, err := b.deliverShapes(ctx, eventType, shapes)
	return did, err
}

// awaitShapes does so, and waits until any has an effect.
func (b *baseline) awaitShapes(ctx context.Context, eventType string, shapes []string) (statediff.Diff, error) {
	o, did, err := b.deliverShapes(ctx, eventType, shapes)
	if err != nil || o == nil {
		return nil, err
	}
	return b.probe.untilFor(ctx, "no shape has an effect", o, did, func(did statediff.Diff) bool { return len(did) > 0 })
}

// deliverShapes delivers an event of a type in each shape that the user's edits fit.
func (b *baseline) deliverShapes(ctx context.Context, eventType string, shapes []string) (o *observation, did statediff.Diff, err error) {
	var events []*webhooktest.Event
	for _, shape := range shapes {
		event, err := b.sender.registered(b.sender.prepared(ctx, eventType, webhooktest.Variant(shape)))
		if errors.Is(err, webhooktest.ErrNoPath) || errors.Is(err, errPrepare) {
			continue // the user's edits do not fit this shape, or the app has no such object
		}
		if err != nil {
			return nil, nil, err
		}
		events = append(events, event)
	}
	if len(events) == 0 {
		return nil, nil, nil
	}
	o = observe(events...)
	did, err = b.probe.measure(ctx, o, func() error { return b.sender.deliverAll(ctx, events) })
	return o, did, err
}
