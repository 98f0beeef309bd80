package contract

import (
	"context"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// prerequisites delivers the events that must precede an event of a type: the creations of its
// own object and of the objects it refers to, if the handler handles them. It returns the
// last of them, or nil for none. If that event created the event's own object, or links it,
// it also returns the version of the object that shows a change.
func (p precedence) prerequisites(ctx context.Context, eventType string) (created *webhooktest.Event, version int, err error) {
	s := p.sender
	creations, err := p.creations(eventType)
	if err != nil {
		return nil, 0, err
	}
	for _, creation := range creations {
		before := created
		creation, shape, _ := strings.Cut(creation, "=")
		edit := webhooktest.Variant(shape)
		if created == nil {
			created, err = s.event(ctx, creation, edit)
		} else {
			created, err = s.registered(s.about(ctx, created, creation, edit))
		}
		if err == nil {
			s.objects.follow(before, created)
		}
		if err == nil && !s.customer.knows(created) {
			err = s.insist(ctx, created)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if created != nil && (s.subject.creation(eventType) != "" || introduction(s.subject, eventType) != "" || strings.Contains(creations[len(creations)-1], "=")) {
		version, err = render.DistinctVersion(eventType)
	}
	return created, version, err
}

// insist delivers an event and, if it gets a server error, delivers it once more, as Stripe
// does: what comes after it would start from another state.
func (s *sender) insist(ctx context.Context, event *webhooktest.Event) error {
	s.before = append(s.before, event)
	response, err := s.deliver(ctx, event)
	if err == nil && response.StatusCode >= http.StatusInternalServerError {
		response, err = s.deliver(ctx, event)
	}
	if err == nil && response.StatusCode >= http.StatusInternalServerError {
		s.learned.failed.add(response)
	}
	return err
}
