package load

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// A delivery is an event that is due.
type delivery struct {
	of      *stream
	number  int
	step    int // the first step of a flow
	steps   int // number of consecutive steps
	slot    int // place of the first step in the schedule; -1 if out of turn
	due     time.Time
	created time.Time // zero: when it is sent
	retry   int       // number of earlier attempts
	faults  faults
	late    bool // due before a worker was free
}

// A schedule hands out deliveries in the order in which they are due. It keeps a number,
// not a list, of future events, so that a handler may fall behind by any number of them.
type schedule struct {
	rate  Rate
	ramp  time.Duration
	count int           // events; -1: no limit
	until time.Duration // for a load without a rate; 0: no limit
	next  func(slot int) *delivery

	mu    sync.Mutex
	wake  *sync.Cond
	start time.Time
	slots int // events so far
	later laterHeap
	busy  int // workers with a delivery
	over  bool
}

func newSchedule(r *run, next func(slot int) *delivery) *schedule {
	s := &schedule{rate: r.Rate, ramp: r.Duration, count: -1, next: next, start: time.Now()}
	s.wake = sync.NewCond(&s.mu)
	if r.Count > 0 {
		s.count = r.Count
	}
	switch {
	case r.Duration == 0:
	case r.Rate == Rate{}:
		s.until = r.Duration
	default:
		if n := r.Rate.during(r.Duration); s.count < 0 || n < s.count {
			s.count = n
		}
	}
	return s
}

// dueAt returns when an event is due; now without a rate.
func (s *schedule) dueAt(slot int) time.Time {
	if s.rate == (Rate{}) {
		return time.Time{}
	}
	return s.start.Add(s.rate.at(slot, s.ramp))
}

// take returns the next delivery. With wait, it blocks while others may still add one.
func (s *schedule) take(wait bool) *delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.over {
		if d := s.pop(); d != nil {
			s.busy++
			return d
		}
		if !wait || s.busy == 0 {
			break
		}
		s.wake.Wait()
	}
	return nil
}

// pop removes the next due delivery from the schedule.
func (s *schedule) pop() *delivery {
	now := time.Now()
	fresh := s.count < 0 || s.slots < s.count
	if s.until > 0 && now.Sub(s.start) >= s.until {
		fresh = false
	}
	due := s.dueAt(s.slots)
	if len(s.later) > 0 {
		first := s.later[0]
		if !fresh || !first.due.After(now) || !due.IsZero() && first.due.Before(due) {
			d := heap.Pop(&s.later).(*delivery)
			d.late = d.due.Before(now)
			return d
		}
	}
	if !fresh {
		return nil
	}
	d := s.next(s.slots)
	d.slot, d.due = s.slots, due
	d.late = !due.IsZero() && due.Before(now)
	s.slots += d.steps
	return d
}

// done records that a delivery is over, after its retries were added.
func (s *schedule) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy--; s.busy == 0 || len(s.later) > 0 {
		s.wake.Broadcast()
	}
}

// mostLater limits the number of waiting retries and delays.
const mostLater = 200_000

// add adds a delivery out of turn, unless too many wait.
func (s *schedule) add(d *delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.later) >= mostLater {
		return false
	}
	d.slot = -1
	heap.Push(&s.later, d)
	return true
}

// end stops all workers.
func (s *schedule) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	s.wake.Broadcast()
}

// sleep waits until a time, and reports whether the context is still active.
func sleep(ctx context.Context, until time.Time) bool {
	wait := time.Until(until)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// A laterHeap has the earliest delivery at its top.
type laterHeap []*delivery

func (h laterHeap) Len() int           { return len(h) }
func (h laterHeap) Less(i, j int) bool { return h[i].due.Before(h[j].due) }
func (h laterHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *laterHeap) Push(x any)        { *h = append(*h, x.(*delivery)) }

// Pop implements heap.Interface.
func (h *laterHeap) Pop() any {
	last := len(*h) - 1
	d := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return d
}
