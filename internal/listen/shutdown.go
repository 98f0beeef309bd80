package listen

import (
	"context"
	"fmt"
)

// A Summary is what a hub has done.
type Summary struct {
	Events     int `json:"events"`
	Deliveries int `json:"deliveries"`
	Attempts   int `json:"attempts"`
	Delivered  int `json:"delivered"`
	GivenUp    int `json:"given_up"`           // of what was sent as it is
	Unaccepted int `json:"mutated_unaccepted"` // of what was mutated: tried once, and not owed
	Dropped    int `json:"dropped"`
	Waiting    int `json:"waiting"`

	// Undelivered are the deliveries that the handler still owes 2xx, without their
	// bodies. Those that are too old to be kept are missing.
	Undelivered []Delivery `json:"undelivered"`
}

// Summary returns what the hub has done so far.
func (h *Hub) Summary() Summary {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.counts
	s.Waiting = h.queued.count
	s.Undelivered = []Delivery{}
	for _, t := range h.order {
		if t.Undelivered() {
			s.Undelivered = append(s.Undelivered, t.summary())
		}
	}
	return s
}

// InFlight returns how many attempts are under way.
func (h *Hub) InFlight() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.order {
		if t.State == Sending {
			n++
		}
	}
	return n
}

// Shutdown takes no more events, waits for the attempts that are under way until the
// context ends, breaks off the rest, and returns what was done. What is still to be
// delivered stays in the journal. Nothing runs any more when it returns.
func (h *Hub) Shutdown(ctx context.Context) Summary {
	h.open()
	h.stop(nil)
	ended := make(chan struct{})
	go func() {
		h.working.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		h.cancel()
		<-ended
	}
	h.cancel()
	h.close()
	return h.Summary()
}

// stop begins no more attempts. The error says why, nil for a shutdown.
func (h *Hub) stop(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil && h.err == nil {
		h.err = err
		close(h.failed)
	}
	if h.closed {
		return
	}
	h.closed = true
	for _, t := range h.order {
		if t.timer != nil {
			t.timer.Stop()
		}
		if t.State == Waiting && t.changed != nil { // who follows it is let go
			close(t.changed)
			t.changed = nil
		}
	}
}

// close gives back what the hub holds.
func (h *Hub) close() {
	h.mu.Lock()
	var senders []*sender
	for _, l := range h.lanes {
		senders = append(senders, l.sender)
	}
	for _, w := range h.watchers {
		close(w.changes)
	}
	h.watchers = nil
	h.mu.Unlock()
	for _, sender := range senders {
		sender.Close()
	}
	if h.journal != nil {
		h.journal.close()
	}
}

func (h *Hub) whyClosed() error {
	if h.err != nil {
		return fmt.Errorf("%w: %w", ErrClosed, h.err)
	}
	return ErrClosed
}

// Failed is closed when the journal can no longer be written. Then nothing more is
// delivered, and Err says why.
func (h *Hub) Failed() <-chan struct{} {
	h.open()
	return h.failed
}

// Err returns why the hub has stopped by itself, nil if it has not.
func (h *Hub) Err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.err
}
