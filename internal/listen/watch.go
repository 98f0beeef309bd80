package listen

import (
	"slices"
	"sync"
)

// watchBuffer is how many changes wait for a reader.
const watchBuffer = 256

// watchers are the channels on which readers learn of changes.
type watchers struct {
	mu     sync.Mutex
	all    []chan Delivery
	closed bool
}

// watch adds a channel. It is closed by cancel, and by close.
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

// send puts a change into each channel. The last place of a channel is for the zero
// Delivery; after that one, the reader needs no changes until it has read it. Only
// send writes to the channels, with the lock held, so a channel can only have more
// room than it sees.
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
