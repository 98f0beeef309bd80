package listen

import "slices"

// watchBuffer is how many changes wait for a reader.
const watchBuffer = 256

// A watcher is a reader of changes.
type watcher struct{ changes chan Delivery }

// Watch returns a channel of changes: each delivery as it is made and after each
// change, without its body. A reader that is too slow loses changes: it gets a zero
// Delivery (without an ID), which says that it has to load all deliveries anew. The
// channel is closed by cancel, and when the hub is shut down.
func (h *Hub) Watch() (changes <-chan Delivery, cancel func()) {
	h.open()
	h.mu.Lock()
	defer h.mu.Unlock()
	w := &watcher{make(chan Delivery, watchBuffer)}
	if h.closed {
		close(w.changes)
	} else {
		h.watchers = append(h.watchers, w)
	}
	return w.changes, func() { h.unwatch(w) }
}

func (h *Hub) unwatch(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if i := slices.Index(h.watchers, w); i >= 0 {
		h.watchers = slices.Delete(h.watchers, i, i+1)
		close(w.changes)
	}
}

// notify tells everybody that a task has changed. The lock is held.
func (h *Hub) notify(t *task) {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
	for _, w := range h.watchers {
		w.tell(t)
	}
}

// tell puts a change into the channel. Its last place is for the zero Delivery, after
// which changes need not be told until that was read. Only the hub sends, with the
// lock held, so that there can only be more room than it sees.
func (w *watcher) tell(t *task) {
	switch room := cap(w.changes) - len(w.changes); {
	case room > 1:
		w.changes <- t.summary()
	case room == 1:
		w.changes <- Delivery{}
	}
}
