package listen

import (
	"slices"
	"sync"
)

// watchBuffer is the number of changes buffered for a reader.
const watchBuffer = 256

// watchers are the channels of all readers.
type watchers struct {
	mu     sync.Mutex
	all    []chan Delivery
	closed bool
}

// watch adds a channel. cancel and close close it.
func (w *watchers) watch() (changes <-chan Delivery, cancel func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	added := make(chan Delivery, watchBuffer)
	if w.closed {
		close(added)
	} else {
		w.all = append(w.all, added)
	}
	return added, func() { w.remove(added) }
}

func (w *watchers) remove(changes chan Delivery) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.all, changes); i >= 0 {
		w.all = slices.Delete(w.all, i, i+1)
		close(changes)
	}
}

// send sends a change to each channel. The last slot is for the zero Delivery, after
// which a reader gets no changes until it catches up. Only send writes to the channels,
// under the lock, so the free space it sees can only grow.
func (w *watchers) send(t *task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, changes := range w.all {
		switch room := cap(changes) - len(changes); {
		case room > 1:
			changes <- t.summary()
		case room == 1:
			changes <- Delivery{}
		}
	}
}

func (w *watchers) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, changes := range w.all {
		close(changes)
	}
	w.all, w.closed = nil, true
}
