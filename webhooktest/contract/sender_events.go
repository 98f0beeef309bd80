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

// prepared makes the event after delivering those that this precedence says.
func (p precedence) prepared(ctx context.Context, eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
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
