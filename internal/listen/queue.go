package listen

import (
	"slices"
	"sync"
	"time"
)

// A queue says when each delivery is made: those to one endpoint side by side within a
// bound, each endpoint on its own. It has no goroutine while nothing is to be delivered.
type queue struct {
	concurrency int           // deliveries to an endpoint at a time
	hold        time.Duration // of a delivery that waits for the next one, at most
	deliver     func(*task)
	life        *lifecycle

	mu     sync.Mutex
	lanes  map[*destination]*lane
	timers map[*task]*time.Timer
}

// A lane is the part of the queue for one endpoint.
type lane struct {
	ready   []*task // to be delivered now
	held    []*task // by chaos, until a later one was delivered
	running int
}

// push delivers a task after a wait, as soon as its endpoint has a place.
func (q *queue) push(t *task, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if wait > 0 {
		q.after(t, wait, func() { q.enqueue(t) })
		return
	}
	q.enqueue(t)
}

// stop begins no more deliveries. The lifecycle has ended before.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, timer := range q.timers {
		timer.Stop()
	}
	clear(q.timers)
}

// work makes deliveries to an endpoint until none is ready.
func (q *queue) work(d *destination) {
	defer q.life.done()
	for t := q.next(d); t != nil; t = q.next(d) {
		q.deliver(t)
		q.overtaken(t)
	}
}

// next returns the next task to deliver, or ends the work.
func (q *queue) next(d *destination) *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[d]
	if q.life.over() || len(l.ready) == 0 {
		l.running--
		if l.running == 0 && len(l.ready) == 0 && len(l.held) == 0 {
			delete(q.lanes, d)
		}
		return nil
	}
	t := l.ready[0]
	l.ready[0] = nil // it may be forgotten before the slice is
	l.ready = l.ready[1:]
	return t
}

// overtaken delivers what was held until a later delivery was made.
func (q *queue) overtaken(by *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lanes[by.to]
	for _, t := range slices.Clone(l.held) {
		if t.number < by.number && t.EventID != by.EventID {
			q.unhold(l, t)
		}
	}
}

// The functions below are called with the lock held.

// after calls what is to be done after a wait, with the lock held, unless the hub ends
// before.
func (q *queue) after(t *task, wait time.Duration, do func()) {
	if q.life.over() {
		return
	}
	if q.timers == nil {
		q.timers = make(map[*task]*time.Timer)
	}
	var timer *time.Timer
	timer = time.AfterFunc(wait, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		if q.timers[t] != timer { // stopped too late
			return
		}
		delete(q.timers, t)
		do()
	})
	q.timers[t] = timer
}

func (q *queue) enqueue(t *task) {
	if q.life.over() {
		return
	}
	l := q.lane(t.to)
	if t.faults.reorder {
		t.faults.reorder = false
		l.held = append(l.held, t)
		q.after(t, q.hold, func() { q.unhold(l, t) })
		return
	}
	l.ready = append(l.ready, t)
	if l.running < q.concurrency && q.life.begin() == nil {
		l.running++
		go q.work(t.to)
	}
}

func (q *queue) lane(d *destination) *lane {
	if q.lanes == nil {
		q.lanes = make(map[*destination]*lane)
	}
	l := q.lanes[d]
	if l == nil {
		l = new(lane)
		q.lanes[d] = l
	}
	return l
}

// unhold delivers a task that was held.
func (q *queue) unhold(l *lane, t *task) {
	if timer := q.timers[t]; timer != nil {
		timer.Stop()
		delete(q.timers, t)
	}
	l.held = slices.DeleteFunc(l.held, func(other *task) bool { return other == t })
	q.enqueue(t)
}
