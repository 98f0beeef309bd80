package listen

import (
	"fmt"
	"time"
)

// attempt makes one attempt and records its outcome.
func (h *Hub) attempt(t *task) {
	sender, reason := h.endpoints.use(t.to)
	if reason != "" {
		h.conclude(t, outcome{state: GivenUp, reason: reason})
		return
	}
	defer h.endpoints.release(sender)
	h.report(h.history.begin(t))
	ctx := h.life.ctx
	t.used.mark(ctx, t.event)
	a, err := record(ctx, sender.Endpoint, h.API, t.event, t.mutations)
	if ctx.Err() != nil && a.Error != "" {
		h.history.interrupt(t)
		return
	}
	a.Number = t.tried() + 1
	if err != nil {
		h.conclude(t, outcome{state: GivenUp, reason: a.Error, attempt: a})
		return
	}
	h.conclude(t, t.outcome(a, h.Retries, h.Speed))
}

// outcome returns the effect of an attempt on a task.
func (t *task) outcome(a *Attempt, retries Schedule, speed float64) outcome {
	switch retry := a.Number - 1; {
	case a.Accepted():
		return outcome{state: Delivered, attempt: a}
	case len(t.mutations) > 0:
		return outcome{state: GivenUp, reason: "mutated deliveries are tried once", attempt: a}
	case retry < len(retries):
		return outcome{state: Waiting, next: time.Now().Add(scaled(retries[retry], speed)), attempt: a}
	case a.Number == 1:
		return outcome{state: GivenUp, reason: "not accepted in 1 attempt", attempt: a}
	default:
		return outcome{state: GivenUp, reason: fmt.Sprintf("not accepted in %d attempts", a.Number), attempt: a}
	}
}

// conclude records an outcome: on disk first, then for Report, then for all others. Only
// after that can the next attempt begin, or a follower submit the next event.
func (h *Hub) conclude(t *task, o outcome) {
	if h.log(newChangeEntry(t.ID, o)) != nil {
		h.history.interrupt(t) // the hub has stopped: leave the attempt unreported
		return
	}
	h.report(h.history.conclude(t, o))
	h.history.changed(t)
	if o.state == Waiting {
		h.queue.push(t, time.Until(o.next))
	}
}

// log appends entries to the journal, if any. A write error stops the hub.
func (h *Hub) log(entries ...*entry) error {
	if h.journal == nil {
		return nil
	}
	err := h.journal.append(entries...)
	if err != nil {
		h.stop(err)
	}
	return err
}

// stop prevents further attempts. err is the cause, nil for a shutdown.
func (h *Hub) stop(err error) {
	h.life.end(err)
	h.queue.stop()
	h.history.release()
}

func (h *Hub) report(d Delivery) {
	if h.Report != nil {
		h.Report(d)
	}
}
