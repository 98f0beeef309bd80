package listen

import (
	"slices"
	"time"
)

// Functions in this file are called with the lock held, but for work and wake.

// scaled is a time that passes at the hub's speed.
func (h *Hub) scaled(d time.Duration) time.Duration {
	if h.Speed > 0 {
		return time.Duration(float64(d) / h.Speed)
	}
	return d
}

// later delivers a task after a wait.
func (h *Hub) later(t *task, wait time.Duration) {
	wait = h.scaled(wait)
	t.State, t.Next = Waiting, time.Now().Add(wait)
	t.timer = time.AfterFunc(wait, func() { h.wake(t) })
}

// wake delivers a task whose time has come.
func (h *Hub) wake(t *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.enqueue(t)
	}
}

// enqueue delivers a task as soon as its endpoint has a place.
func (h *Hub) enqueue(t *task) {
	l := t.lane
	if t.fate.reorder {
		t.fate.reorder = false
		l.held = append(l.held, t)
		t.timer = time.AfterFunc(h.scaled(maxHeld), func() { h.release(l, t) })
		return
	}
	l.ready = append(l.ready, t)
	if l.running < h.concurrency() {
		l.running++
		h.working.Add(1)
		go h.work(l)
	}
}

func (h *Hub) concurrency() int {
	if h.Concurrency > 0 {
		return h.Concurrency
	}
	return DefaultConcurrency
}

// work makes deliveries to an endpoint until none is ready.
func (h *Hub) work(l *lane) {
	defer h.working.Done()
	for t := h.next(l); t != nil; t = h.next(l) {
		h.attempt(l, t)
		h.overtaken(l, t)
	}
}

// next returns the next task to deliver, or ends the work.
func (h *Hub) next(l *lane) *task {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(l.ready) == 0 {
		l.running--
		return nil
	}
	t := l.ready[0]
	l.ready[0] = nil // it may be forgotten before the slice is
	l.ready = l.ready[1:]
	return t
}

// overtaken releases what was held back until a later delivery was made.
func (h *Hub) overtaken(l *lane, by *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(l.held) == 0 {
		return
	}
	for _, t := range slices.Clone(l.held) {
		if t.number < by.number && t.EventID != by.EventID {
			h.unhold(l, t)
		}
	}
}

// release ends the holding of a task that nothing came after.
func (h *Hub) release(l *lane, t *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed && slices.Contains(l.held, t) {
		h.unhold(l, t)
	}
}

func (h *Hub) unhold(l *lane, t *task) {
	t.timer.Stop()
	l.held = slices.DeleteFunc(l.held, func(other *task) bool { return other == t })
	h.enqueue(t)
}
