package listen

import (
	"slices"
	"sync"
	"time"
)

// A queue schedules deliveries, with a concurrency limit per endpoint. It runs no
// goroutines while idle.
type queue struct {
	concurrency int           // deliveries at a time, per endpoint
	hold        time.Duration // maximum wait for the next delivery
	deliver     func(*task)
	life        *lifecycle

	mu     sync.Mutex
	lanes  map[*destination]*lane
	timers map[*task]*time.Timer
}

// A lane is the queue of one endpoint.
type lane struct {
	ready   []*task // due now
	held    []*task // held by chaos until a later delivery has been made
	running int
}

// push schedules a task after wait, once its endpoint has a free slot.
func (q *queue) push(t *task, wait time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if wait > 0 {
		q.after(t, wait, func() { q.enqueue(t) })
		return
	}
	q.enqueue(t)
}

// stop starts no more deliveries. The lifecycle must have ended.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, timer := range q.timers {
		timer.Stop()
	}
	clear(q.timers)
}

// work delivers to an endpoint until nothing is due.
func (q *queue) work(d *destination) {
	defer q.life.done()
	for t := q.next(d); t != nil; t = q.next(d) {
		q.deliver(t)
		q.overtaken(t)
	}
}

// next returns the next task to deliver, or ends the worker.
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
	l.ready[0] = nil // release it: the array may live longer
	l.ready = l.ready[1:]
	return t
}

// overtaken delivers the tasks held until after this delivery.
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

// The functions below require the lock.

// after calls f after a wait, with the lock held, unless the hub ends first.
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
	if t.faults.reorder && !l.onlyHeld() {
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

// onlyHeld reports whether all deliveries of the endpoint are held: the next one overtakes
// them, else none would.
func (l *lane) onlyHeld() bool { return len(l.held) > 0 && len(l.ready) == 0 && l.running == 0 }

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

// unhold delivers a held task.
func (q *queue) unhold(l *lane, t *task) {
	if timer := q.timers[t]; timer != nil {
		timer.Stop()
		delete(q.timers, t)
	}
	l.held = slices.DeleteFunc(l.held, func(other *task) bool { return other == t })
	q.enqueue(t)
}
