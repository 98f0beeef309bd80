package contract

import (
	"context"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A state may list only who has access. A session that creates a subscription then shows
// nothing, and neither does an update to past_due: what gives access is an active subscription.

// givenLater returns why a missing effect of a session says nothing, if events about what it
// creates, as the user says, have one after it.
func givenLater(ctx context.Context, s *session, eventType string) error {
	shape, err := fixtures.FindVariant(eventType, s.subject.Variants[eventType])
	if err != nil {
		return nil //nolint:nilerr // the user says nothing of it
	}
	for _, later := range s.subject.handled() {
		described, err := fixtures.DescribeEvent(later)
		if err != nil || !slices.Contains(shape.Creates, described.Object) {
			continue
		}
		gives, err := givesAfter(ctx, s, eventType, later)
		if err != nil {
			return err
		}
		if gives {
			return errInconclusive{reason: fmt.Sprintf("%s has no effect, but %s has one after it: the state may show no more than what that gives", s.subject.shaped(eventType), later)}
		}
	}
	return nil
}

// givesAfter reports whether an event of a type, in any of its versions, changes the state
// after a session that creates its object.
func givesAfter(ctx context.Context, s *session, session, eventType string) (bool, error) {
	versions, err := render.Versions(eventType)
	for version := min(1, versions); err == nil && version <= versions; version++ {
		var did statediff.Diff
		if did, err = s.baseline.inVersion(ctx, session, eventType, version); len(did) > 0 {
			return true, nil
		}
	}
	return false, err
}

// inVersion returns the effect of a version of an event after another that creates its object.
func (b *baseline) inVersion(ctx context.Context, first, eventType string, version int) (statediff.Diff, error) {
	created, err := b.sender.distinct(ctx, first)
	if err != nil {
		return nil, err
	}
	if err := b.sender.insist(ctx, created); err != nil {
		return nil, err
	}
	event, err := b.sender.registered(b.sender.about(ctx, created, eventType, webhooktest.Version(version)))
	if err != nil {
		return nil, err
	}
	_, did, err := b.deliver(ctx, event)
	return did, err
}
