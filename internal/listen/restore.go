package listen

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Restored describes the content of a journal.
type Restored struct {
	Events, Attempts int // in the whole file, including those no longer kept
	Waiting          int // unfinished deliveries
	Torn             int // bytes of an incomplete last line, now cut off
	Damaged          []Damage
	Compaction       Compaction
}

// OpenJournal opens or creates a journal and restores its content: finished deliveries
// are kept as usual, unfinished ones resume once their endpoint is added. Call it before
// any other method.
//
// An incomplete last line, left by a crash, is cut off. Damaged lines stay in place; the
// others are restored. When most of the file is finished and too old to keep, it is
// compacted. The error names the line of any other problem, or says that another process
// has the file open.
func (h *Hub) OpenJournal(path string) (Restored, error) {
	h.open()
	j, err := openJournal(path)
	if err != nil {
		return Restored{}, err
	}
	r := restorer{hub: h, journal: j, latest: time.Now(), born: make(map[*task]int)}
	if err := r.run(); err != nil {
		j.close()
		return Restored{}, fmt.Errorf("journal %s: %w", path, err)
	}
	return r.restored, nil
}

// A restorer restores the content of a journal.
type restorer struct {
	hub      *Hub
	journal  *journal
	survey   survey
	needed   []surveyed
	latest   time.Time     // latest possible time of a signature
	lost     int           // attempts that each unfinished delivery may have lost, see reserve
	born     map[*task]int // lost when a delivery began
	restored Restored
}

func (r *restorer) run() error {
	if err := r.look(); err != nil {
		return err
	}
	done, size := r.survey.end, r.survey.end+sizeOf(r.needed)
	for i, line := range r.needed {
		if err := r.read(line); err != nil {
			return fmt.Errorf("line %d: %w", 2+slices.Index(r.survey.lines, line), err)
		}
		if done += int64(line.size); (i+1)%1000 == 0 {
			r.progress(done, size)
		}
	}
	if err := r.tidy(); err != nil {
		return err
	}
	return r.begin()
}

// look surveys the file.
func (r *restorer) look() error {
	info, err := r.journal.file.Stat()
	if err != nil {
		return err
	}
	s := &r.survey
	if err := s.take(r.journal.file, func(done int64) { r.progress(done, info.Size()) }); err != nil {
		return err
	}
	s.choose(r.hub.history.maxKept)
	r.needed = s.needed()
	r.restored.Events, r.restored.Attempts = s.events(), s.attempts
	r.restored.Torn, r.restored.Damaged = s.torn, s.damaged
	return nil
}

func (r *restorer) progress(done, size int64) {
	if r.hub.Loading != nil {
		r.hub.Loading(done, size)
	}
}

func sizeOf(lines []surveyed) (bytes int64) {
	for _, line := range lines {
		bytes += int64(line.size)
	}
	return bytes
}

// read restores one line.
func (r *restorer) read(line surveyed) error {
	if line.group < 0 { // an unreadable line may have been an attempt, or a start
		r.reserve()
		if line.group != ofStart {
			return nil
		}
	}
	object := make([]byte, line.size)
	if _, err := r.journal.file.ReadAt(object, line.offset); err != nil && err != io.EOF {
		return err
	}
	object = append(object[:line.size-sumLength], '}')
	e, err := decodeEntry(object)
	switch {
	case err != nil:
		return err
	case !e.Started.IsZero():
		r.sawTime(e.Started)
		return nil
	case e.Delivery != "":
		if e.Attempt != nil {
			r.sawTime(e.Attempt.At)
		}
		return r.change(e)
	}
	return r.event(e)
}

func (r *restorer) sawTime(at time.Time) {
	if at.After(r.latest) {
		r.latest = at
	}
}

// tidy prepares the file for appending, and compacts it if worthwhile.
func (r *restorer) tidy() error {
	s, j := &r.survey, r.journal
	if s.end == 0 {
		return j.begin()
	}
	if r.compact(); r.restored.Compaction.After > 0 {
		return nil
	}
	if s.repair {
		if _, err := j.file.WriteAt([]byte("\n"), s.end-1); err != nil {
			return err
		}
	}
	return j.cut(s.end)
}

// A failed compaction is no error: the journal is whole without it.
func (r *restorer) compact() {
	c := Compaction{Before: r.survey.end, After: int64(len(journalFirst)) + sizeOf(r.needed)}
	if saved := c.Before - c.After; !replaceable || r.survey.repair || saved < worthwhile || saved < c.Before/2 {
		return
	}
	for _, g := range r.survey.groups {
		if g.unneeded && !g.further {
			c.Events++
		}
	}
	if c.Err = r.journal.compact(r.needed, func() {}); c.Err != nil {
		c.After = 0
	}
	r.restored.Compaction = c
}

// begin hands the journal to the hub. If deliveries resume, it records this start for the
// next one: a crash may interrupt an attempt.
func (r *restorer) begin() error {
	h := &r.hub.history
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made, h.counts = r.survey.highest, Summary{}
	for _, t := range h.order {
		r.settle(t)
		t.used.until = r.latest
	}
	r.restored.Waiting = h.queued.count
	r.hub.journal = r.journal
	if h.queued.count == 0 {
		return nil
	}
	return r.journal.append(&entry{Started: time.Now()})
}

// reserve counts one extra attempt of every unfinished delivery: a crash may have
// interrupted it. A long journal may have many such lines and many deliveries, so this only
// counts them; settle adds them to each delivery at its end.
func (r *restorer) reserve() { r.lost++ }

// settle adds the attempts that a delivery may have lost while it was unfinished.
func (r *restorer) settle(t *task) {
	if born, unfinished := r.born[t]; unfinished {
		t.used.sent += r.lost - born
		delete(r.born, t)
	}
}

// event restores an event and its deliveries in their first state.
func (r *restorer) event(e *entry) error {
	event, err := webhooktest.ParseEvent(e.body())
	if err != nil {
		return fmt.Errorf("event: %w", err)
	}
	if !r.hub.history.sent(event.ID()) { // as on delivery
		register(r.hub.API, event, mutationsOf(e.Deliveries))
	}
	h := &r.hub.history
	h.mu.Lock()
	defer h.mu.Unlock()
	tasks, err := restoredTasks(e.Deliveries, h.events.same(event))
	if err != nil {
		return err
	}
	for _, t := range tasks {
		h.queued.add(t)
		h.insert(t)
		if t.Finished() {
			h.finish(t)
		}
	}
	h.events.add(event, tasks)
	for _, t := range tasks {
		t.used.sent++ // one may have been in progress
		if !t.Finished() {
			r.born[t] = r.lost
		}
	}
	return nil
}

// mutationsOf returns the mutations of an event's deliveries, the same for all.
func mutationsOf(deliveries []Delivery) []string {
	if len(deliveries) == 0 {
		return nil
	}
	return deliveries[0].Mutations
}

// restoredTasks returns the tasks of an event in their first state.
func restoredTasks(deliveries []Delivery, event *webhooktest.Event) (tasks []*task, err error) {
	used := new(usedSeconds)
	for i, d := range deliveries {
		number, err := numberOf(d.ID)
		if err != nil {
			return nil, err
		}
		if d.State != Waiting && d.State != Dropped {
			return nil, fmt.Errorf("delivery %s: unexpected initial state %q", d.ID, d.State)
		}
		if i == 0 {
			used.from = d.Created
		}
		d.Attempts, d.Body = nil, event.Body()
		size := taskSize(event, false, d.Mutations)
		tasks = append(tasks, &task{Delivery: d, number: number, event: event, mutations: d.Mutations, size: size, used: used})
	}
	return tasks, nil
}

// change restores a change of a delivery. An evicted delivery has finished, and so has no
// more lines.
func (r *restorer) change(e *entry) error {
	h := &r.hub.history
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tasks[e.Delivery]
	switch {
	case t == nil:
		return fmt.Errorf("delivery %q: not in any earlier line", e.Delivery)
	case t.Finished():
		return fmt.Errorf("delivery %s: already %s", t.ID, t.State)
	case e.State != Waiting && e.State != Delivered && e.State != GivenUp:
		return fmt.Errorf("delivery %s: state %q", t.ID, e.State)
	}
	h.apply(t, outcome{e.State, e.Next, e.Reason, e.Attempt})
	t.used.sent++
	if t.Finished() {
		r.settle(t)
	}
	return nil
}
