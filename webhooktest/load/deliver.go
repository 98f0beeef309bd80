package load

import (
	"context"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// attempt delivers one event, twice if chaos says so.
func (w *worker) attempt(ctx context.Context, d *delivery, step int, due time.Time, late bool) {
	w.begin(d)
	created := d.created
	if created.IsZero() {
		created = time.Now()
	}
	event := d.of.event(step, d.number, created)
	var mutations []string
	if d.of.forged {
		at := d.number % len(forgeries)
		mutations = forgeries[at : at+1]
	}
	if d.retry == 0 {
		w.meter.event(d.of.forged)
	}
	if d.faults.duplicate && d.retry == 0 {
		var second sync.WaitGroup
		defer second.Wait()
		second.Go(func() { w.deliver(ctx, d, event, mutations, copied, time.Now(), false) })
	}
	how := fresh
	if d.retry > 0 {
		how = retried
	}
	if w.deliver(ctx, d, event, mutations, how, due, late) || d.of.forged || ctx.Err() != nil {
		return
	}
	if d.retry < len(w.Retries) {
		later := *d
		later.step, later.steps, later.retry, later.created = step, 1, d.retry+1, created
		later.due = time.Now().Add(w.Retries[d.retry])
		if w.schedule.add(&later) {
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	d.of.tracked.fail(d.number)
}

// An origin says why an attempt was made.
type origin int

const (
	fresh origin = iota
	copied
	retried
)

// deliver makes one attempt, and reports whether it was accepted.
func (r *run) deliver(ctx context.Context, d *delivery, event *webhooktest.Event, mutations []string, how origin, due time.Time, late bool) (accepted bool) {
	began := time.Now()
	if due.IsZero() {
		due = began
	}
	response, err := r.Endpoint.Deliver(ctx, event, mutations...)
	if ctx.Err() != nil && (err != nil || response.Err != nil) {
		return false // interrupted
	}
	if err != nil {
		r.meter.fail(err)
		return false
	}
	if accepted = response.Accepted(); !d.of.forged {
		r.gate.pass(response)
	}
	r.meter.record(&outcome{
		due: due, began: began, late: late, answered: time.Now(), response: response, how: how, forged: d.of.forged,
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	d.of.tracked.attempts++
	if accepted {
		d.of.tracked.deliveries++
		if how != copied || d.of.tracked.events == 1 {
			d.of.tracked.accept(d.number)
		}
	}
	return accepted
}
