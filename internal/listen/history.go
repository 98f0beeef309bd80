package listen

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A history is the hub's deliveries and their events: all unfinished ones and the latest
// finished ones. Its lock guards the Delivery of each task, too.
type history struct {
	maxQueued, maxKept load
	life               *lifecycle
	watchers           *watchers

	mu     sync.Mutex
	made   int // number of deliveries so far, and of the last one
	tasks  map[string]*task
	order  []*task // by number
	events keptEvents
	queued load // not finished
	kept   load
	counts Summary
}

// admit makes the tasks of an event and reserves room for them in the queue. plan creates
// them for the kept copy of the event, numbered from the next free number. The error is
// plan's, or ErrQueueFull.
func (h *history) admit(event *webhooktest.Event, plan func(event *webhooktest.Event, last int) ([]*task, error)) ([]*task, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	event = h.events.same(event)
	tasks, err := plan(event, h.made)
	if err != nil {
		return nil, err
	}
	if err := h.room(tasks); err != nil {
		return nil, err
	}
	h.made += len(tasks)
	for _, t := range tasks {
		h.queued.add(t)
	}
	h.counts.Events++
	h.events.add(event, tasks)
	return tasks, nil
}

// sent reports whether a kept event with this ID was delivered at least once unforged.
func (h *history) sent(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.events.sent(id)
}

// room returns ErrQueueFull if the queue cannot take the tasks.
func (h *history) room(tasks []*task) error {
	with := h.queued
	for _, t := range tasks {
		with.add(t)
	}
	switch {
	case with.count > h.maxQueued.count:
		return fmt.Errorf("%w: %d unfinished deliveries, at most %d", ErrQueueFull, h.queued.count, h.maxQueued.count)
	case with.bytes > h.maxQueued.bytes:
		return fmt.Errorf("%w: unfinished deliveries hold %d kB, at most %d kB", ErrQueueFull, h.queued.bytes>>10, h.maxQueued.bytes>>10)
	}
	return nil
}

// withdraw undoes admit after a failed write to the journal.
func (h *history) withdraw(tasks []*task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts.Events--
	for _, t := range tasks {
		h.queued.remove(t)
		h.events.remove(t)
	}
}

// show publishes tasks, and returns the deliveries dropped by chaos, which are finished.
func (h *history) show(tasks []*task) (dropped []Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range tasks {
		h.insert(t)
		h.counts.Deliveries++
		if t.State == Dropped {
			h.finish(t)
			dropped = append(dropped, t.Delivery)
		}
		h.announce(t)
	}
	return dropped
}

// begin records the start of an attempt.
func (h *history) begin(t *task) Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.State, t.Next = Sending, time.Time{}
	h.announce(t)
	return t.Delivery
}

// interrupt reverts a task to waiting: the hub has ended, and the attempt does not count.
func (h *history) interrupt(t *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.State = Waiting
	h.announce(t)
}

// conclude records the outcome of an attempt. Nothing shows it before changed is called.
func (h *history) conclude(t *task, o outcome) Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.apply(t, o)
	return t.Delivery
}

// changed notifies watchers and followers of a task.
func (h *history) changed(t *task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.announce(t)
}

// release frees the followers of waiting deliveries: nothing more will happen to those.
func (h *history) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.order {
		if t.State == Waiting {
			t.wakeFollowers()
		}
	}
}

// The functions below require the lock.

func (h *history) announce(t *task) {
	t.wakeFollowers()
	h.watchers.send(t)
}

func (t *task) wakeFollowers() {
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// apply applies an outcome to a task.
func (h *history) apply(t *task, o outcome) {
	t.State, t.Next, t.Reason = o.state, o.next, o.reason
	if a := o.attempt; a != nil {
		t.Attempts = append(t.Attempts, *a)
		h.counts.Attempts++
		h.grow(t, a.size())
	}
	if t.Finished() {
		h.finish(t)
	}
}

// grow adds to the size of an unfinished task.
func (h *history) grow(t *task, bytes int) {
	t.size += bytes
	h.kept.bytes += bytes
	h.queued.bytes += bytes
}

func (h *history) insert(t *task) {
	if h.tasks == nil {
		h.tasks = make(map[string]*task)
	}
	h.tasks[t.ID] = t
	at, _ := slices.BinarySearchFunc(h.order, t.number, byNumber)
	h.order = slices.Insert(h.order, at, t)
	h.kept.add(t)
	h.evict()
}

func byNumber(t *task, number int) int { return cmp.Compare(t.number, number) }

// finish removes a task from the queue.
func (h *history) finish(t *task) {
	h.queued.remove(t)
	h.counts.count(&t.Delivery)
	h.evict()
}

// evict forgets the oldest finished tasks beyond the limits.
func (h *history) evict() {
	for i := 0; i < len(h.order) && h.kept.exceeds(h.maxKept); {
		t := h.order[i]
		if !t.Finished() {
			i++
			continue
		}
		h.order = slices.Delete(h.order, i, i+1)
		delete(h.tasks, t.ID)
		h.kept.remove(t)
		h.events.remove(t)
	}
}
