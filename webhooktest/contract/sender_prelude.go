package contract

import (
	"context"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// prelude delivers what has to come before an event of a type: the creations, if the
// handler handles them, of what the event refers to and of its own object. It returns the
// last of them, nil for none; if that created its own, with the version of the object in
// which it can be seen to have changed.
func (s *sender) prelude(ctx context.Context, eventType string) (created *webhooktest.Event, version int, err error) {
	creations, err := s.creations(eventType)
	if err != nil {
		return nil, 0, err
	}
	for _, creation := range creations {
		if created == nil {
			created, err = s.event(ctx, creation)
		} else {
			created, err = s.registered(s.about(ctx, created, creation))
		}
		if err == nil {
			_, err = s.deliver(ctx, created)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if s.subject.creation(eventType) != "" {
		version, err = render.DistinctVersion(eventType)
	}
	return created, version, err
}

// creations are the handled types whose events come before one of a type, in the order of
// their dependencies, which is found out once.
func (s *sender) creations(eventType string) ([]string, error) {
	if known, ok := s.source.creations.Load(eventType); ok {
		return known.([]string), nil
	}
	all, err := s.before(eventType, nil, nil)
	if err != nil {
		return nil, err
	}
	if own := s.subject.creation(eventType); own != "" {
		if all, err = s.before(own, all, []string{eventType}); err != nil {
			return nil, err
		}
		all = append(all, own)
	}
	s.source.creations.Store(eventType, all)
	return all, nil
}

// before appends to a list what comes before an event of a type and is not in it yet, but
// for what that event itself has to come before.
func (s *sender) before(eventType string, all, later []string) ([]string, error) {
	later = append(slices.Clone(later), eventType)
	for _, creation := range s.subject.Handles {
		isOwn := slices.ContainsFunc(later, func(t string) bool { return creation == t || creation == s.subject.creation(t) })
		if isOwn || !strings.HasSuffix(creation, ".created") || slices.Contains(all, creation) {
			continue
		}
		needed, err := s.dependsOn(eventType, creation)
		if err == nil && needed {
			if all, err = s.before(creation, all, later); err == nil {
				all = append(all, creation)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// dependsOn reports whether events of a type refer to the object that another type
// creates, and not the other way round as well.
func (s *sender) dependsOn(eventType, creation string) (bool, error) {
	event, err := s.edited(eventType)
	if err != nil {
		return false, err
	}
	created, err := s.edited(creation, webhooktest.About(event))
	if err != nil {
		return false, err
	}
	return refersTo(event, created) && !refersTo(created, event), nil
}

// refersTo reports whether the object of an event names that of another one.
func refersTo(event, other *webhooktest.Event) bool {
	object, _ := event.Lookup("data.object")
	id, hasID := objectID(other)
	return hasID && contains(object, id)
}

// contains reports whether an id stands anywhere in a value. What is the latest of its
// kind, such as the latest_invoice of a subscription, came after the object that names it.
func contains(value, id any) bool {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if !strings.HasPrefix(key, "latest_") && contains(member, id) {
				return true
			}
		}
		return false
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return contains(element, id) })
	}
	return value == id
}
