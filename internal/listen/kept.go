package listen

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Deliveries returns the deliveries that are kept (Hub.Keep) whose number is above
// since, newest last, without their bodies. Attempts must not be changed.
func (h *Hub) Deliveries(since int) []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, _ := slices.BinarySearchFunc(h.order, since+1, byNumber)
	deliveries := make([]Delivery, 0, len(h.order)-from)
	for _, t := range h.order[from:] {
		deliveries = append(deliveries, t.summary())
	}
	return deliveries
}

func byNumber(t *task, number int) int { return cmp.Compare(t.number, number) }

// summary is the delivery without its body.
func (t *task) summary() Delivery {
	d := t.Delivery
	d.Body = nil
	return d
}

// Delivery returns a delivery in full, if it is kept.
func (h *Hub) Delivery(id string) (Delivery, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tasks[id]
	if t == nil {
		return Delivery{}, false
	}
	return t.Delivery, true
}

// Follow yields a delivery as it is, and again after each change, until it is
// finished, the hub is shut down or the context ends. Of changes in quick succession
// only the last may be seen: it has all attempts.
func (h *Hub) Follow(ctx context.Context, id string) iter.Seq[Delivery] {
	return func(yield func(Delivery) bool) {
		h.mu.Lock()
		t := h.tasks[id]
		h.mu.Unlock()
		for t != nil {
			d, changed := h.look(t)
			if !yield(d) || d.Finished() || changed == nil {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}

// look returns the delivery of a task, and a channel that is closed when it changes,
// nil when it will not any more.
func (h *Hub) look(t *task) (Delivery, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed && t.State != Sending {
		return t.Delivery, nil
	}
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.Delivery, t.changed
}

// Undelivered reports whether the event has a delivery that was not accepted, or not
// yet: what GET /v1/events?delivery_success=false lists.
func (h *Hub) Undelivered(eventID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.events[eventID]
	if known == nil {
		return false
	}
	accepted := make(map[string]bool)
	for _, t := range known.tasks {
		accepted[t.Endpoint] = accepted[t.Endpoint] || t.State == Delivered
	}
	for _, yes := range accepted {
		if !yes {
			return true
		}
	}
	return false
}

// The functions below are called with the lock held.

// insert makes a task one that can be looked at.
func (h *Hub) insert(t *task) {
	h.tasks[t.ID] = t
	at, _ := slices.BinarySearchFunc(h.order, t.number, byNumber)
	h.order = slices.Insert(h.order, at, t)
	h.kept.add(t)
	h.evict()
}

// finish takes a task out of the queue.
func (h *Hub) finish(t *task) {
	h.queued.remove(t)
	switch {
	case t.State == Delivered:
		h.counts.Delivered++
	case t.State == Dropped:
		h.counts.Dropped++
	case len(t.Mutations) > 0:
		h.counts.Unaccepted++
	default:
		h.counts.GivenUp++
	}
	h.evict()
}

// mostKept is what may be kept.
func (h *Hub) mostKept() load {
	return load{cmp.Or(h.Keep, DefaultKeep), cmp.Or(h.KeepBytes, DefaultKeepBytes)}
}

// evict forgets the oldest finished tasks while there are too many.
func (h *Hub) evict() {
	most := h.mostKept()
	for i := 0; i < len(h.order) && (h.kept.count > most.count || h.kept.bytes > most.bytes); {
		t := h.order[i]
		if !t.Finished() {
			i++
			continue
		}
		h.order = slices.Delete(h.order, i, i+1)
		delete(h.tasks, t.ID)
		h.kept.remove(t)
		h.forgetEvent(t)
	}
}

// remembered returns the kept event with the same id and text, else the event.
func (h *Hub) remembered(event *webhooktest.Event) *webhooktest.Event {
	if known := h.events[event.ID()]; known != nil && bytes.Equal(known.Body(), event.Body()) {
		return known.Event
	}
	if known := h.unwanted.find(event.ID()); known != nil && bytes.Equal(known.Body(), event.Body()) {
		return known
	}
	return event
}

// keepEvent keeps an event as long as its deliveries.
func (h *Hub) keepEvent(event *webhooktest.Event, tasks []*task) {
	known := h.events[event.ID()]
	switch {
	case event.ID() == "":
	case known != nil:
		known.tasks = append(known.tasks, tasks...)
		for _, t := range tasks {
			t.past = known.past
		}
	case len(tasks) > 0:
		h.events[event.ID()] = &original{Event: event, past: tasks[0].past, tasks: slices.Clone(tasks)}
	default:
		h.unwanted.add(event)
	}
}

// forgetEvent forgets the event of a task if no other task has it.
func (h *Hub) forgetEvent(t *task) {
	known := h.events[t.EventID]
	if known == nil {
		return
	}
	known.tasks = slices.DeleteFunc(known.tasks, func(other *task) bool { return other == t })
	if len(known.tasks) == 0 {
		delete(h.events, t.EventID)
	}
}
