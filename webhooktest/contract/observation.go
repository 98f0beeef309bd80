package contract

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// An observation is the context of a reading of the state: the events delivered meanwhile,
// by name, and the state before.
type observation struct {
	events   map[string][]*webhooktest.Event
	ids      statediff.Normalizer // names the ids of the events
	start    any                  // the state before the deliveries
	byObject bool                 // compare the state of each object
	as       string               // the role name of ids, if not each event's own
}

func newObservation() *observation {
	return &observation{events: make(map[string][]*webhooktest.Event), ids: make(statediff.Normalizer)}
}

// single is the name of an event that is delivered alone.
const single = "e"

// observe returns an observation of events of one name.
func observe(events ...*webhooktest.Event) *observation {
	o := newObservation()
	o.events[single] = events
	if len(events) > 0 {
		o.ids.Name(events[0].ID(), events[0].Body(), single)
	}
	return o
}

// add adds an event by name, with another name for the roles of its ids.
func (o *observation) add(name, role string, event *webhooktest.Event) {
	o.events[name] = append(o.events[name], event)
	o.ids.Name(event.ID(), event.Body(), cmp.Or(o.as, role))
}

// diff returns what changed since the observation began, without the noise.
func (o *observation) diff(state any, noise map[string]bool) statediff.Diff {
	if o.byObject {
		return statediff.ObjectStates(withoutResults(state), o.ids)
	}
	return o.since(o.start, state, noise)
}

// since returns what changed between two states, without the noise.
func (o *observation) since(before, after any, noise map[string]bool) statediff.Diff {
	return statediff.Between(before, after, o.ids).Without(noise)
}

// stored returns what the handler stored of each object that the events are about.
func (o *observation) stored(ctx context.Context, of func(context.Context, *webhooktest.Event) (any, error)) (any, error) {
	stored := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(o.events)) {
		for _, event := range o.events[name] {
			value, err := of(ctx, event)
			if err != nil {
				return nil, err
			}
			key := event.ID()
			if id, ok := objectID(event); ok {
				key = fmt.Sprint(id)
			}
			for stored[key] != nil && !reflect.DeepEqual(stored[key], value) {
				key += "'" // StateOf may differ between events of one object
			}
			stored[key] = value
		}
	}
	return stored, nil
}

// objectID returns the id of the object that an event is about.
func objectID(e *webhooktest.Event) (id any, ok bool) {
	if fixtures.IsThin(e.Type()) {
		return e.Lookup("related_object.id")
	}
	return e.Lookup("data.object.id")
}

// isLast reports whether an event is the last of its name: in a race, one of the last burst.
func (o *observation) isLast(event *webhooktest.Event) bool {
	for _, events := range o.events {
		if slices.Index(events, event) == len(events)-1 {
			return true
		}
	}
	return false
}

// objects returns the ids of the objects that the events are about.
func (o *observation) objects() map[any]bool {
	ids := make(map[any]bool)
	for _, events := range o.events {
		for _, event := range events {
			if id, ok := objectID(event); ok {
				ids[id] = true
			}
		}
	}
	return ids
}

// aboutSame reports whether two events are about one object.
func aboutSame(a, b *webhooktest.Event) bool {
	mine, _ := objectID(a)
	theirs, _ := objectID(b)
	return mine == theirs
}
