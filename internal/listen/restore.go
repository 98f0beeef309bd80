package listen

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Restored is what a journal held.
type Restored struct {
	Events, Attempts int
	Waiting          int // deliveries that are not finished
	Torn             int // bytes at the end that were no complete line, and were cut off
}

// OpenJournal makes the hub keep a journal in a file, and takes up what the file
// holds: what was finished can be looked at, what was not goes on when its endpoint is
// added. It must be called before anything else.
//
// A torn last line, of a process that was killed, is cut off. The error says what else
// is wrong with the file, and in which line, or that another process has it open.
func (h *Hub) OpenJournal(path string) (Restored, error) {
	h.open()
	j, err := openJournal(path)
	if err != nil {
		return Restored{}, err
	}
	now := time.Now()
	restored := Restored{}
	restored.Torn, err = j.read(func(e *entry) error { return h.restore(e, now, &restored) })
	if err != nil {
		j.close()
		return Restored{}, fmt.Errorf("journal %s: %w", path, err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.journal = j
	h.counts = Summary{}
	restored.Waiting = h.queued.count
	for _, t := range h.order {
		if !t.Finished() {
			h.orphans = append(h.orphans, t)
		}
	}
	return restored, nil
}

// restore takes up one line.
func (h *Hub) restore(e *entry, now time.Time, restored *Restored) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Delivery != "" {
		return h.restoreChange(e, restored)
	}
	body := e.body()
	event, err := webhooktest.ParseEvent(body)
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if h.API != nil && event.ID() != "" {
		_ = h.API.Add(body) // as when it was delivered
	}
	restored.Events++
	event = h.remembered(event)
	before := &past{until: now}
	if len(e.Deliveries) > 0 {
		before.from = e.Deliveries[0].Created
	}
	var tasks []*task
	for _, d := range e.Deliveries {
		t, err := restoredTask(d, event, before)
		if err != nil {
			return err
		}
		if h.tasks[t.ID] != nil {
			return fmt.Errorf("delivery %s was there before", t.ID)
		}
		tasks = append(tasks, t)
		h.made = max(h.made, t.number)
		h.queued.add(t)
		h.insert(t)
		if t.Finished() {
			h.finish(t)
		}
	}
	h.keepEvent(event, tasks)
	for _, t := range tasks {
		t.past.sent++ // as may have been under way
	}
	return nil
}

func restoredTask(d Delivery, event *webhooktest.Event, before *past) (*task, error) {
	number, err := strconv.Atoi(strings.TrimPrefix(d.ID, "dlv_"))
	if err != nil || number < 1 || deliveryID(number) != d.ID {
		return nil, fmt.Errorf("delivery %q: want dlv_ and a number", d.ID)
	}
	if d.State != Waiting && d.State != Dropped {
		return nil, fmt.Errorf("delivery %s: begins with state %q", d.ID, d.State)
	}
	d.Attempts, d.Body = nil, event.Body()
	return &task{Delivery: d, number: number, event: event, spoken: d.Mutations, size: overhead + len(event.Body()), past: before}, nil
}

// restoreChange takes up what came of a delivery. What is finished may be forgotten
// already, since only so many are kept, but has no more lines.
func (h *Hub) restoreChange(e *entry, restored *Restored) error {
	if e.Attempt != nil {
		restored.Attempts++
	}
	t := h.tasks[e.Delivery]
	switch {
	case t == nil:
		return fmt.Errorf("delivery %q: not in the lines before", e.Delivery)
	case t.Finished():
		return fmt.Errorf("delivery %s: was %s before", t.ID, t.State)
	case e.State != Waiting && e.State != Delivered && e.State != GivenUp:
		return fmt.Errorf("delivery %s: state %q", t.ID, e.State)
	}
	h.apply(t, outcome{e.State, e.Next, e.Reason, e.Attempt})
	t.past.sent++
	return nil
}

// adopt sets going what the journal has for an endpoint. The lock is held.
func (h *Hub) adopt(l *lane) {
	var others []*task
	for _, t := range h.orphans {
		if t.Endpoint != l.ID && t.URL != l.URL {
			others = append(others, t)
			continue
		}
		t.lane, t.Endpoint, t.URL = l, l.ID, l.URL
		if versioned, err := l.version(t.event); err == nil {
			t.event, t.Body = versioned, versioned.Body()
		}
		h.resume(t)
	}
	h.orphans = others
}

// resume sets a task going again, when its time has come.
func (h *Hub) resume(t *task) {
	for _, mutation := range t.Mutations {
		if mutation == "secret=…" { // what was hidden cannot be sent again
			h.apply(t, outcome{state: GivenUp, reason: "the secret of the mutation was not kept in the journal"})
			h.notify(t)
			return
		}
	}
	if wait := time.Until(t.Next); wait > 0 {
		t.timer = time.AfterFunc(wait, func() { h.wake(t) })
		return
	}
	h.enqueue(t)
}

// Waits returns the deliveries of the journal whose endpoint was not added (yet).
func (h *Hub) Waits() []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	deliveries := make([]Delivery, len(h.orphans))
	for i, t := range h.orphans {
		deliveries[i] = t.summary()
	}
	return deliveries
}

// A past is what an event of a journal does not remember: the seconds in which another
// process may have sent it. No two attempts may share one.
type past struct {
	from, until time.Time
	sent        int // how often, at the most
	once        sync.Once
}

// burn makes the event remember them: it is signed once for each second, and delivered
// to nobody. An attempt is dated back by a second for each that was made before, and
// by four minutes at the most.
func (p *past) burn(ctx context.Context, event *webhooktest.Event) {
	const window = 240
	if p == nil {
		return
	}
	p.once.Do(func() {
		small, err := event.Edit(webhooktest.Add("data", nil)) // remembers with the event, and is signed faster
		if err != nil {
			return // Add can always replace a value
		}
		until := p.until.Unix()
		for second := max(until-window, p.from.Unix()-int64(p.sent)); second <= until; second++ {
			endpoint := nobody(func() time.Time { return time.Unix(second, 0) })
			_, _ = endpoint.Deliver(ctx, small) // fails only at the end of the context
		}
	})
}
