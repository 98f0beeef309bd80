package listen

import (
	"context"
	"iter"
)

// Deliveries returns the deliveries that are kept (Hub.Keep) whose number is above
// since, newest last, without their bodies. Attempts must not be changed.
func (h *Hub) Deliveries(since int) []Delivery { return h.history.since(since) }

// Delivery returns a delivery in full, if it is kept.
func (h *Hub) Delivery(id string) (Delivery, bool) {
	t, known := h.history.find(id)
	return t.Delivery, known
}

// Follow yields a delivery as it is, and again after each change, until it is
// finished, the hub is shut down or the context ends. Of changes in quick succession
// only the last may be seen: it has all attempts.
func (h *Hub) Follow(ctx context.Context, id string) iter.Seq[Delivery] {
	return h.history.follow(ctx, id)
}

// Watch returns a channel of changes: each delivery as it is made and after each
// change, without its body. A reader that is too slow loses changes: it gets a zero
// Delivery (without an ID), which says that it has to load all deliveries again. The
// channel is closed by cancel, and when the hub is shut down.
func (h *Hub) Watch() (changes <-chan Delivery, cancel func()) { return h.watchers.watch() }

// Undelivered reports whether the event has a delivery that was not accepted, or not
// yet: what GET /v1/events?delivery_success=false lists.
func (h *Hub) Undelivered(eventID string) bool { return h.history.undelivered(eventID) }

// Summary returns what the hub has done so far.
func (h *Hub) Summary() Summary { return h.history.summary() }

// InFlight returns how many attempts are under way.
func (h *Hub) InFlight() int {
	return len(h.history.where(func(t *task) bool { return t.State == Sending }))
}

// Waits returns the deliveries of the journal whose endpoint is missing, or not added
// yet.
func (h *Hub) Waits() []Delivery { return h.history.where((*task).homeless) }
