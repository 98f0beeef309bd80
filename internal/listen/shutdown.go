package listen

import "context"

// Shutdown takes no more events, waits for the attempts that are under way until the
// context ends, breaks off the rest, and returns what was done. What is still to be
// delivered stays in the journal. Nothing runs any more when it returns.
func (h *Hub) Shutdown(ctx context.Context) Summary {
	h.open()
	h.stop(nil)
	h.life.wait(ctx)
	h.watchers.close()
	h.endpoints.close()
	if h.journal != nil {
		h.journal.close()
	}
	return h.Summary()
}

// Failed is closed when the journal can no longer be written. Then nothing more is
// delivered, and Err says why.
func (h *Hub) Failed() <-chan struct{} {
	h.open()
	return h.life.failed
}

// Err returns why the hub has stopped by itself, nil if it has not.
func (h *Hub) Err() error { return h.life.cause() }
