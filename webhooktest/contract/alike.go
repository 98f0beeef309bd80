package contract

import (
	"context"
	"fmt"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// madeAlike makes an event about objects of its own, and those that must precede it, with ids
// that differ from another event's in the last character only.
func madeAlike(ctx context.Context, s *sender, other *webhooktest.Event, eventType string, edits []webhooktest.Edit) (*webhooktest.Event, error) {
	s.alike = other
	defer func() { s.alike = nil }()
	event, err := s.prepared(ctx, eventType, edits...)
	if err == nil && !isAlike(event, other) {
		err = fmt.Errorf("%w: the id of the object is not Stripe's choice", render.ErrNotApplicable)
	}
	return event, err
}

// isAlike reports whether the ids of two events' objects differ in their last character only: an
// object may have none, or the app has made it, or named it.
func isAlike(event, other *webhooktest.Event) bool {
	mine, _ := objectID(event)
	theirs, _ := objectID(other)
	own, _ := mine.(string)
	like, _ := theirs.(string)
	return own != like && own != "" && len(own) == len(like) && own[:len(own)-1] == like[:len(like)-1]
}
