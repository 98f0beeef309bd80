package load

import (
	"context"
	"hash/fnv"
	"sync"
	"time"
)

// A run is a load in progress.
type run struct {
	Load
	genuine, forged []*stream
	meter           *meter
	schedule        *schedule
	picker          *picker
	oracle          *oracle
	gate            gate
	settle          time.Duration // how long effects took, at least shortestSettle

	mu sync.Mutex // guards what streams track
}

// Pauses between two looks for effects: longer if effects take longer.
const (
	shortestSettle = 100 * time.Millisecond
	longestSettle  = 2 * time.Second
)

// A stream is the events of one share of the load, and their records.
type stream struct {
	*series
	tracked *tracked
}

func newStream(s *template, name string, forged bool, runID string, instance int) *stream {
	made := newSeries(s, name, forged, runID, instance)
	return &stream{made, track(made)}
}

func trackedOf(streams []*stream) (all []*tracked) {
	for _, s := range streams {
		all = append(all, s.tracked)
	}
	return all
}

func hashOf(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return h.Sum64()
}

// forgeries are the mutations of forged events, in turn.
var forgeries = []string{"unsigned", "wrong-secret", "body-tampered"}

// load sends all events.
func (r *run) load(ctx context.Context) {
	ctx, r.gate.stop = context.WithCancel(ctx)
	defer r.gate.stop()
	r.gate.open = r.KeepGoing
	r.picker = newPicker(r.Mix)
	r.meter.start()
	r.schedule = newSchedule(r, r.nextDelivery)
	stop := context.AfterFunc(ctx, r.schedule.end)
	defer stop()
	ended := r.watch()
	var workers sync.WaitGroup
	for range r.workers() {
		workers.Go(func() { r.work(ctx) })
	}
	workers.Wait()
	r.meter.stop()
	ended()
}

// workers returns the number of concurrent deliveries: no more than there are events.
func (r *run) workers() int {
	if n := r.schedule.count; n >= 0 && n < r.Concurrency {
		return max(1, n)
	}
	return r.Concurrency
}

// nextDelivery makes the delivery for the next event of the load. The schedule calls it,
// one call at a time.
func (r *run) nextDelivery(slot int) *delivery {
	f := r.faults(slot)
	chosen := r.picker.next()
	of := r.genuine[chosen]
	if f.forged {
		of = r.forged[chosen]
	}
	d := &delivery{of: of, number: of.next, steps: len(of.steps), faults: f}
	if f.forged {
		d.step, d.steps = of.next%len(of.steps), 1
	}
	of.next++
	return d
}

// A worker sends deliveries from the schedule, one after the other.
type worker struct {
	*run
	held *delivery // until the next was sent
}

func (r *run) work(ctx context.Context) {
	w := &worker{run: r}
	for {
		d := r.schedule.take(w.held == nil)
		switch {
		case d != nil && d.faults.reorder && w.held == nil && d.steps == 1:
			w.held = d
			continue
		case d != nil:
			w.send(ctx, d)
			r.schedule.done()
		}
		if held := w.held; held != nil {
			w.held = nil
			if sleep(ctx, held.due) {
				held.due, held.late = time.Now(), true
				w.send(ctx, held)
			}
			r.schedule.done()
			continue
		}
		if d == nil {
			return
		}
	}
}

// send sends the steps of a delivery, each when it is due.
func (w *worker) send(ctx context.Context, d *delivery) {
	if d.faults.drop {
		if sleep(ctx, d.due) {
			w.meter.drop(d.steps)
		}
		return
	}
	order := w.order(d)
	for i, step := range order {
		due := d.due
		if i > 0 && d.slot >= 0 {
			due = w.schedule.dueAt(d.slot + i)
		}
		late := d.late || i > 0 && !due.IsZero() && due.Before(time.Now())
		if !sleep(ctx, due) {
			return
		}
		if delay := d.faults.delay; delay > 0 && i == 0 && d.retry == 0 {
			if w.delay(d, step, delay) {
				continue
			}
		}
		w.attempt(ctx, d, step, due, late)
	}
}

// order returns the steps in sending order: chaos swaps two.
func (w *worker) order(d *delivery) []int {
	order := make([]int, d.steps)
	for i := range order {
		order[i] = d.step + i
	}
	if d.faults.reorder && d.steps > 1 {
		at := d.number % (d.steps - 1)
		order[at], order[at+1] = order[at+1], order[at]
	}
	return order
}

// delay postpones a step, and reports whether it could.
func (w *worker) delay(d *delivery, step int, delay time.Duration) bool {
	later := *d
	later.step, later.steps, later.due, later.created = step, 1, time.Now().Add(delay), time.Now()
	later.faults = faults{duplicate: d.faults.duplicate}
	w.begin(d)
	return w.schedule.add(&later)
}

func (r *run) begin(d *delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d.of.tracked.begin(d.number)
}
