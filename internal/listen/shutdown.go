package listen

import "context"

// Shutdown refuses new events, waits for attempts in progress until the context ends,
// cancels the rest, and returns the summary. Pending deliveries stay in the journal.
// Nothing runs any more on return.
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

// Failed is closed when writing to the journal fails. Deliveries stop, and Err returns
// the cause.
func (h *Hub) Failed() <-chan struct{} {
	h.open()
	return h.life.failed
}

// Err returns why the hub stopped by itself, or nil.
func (h *Hub) Err() error { return h.life.cause() }
