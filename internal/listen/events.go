package listen

import (
	"bytes"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// keptEvents are the events of the kept tasks. The lock of the [history] guards them.
type keptEvents struct {
	byID     map[string]*keptEvent
	unwanted unwanted
}

// A keptEvent is shared by all deliveries of an event, since the event remembers its send
// times.
type keptEvent struct {
	*webhooktest.Event
	used  *usedSeconds
	tasks []*task
}

// same returns the kept event with the same ID and text, or event itself.
func (k *keptEvents) same(event *webhooktest.Event) *webhooktest.Event {
	if kept := k.byID[event.ID()]; kept != nil && bytes.Equal(kept.Body(), event.Body()) {
		return kept.Event
	}
	if kept := k.unwanted.find(event.ID()); kept != nil && bytes.Equal(kept.Body(), event.Body()) {
		return kept
	}
	return event
}

// find returns the event with an ID, or nil.
func (k *keptEvents) find(id string) *webhooktest.Event {
	if kept := k.byID[id]; kept != nil {
		return kept.Event
	}
	return k.unwanted.find(id)
}

// sent reports whether a kept event with this ID was delivered at least once unforged.
func (k *keptEvents) sent(id string) bool {
	if kept := k.byID[id]; kept != nil && slices.ContainsFunc(kept.tasks, func(t *task) bool { return !slices.ContainsFunc(t.mutations, neverSent) }) {
		return true
	}
	return k.unwanted.find(id) != nil
}

// add keeps an event for as long as its tasks.
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

// remove forgets a task's event when no other task has it.
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

// Bounds on the events kept without an endpoint.
const (
	maxUnwanted      = 1000
	maxUnwantedBytes = 16 << 20
)

// unwanted are events without an endpoint so far; one may be added.
type unwanted struct {
	events []*webhooktest.Event // oldest first
	bytes  int
}

// add keeps an event, evicting the oldest as needed. It always keeps the newest.
func (u *unwanted) add(event *webhooktest.Event) {
	u.events = append(u.events, event)
	u.bytes += len(event.Body())
	for len(u.events) > 1 && (len(u.events) > maxUnwanted || u.bytes > maxUnwantedBytes) {
		u.bytes -= len(u.events[0].Body())
		u.events[0] = nil // release it: the array may live longer
		u.events = u.events[1:]
	}
}

// find returns the newest event with an ID, or nil.
func (u *unwanted) find(id string) *webhooktest.Event {
	for _, event := range slices.Backward(u.events) {
		if event.ID() == id {
			return event
		}
	}
	return nil
}
