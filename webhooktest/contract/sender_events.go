package contract

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// prepared makes one independent event, after delivering the events that must precede it.
// It does not register the event.
func (s *sender) prepared(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	return precedence{sender: s}.prepared(ctx, eventType, edits...)
}

// prepared makes the event after delivering those that this precedence says, or about the
// object that events share.
func (p precedence) prepared(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	return shared(ctx, p.sender, eventType, edits, func() (*webhooktest.Event, error) { return p.ownEvent(ctx, eventType, edits...) })
}

// ownEvent makes the event about an object of its own, after those that must precede it.
func (p precedence) ownEvent(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	s := p.sender
	created, version, err := p.prerequisites(ctx, eventType)
	switch {
	case err != nil:
		return nil, err
	case created != nil:
		event, err := s.about(ctx, created, eventType, append([]webhooktest.Edit{webhooktest.Version(version)}, edits...)...)
		s.objects.follow(created, event)
		return event, err
	}
	return s.unregistered(ctx, eventType, edits...)
}

// distinct makes an event that no case names. If its object has no id, such as a balance,
// its amounts differ each time: otherwise it would look like the previous one.
func (s *sender) distinct(ctx context.Context, eventType string) (*webhooktest.Event, error) {
	event, err := s.prepared(ctx, eventType)
	if err != nil {
		return nil, err
	}
	return s.registered(s.varied(event))
}

// varied returns the event with other amounts, if its object has no id.
func (s *sender) varied(event *webhooktest.Event) (*webhooktest.Event, error) {
	if _, hasID := objectID(event); hasID || fixtures.IsThin(event.Type()) {
		return event, nil
	}
	object, _ := event.Lookup("data.object")
	by := float64(s.source.next().Unix() % 9973)
	changed, err := event.Edit(raised(object, "data.object", by)...)
	s.objects.keep(event, changed)
	return changed, err
}

// raised returns the edits that raise all amounts of an object.
func raised(value any, path string, by float64) (edits []webhooktest.Edit) {
	switch value := value.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if amount, isNumber := value[key].(float64); isNumber && key == "amount" {
				edits = append(edits, webhooktest.Set(path+"."+key, int64(amount+by)))
				continue
			}
			edits = append(edits, raised(value[key], path+"."+key, by)...)
		}
	case []any:
		for i, element := range value {
			edits = append(edits, raised(element, path+"."+strconv.Itoa(i), by)...)
		}
	}
	return edits
}

// Cases that only examine answers share an object of the app, if Prepare's edits name it: an
// app has only so many. Their events have the ids of that object, too, since an app may find
// it by either.

// shared makes an event about the object that events share. If there is none, or the app
// takes no second event about one object, the event gets its own; once there are no more, it
// has no more of the shared one than what names it.
func shared(ctx context.Context, s *sender, eventType string, edits []webhooktest.Edit, own func() (*webhooktest.Event, error)) (*webhooktest.Event, error) {
	if !s.shares || s.customer.of != nil || !s.subject.bindsEach() {
		return own()
	}
	first, err := sharedOf(ctx, s, eventType)
	switch {
	case err != nil:
		return nil, err
	case first != nil:
		return s.about(ctx, first, eventType, edits...)
	}
	end := s.sharing(false)
	event, err := own()
	if end(); isSpent(err) {
		return own()
	}
	if err == nil {
		s.objects.offer(event)
	}
	return event, err
}

// sharedOf returns the event whose object further events of a type are about, or nil.
func sharedOf(ctx context.Context, s *sender, eventType string) (*webhooktest.Event, error) {
	first := s.objects.first[eventType]
	if first == nil {
		return nil, nil
	}
	takes, tried := s.objects.known.again.Load(eventType)
	if !tried {
		again, err := takesAgain(ctx, s, first)
		if err != nil {
			return nil, err
		}
		takes = again
		s.objects.known.again.Store(eventType, takes)
	}
	if takes == false {
		return nil, nil
	}
	return first, nil
}

// takesAgain delivers two events about the object of another, and reports whether both are
// accepted: the other need not have been delivered.
func takesAgain(ctx context.Context, s *sender, first *webhooktest.Event) (bool, error) {
	for range 2 {
		event, err := s.registered(s.about(ctx, first, first.Type()))
		if err != nil {
			return false, err
		}
		if response, err := s.deliver(ctx, event); err != nil || !response.Accepted() {
			return false, err
		}
	}
	return true, nil
}

// deliverControl delivers a new event of the control type.
func (s *sender) deliverControl(ctx context.Context, mutations ...string) (*webhooktest.Response, error) {
	defer s.share()()
	control := s.subject.control()
	event, err := shared(ctx, s, control, nil, func() (*webhooktest.Event, error) { return controlEvent(ctx, s, control) })
	if genuine(mutations) {
		event, err = s.registered(event, err)
	}
	if err != nil {
		return nil, err
	}
	return s.deliver(ctx, event, mutations...)
}

// controlEvent makes an event of the control type, after what must precede it if it is
// refused alone. What that leaves to do is not the control's work.
func controlEvent(ctx context.Context, s *sender, control string) (*webhooktest.Event, error) {
	if !s.source.led.Load() {
		return s.unregistered(ctx, control)
	}
	event, err := precedence{sender: s}.ownEvent(ctx, control)
	if err != nil {
		return nil, err
	}
	return event, s.machine.pause(ctx, max(asyncSettle, s.learned.settled()))
}
