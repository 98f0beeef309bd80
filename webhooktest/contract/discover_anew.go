package contract

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// What updates have taken away, an end takes no more: that a subscription is past due may
// have cleared the flag that its deletion would clear.

// tryEnd tries the end of an object that is as it began, if that of the object before, which
// was updated, does not show. Of an app's own objects there are none to spare.
func tryEnd(ctx context.Context, d *discovery, one discoverableType, seen HandledType) (HandledType, error) {
	if !strings.HasSuffix(one.eventType, ".deleted") || seen.Shown == "state" || !d.probe.observed() || d.subject.bindsSomething() {
		return seen, nil
	}
	begun, err := begin(ctx, d, one.about)
	if err != nil || begun == nil {
		return seen, ignoreShape(err)
	}
	if updated := updateOf(one); d.subject.checkType(updated.eventType) == nil {
		if _, err := d.anew(ctx, updated, begun, 1); err != nil { // the app may know objects by their updates alone
			return seen, ignoreShape(err)
		}
	}
	event, err := d.event(ctx, one, begun, 0)
	if err != nil {
		return seen, ignoreShape(err)
	}
	again, err := d.deliver(ctx, event)
	if err == nil && strength(again) < strength(seen) {
		again.Variant = seen.Variant
		return again, nil
	}
	return seen, err
}

// begin delivers what begins a new object, TYPE or TYPE=SHAPE, after what that is about.
func begin(ctx context.Context, d *discovery, name string) (*webhooktest.Event, error) {
	i := slices.IndexFunc(discoverable, func(one discoverableType) bool {
		return name == one.eventType && one.shape == "" || one.shape != "" && name == one.eventType+"="+one.shape
	})
	if i < 0 || d.subject.checkType(discoverable[i].eventType) != nil || !d.mayHave(discoverable[i]) {
		return nil, nil
	}
	about, err := begin(ctx, d, discoverable[i].about)
	if err != nil {
		return nil, err
	}
	return d.anew(ctx, discoverable[i], about, 0)
}

// anew makes an event and delivers it.
func (d *discovery) anew(ctx context.Context, one discoverableType, about *webhooktest.Event, version int) (*webhooktest.Event, error) {
	event, err := d.event(ctx, one, about, version)
	if err == nil {
		_, err = d.deliver(ctx, event)
	}
	return event, err
}

// updateOf returns the update of the object that a type ends.
func updateOf(one discoverableType) discoverableType {
	return discoverableType{strings.TrimSuffix(one.eventType, ".deleted") + ".updated", "", cmp.Or(one.about, one.eventType)}
}

// ignoreShape returns an error, unless the user's edits do not fit a shape.
func ignoreShape(err error) error {
	if errors.Is(err, webhooktest.ErrNoPath) {
		return nil
	}
	return err
}
