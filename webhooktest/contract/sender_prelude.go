package contract

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// prelude delivers what must come before an event of a type: if the handler handles them,
// the creations of the objects that the event refers to and of its own object. It returns
// the last of them, or nil for none. If that event created the event's own object, or
// links it, it also returns the version of the object that shows a change.
func (s *sender) prelude(ctx context.Context, eventType string) (created *webhooktest.Event, version int, err error) {
	creations, err := s.creations(eventType)
	if err != nil {
		return nil, 0, err
	}
	for _, creation := range creations {
		creation, shape, _ := strings.Cut(creation, "=")
		edit := webhooktest.Variant(shape)
		if created == nil {
			created, err = s.event(ctx, creation, edit)
		} else {
			created, err = s.registered(s.about(ctx, created, creation, edit))
		}
		if err == nil {
			_, err = s.deliver(ctx, created)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if created != nil && (s.subject.creation(eventType) != "" || strings.Contains(creations[len(creations)-1], "=")) {
		version, err = render.DistinctVersion(eventType)
	}
	return created, version, err
}

// creations are the handled types whose events come before one of a type, in the order of
// their dependencies, found once. One in a shape of its own is TYPE=VARIANT.
func (s *sender) creations(eventType string) ([]string, error) {
	if known, ok := s.source.creations.Load(eventType); ok {
		return known.([]string), nil
	}
	all, err := s.before(eventType, nil, nil)
	if err != nil {
		return nil, err
	}
	if all, err = s.linking(eventType, all); err != nil {
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

// before appends to a list what comes before an event of a type and is not in it yet,
// except for what that event itself must precede.
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

// linking appends to a list the handled types that, in one of their variants, tell of an
// object that events of a type are about or refer to, and whose own creation is not
// handled: most apps link a subscription to their user at the checkout session in mode
// subscription.
func (s *sender) linking(eventType string, all []string) ([]string, error) {
	for _, handled := range s.subject.Handles {
		for _, v := range fixtures.Variants(handled) {
			for _, kind := range v.Creates {
				links, err := s.links(eventType, handled, v.Name, kind)
				if err != nil {
					return nil, err
				}
				if !links || handled == eventType {
					continue
				}
				if all, err = s.before(handled, all, []string{eventType}); err != nil {
					return nil, err
				}
				all = append(all, handled+"="+v.Name)
			}
		}
	}
	return all, nil
}

// links reports whether an event in a shape tells of an object of a kind that events of a
// type name, and no creation of that kind is handled.
func (s *sender) links(eventType, linking, shape, kind string) (bool, error) {
	if slices.ContainsFunc(s.subject.Handles, func(handled string) bool {
		described, err := fixtures.DescribeEvent(handled)
		return strings.HasSuffix(handled, ".created") && err == nil && described.Object == kind
	}) {
		return false, nil
	}
	event, err := s.edited(eventType)
	if err != nil {
		return false, err
	}
	session, err := s.edited(linking, webhooktest.About(event), webhooktest.Variant(shape))
	if errors.Is(err, webhooktest.ErrNoPath) {
		return false, nil // what is set in each event is not in this shape
	}
	if err != nil {
		return false, err
	}
	id, named := session.Lookup("data.object." + kind)
	object, _ := event.Lookup("data.object")
	return named && id != nil && contains(object, id), nil
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

// contains reports whether an id appears anywhere in a value. The latest of a kind, such
// as the latest_invoice of a subscription, does not count: it came after the object that
// names it.
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
