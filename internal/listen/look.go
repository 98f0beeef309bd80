package listen

import (
	"context"
	"iter"
	"slices"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// since returns the deliveries with numbers above since, without bodies.
func (h *history) since(number int) []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, _ := slices.BinarySearchFunc(h.order, number+1, byNumber)
	deliveries := make([]Delivery, 0, len(h.order)-from)
	for _, t := range h.order[from:] {
		deliveries = append(deliveries, t.summary())
	}
	return deliveries
}

// where returns the matching deliveries, without bodies.
func (h *history) where(match func(*task) bool) []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.matching(match)
}

// matching requires the lock.
func (h *history) matching(match func(*task) bool) []Delivery {
	deliveries := []Delivery{}
	for _, t := range h.order {
		if match(t) {
			deliveries = append(deliveries, t.summary())
		}
	}
	return deliveries
}

// find returns a kept task.
func (h *history) find(id string) (snapshot task, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tasks[id]
	if t == nil {
		return task{}, false
	}
	return *t, true
}

// findEvent returns a kept event by ID, or nil.
func (h *history) findEvent(id string) *webhooktest.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.events.find(id)
}

// follow yields a delivery now, and after each change.
func (h *history) follow(ctx context.Context, id string) iter.Seq[Delivery] {
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

// look returns the delivery of a task and a channel closed at its next change, or nil if
// it will not change any more.
func (h *history) look(t *task) (Delivery, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.life.over() && t.State != Sending {
		return t.Delivery, nil
	}
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.Delivery, t.changed
}

// undelivered reports whether an endpoint has not accepted an event (so far).
func (h *history) undelivered(eventID string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	kept := h.events.byID[eventID]
	if kept == nil {
		return false
	}
	accepted := make(map[string]bool)
	for _, t := range kept.tasks {
		accepted[t.Endpoint] = accepted[t.Endpoint] || t.State == Delivered
	}
	for _, yes := range accepted {
		if !yes {
			return true
		}
	}
	return false
}

// summary returns the counts and the undelivered deliveries.
func (h *history) summary() Summary {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.counts
	s.Waiting = h.queued.count
	s.Undelivered = h.matching(func(t *task) bool { return t.Undelivered() })
	return s
}
