package listen

import (
	"bytes"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// keptEvents are the events of the tasks that are kept, and those that no endpoint
// wanted. The lock of the [history] guards them.
type keptEvents struct {
	byID     map[string]*keptEvent
	unwanted unwanted
}

// A keptEvent is one value for all deliveries of an event, since it remembers when it
// was sent.
type keptEvent struct {
	*webhooktest.Event
	used  *usedSeconds
	tasks []*task
}

// same returns the kept event with the same id and text, else the event itself.
func (k *keptEvents) same(event *webhooktest.Event) *webhooktest.Event {
	if kept := k.byID[event.ID()]; kept != nil && bytes.Equal(kept.Body(), event.Body()) {
		return kept.Event
	}
	if kept := k.unwanted.find(event.ID()); kept != nil && bytes.Equal(kept.Body(), event.Body()) {
		return kept
	}
	return event
}

// find returns the event with an id, nil if there is none.
func (k *keptEvents) find(id string) *webhooktest.Event {
	if kept := k.byID[id]; kept != nil {
		return kept.Event
	}
	return k.unwanted.find(id)
}

// sent reports whether an event with an id is kept that was no forgery at some delivery.
func (k *keptEvents) sent(id string) bool {
	if kept := k.byID[id]; kept != nil && slices.ContainsFunc(kept.tasks, func(t *task) bool { return !slices.ContainsFunc(t.mutations, neverSent) }) {
		return true
	}
	return k.unwanted.find(id) != nil
}

// add keeps an event as long as its tasks.
func (k *keptEvents) add(event *webhooktest.Event, tasks []*task) {
	kept := k.byID[event.ID()]
	switch {
	case event.ID() == "":
	case kept != nil:
		kept.tasks = append(kept.tasks, tasks...)
		for _, t := range tasks {
			t.used = kept.used
		}
	case len(tasks) > 0:
		if k.byID == nil {
			k.byID = make(map[string]*keptEvent)
		}
		k.byID[event.ID()] = &keptEvent{Event: event, used: tasks[0].used, tasks: slices.Clone(tasks)}
	default:
		k.unwanted.add(event)
	}
}

// remove forgets the event of a task if no other task has it.
func (k *keptEvents) remove(t *task) {
	kept := k.byID[t.EventID]
	if kept == nil {
		return
	}
	kept.tasks = slices.DeleteFunc(kept.tasks, func(other *task) bool { return other == t })
	if len(kept.tasks) == 0 {
		delete(k.byID, t.EventID)
	}
}

// The bounds of what is kept of events that no endpoint wanted.
const (
	maxUnwanted      = 1000
	maxUnwantedBytes = 16 << 20
)

// unwanted are events that no endpoint wanted: one that does may be added.
type unwanted struct {
	events []*webhooktest.Event // oldest first
	bytes  int
}

// add keeps an event, and forgets the oldest that there is no room for. The newest is
// always kept.
func (u *unwanted) add(event *webhooktest.Event) {
	u.events = append(u.events, event)
	u.bytes += len(event.Body())
	for len(u.events) > 1 && (len(u.events) > maxUnwanted || u.bytes > maxUnwantedBytes) {
		u.bytes -= len(u.events[0].Body())
		u.events[0] = nil // the slice may live longer
		u.events = u.events[1:]
	}
}

// find returns the newest event with an id, nil if there is none.
func (u *unwanted) find(id string) *webhooktest.Event {
	for _, event := range slices.Backward(u.events) {
		if event.ID() == id {
			return event
		}
	}
	return nil
}
