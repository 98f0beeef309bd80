package contract

import (
	"context"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// A baseline is the effect of clean delivery: one event of a type, once.
type baseline struct {
	sender *sender
	probe  *probe
	known  *baselineCache
}

// effect returns the effect of one event of a type, measured once.
func (b *baseline) effect(ctx context.Context, eventType string) (statediff.Diff, error) {
	b.probe.used = true // also a measurement of an earlier case may have been too early
	if known, ok := b.known.effect(eventType); ok {
		return known, nil
	}
	if why := b.known.isSpent(eventType); why != "" {
		return nil, errSpent(why)
	}
	_, did, err := b.deliverOnce(ctx, []string{eventType})
	if err == nil && len(did) == 0 && b.probe.careful && b.mayHaveEffect(eventType) && b.sender.last.Accepted() {
		if did, err = b.awaitEffect(ctx, eventType); err == nil && len(did) == 0 {
			did, err = toldByEither(ctx, b, eventType)
		}
	}
	if err == nil && b.sender.binder.literal(eventType) {
		did, err = b.repeated(ctx, eventType, did)
	}
	if err == nil {
		b.known.learn(eventType, did)
	}
	if err == nil && b.probe.careful {
		b.known.trust(eventType)
	}
	return did, err
}

// again returns the effect of another event of a type: what differs then, the handler makes
// up. A careful try measures it each time.
func (b *baseline) again(ctx context.Context, eventType string) (statediff.Diff, error) {
	if known, ok := b.known.again(eventType); ok && !b.probe.careful {
		return known, nil
	}
	_, did, err := b.deliverOnce(ctx, []string{eventType})
	if err == nil {
		b.known.learnAgain(eventType, did)
	}
	return did, err
}

// repeated checks that each event of a type has an effect even though all are about one
// object of the app, which may change only once.
func (b *baseline) repeated(ctx context.Context, eventType string, did statediff.Diff) (statediff.Diff, error) {
	if len(did) > 0 && b.known.learnFirst(eventType, did) {
		o, again, err := b.deliverOnce(ctx, []string{eventType})
		if err != nil {
			return nil, err
		}
		if did, err = b.probe.until(ctx, o, again, func(did statediff.Diff) bool { return len(did) > 0 }); err != nil {
			return nil, err
		}
	}
	first := b.known.anyFirst()
	if len(did) == 0 && !first && b.probe.careful {
		other, err := inAnotherState(ctx, b, eventType)
		if err != nil {
			return nil, err
		}
		first = len(other) > 0 && b.known.learnFirst(eventType, other)
	}
	switch {
	case len(did) > 0 || !first:
		return did, nil
	case !b.probe.careful:
		return nil, errInconclusive{reason: "the effect of a second " + eventType + " is still to come"} // it will be
	}
	b.known.spend(eventType, oneObject)
	return nil, errSpent(oneObject)
}

// inAnotherState returns the effect of an event of a type that says something else of its object,
// or nil: the app may know already what the plain event says.
func inAnotherState(ctx context.Context, b *baseline, eventType string) (did statediff.Diff, err error) {
	described, err := fixtures.DescribeEvent(eventType)
	for n := 1; n <= described.Versions && err == nil && len(did) == 0; n++ {
		var event *webhooktest.Event
		if event, err = b.sender.event(ctx, eventType, webhooktest.Version(n)); err == nil {
			_, did, err = b.deliver(ctx, event)
		}
	}
	return did, err
}

// outOfObjects detects that genuine events have no effect any more although each is about
// another object: the app may have fewer objects than the user said.
func (b *baseline) outOfObjects(ctx context.Context, eventType string) error {
	if known, _ := b.known.effect(eventType); !b.sender.subject.bindsEach() || len(known) == 0 {
		return nil
	}
	o, did, err := b.deliverOnce(ctx, []string{eventType})
	if err == nil {
		did, err = b.probe.until(ctx, o, did, func(did statediff.Diff) bool { return len(did) > 0 })
	}
	if err != nil || len(did) > 0 {
		return err
	}
	why := noneIsLeft(eventType)
	b.known.spend(eventType, why)
	return errSpent(why)
}

// mayHaveEffect reports whether the handler is meant to act on a type.
func (b *baseline) mayHaveEffect(eventType string) bool {
	return b.sender.binder.anyType || slices.Contains(b.sender.subject.handled(), eventType)
}

// awaitEffect waits for the effect of a type that seems to have none. It also delivers the
// other such types, to wait for all of them at once.
func (b *baseline) awaitEffect(ctx context.Context, eventType string) (statediff.Diff, error) {
	if b.known.isSilent(eventType) {
		return nil, nil
	}
	types := b.known.seemSilent(eventType)
	did, err := b.awaitAny(ctx, types)
	switch {
	case err != nil:
		return nil, err
	case len(did) == 0:
		b.known.silence(types)
		return nil, nil
	case len(types) == 1:
		return did, nil
	}
	return b.awaitAny(ctx, []string{eventType})
}

// awaitAny delivers an event of each type, and waits until any has an effect.
func (b *baseline) awaitAny(ctx context.Context, types []string) (statediff.Diff, error) {
	o, did, err := b.deliverOnce(ctx, types)
	if err != nil {
		return nil, err
	}
	return b.probe.until(ctx, o, did, func(did statediff.Diff) bool { return len(did) > 0 })
}

// deliverOnce delivers an event of each type, and returns the effect on the state.
func (b *baseline) deliverOnce(ctx context.Context, types []string) (o *observation, did statediff.Diff, err error) {
	var events []*webhooktest.Event
	for _, eventType := range types {
		event, err := b.sender.distinct(ctx, eventType)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, event)
	}
	return b.deliver(ctx, events...)
}

// deliver delivers events and returns the effect, in which the first has its roles.
func (b *baseline) deliver(ctx context.Context, events ...*webhooktest.Event) (o *observation, did statediff.Diff, err error) {
	o = observe(events...)
	b.sender.binder.name(o, single, events[0])
	did, err = b.probe.measure(ctx, o, func() error { return b.sender.deliverAll(ctx, events) })
	return o, did, err
}

// alone returns the effect of an event of a type without the events that usually come before
// it, which may have done the same.
func (b *baseline) alone(ctx context.Context, eventType string) (statediff.Diff, error) {
	event, err := b.sender.event(ctx, eventType)
	if err != nil {
		return nil, err
	}
	_, did, err := b.deliver(ctx, event)
	return did, err
}

// isGone detects a handler that has no effect any more, although the control had one.
func (b *baseline) isGone(ctx context.Context) (bool, error) {
	control := b.sender.subject.control()
	if known, _ := b.known.effect(control); len(known) == 0 {
		return false, nil
	}
	if err := b.outOfObjects(ctx, control); err != nil {
		return false, err
	}
	b.known.forget(control)
	did, err := b.effect(ctx, control)
	if err != nil || len(did) > 0 || !b.sender.last.Accepted() {
		return false, err
	}
	if !b.probe.careful {
		return false, errInconclusive{reason: "the effect of a genuine " + control + " is still to come"} // it will be
	}
	return true, nil
}

// after returns the effect of an event of a type that follows another about the same object.
func (b *baseline) after(ctx context.Context, first, eventType string) (statediff.Diff, error) {
	before, err := b.sender.distinct(ctx, first)
	if err != nil {
		return nil, err
	}
	if _, err := b.sender.deliver(ctx, before); err != nil {
		return nil, err
	}
	event, err := b.sender.registered(b.sender.about(ctx, before, eventType))
	if err != nil {
		return nil, err
	}
	_, did, err := b.deliver(ctx, event)
	return did, err
}
