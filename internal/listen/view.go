package listen

import (
	"context"
	"iter"
)

// Deliveries returns the kept deliveries (see Hub.Keep) numbered above since, newest
// last, without bodies. Do not modify their attempts.
func (h *Hub) Deliveries(since int) []Delivery { return h.history.since(since) }

// Delivery returns a kept delivery in full.
func (h *Hub) Delivery(id string) (Delivery, bool) {
	t, known := h.history.find(id)
	return t.Delivery, known
}

// Follow yields a delivery now and after each change, until it has finished, the hub
// shuts down or the context ends. Changes in quick succession may be merged into one,
// with all attempts.
func (h *Hub) Follow(ctx context.Context, id string) iter.Seq[Delivery] {
	return h.history.follow(ctx, id)
}

// Watch returns a channel of changes: each new delivery, and each delivery after a
// change, without bodies. A slow reader loses changes, and receives a zero Delivery (no
// ID) as a sign to reload all deliveries. cancel and shutdown close the channel.
func (h *Hub) Watch() (changes <-chan Delivery, cancel func()) { return h.watchers.watch() }

// Undelivered reports whether the event has a delivery not accepted so far, as listed by
// GET /v1/events?delivery_success=false.
func (h *Hub) Undelivered(eventID string) bool { return h.history.undelivered(eventID) }

// Summary returns the counts so far.
func (h *Hub) Summary() Summary { return h.history.summary() }

// InFlight returns the number of attempts in progress.
func (h *Hub) InFlight() int {
	return len(h.history.where(func(t *task) bool { return t.State == Sending }))
}

// Waits returns the restored deliveries without an endpoint so far.
func (h *Hub) Waits() []Delivery { return h.history.where((*task).unassigned) }
