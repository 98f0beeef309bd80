package listen

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Submit takes an event and returns its deliveries: one for each endpoint that wants
// it, none when no endpoint does. It does not wait for them. What is mutated is
// delivered once, as an experiment: no chaos, no retries.
//
// The error is ErrQueueFull, ErrClosed, or says what is wrong with a mutation or the
// journal; then nothing is delivered.
func (h *Hub) Submit(ctx context.Context, event *webhooktest.Event, mutations ...string) ([]Delivery, error) {
	h.open()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	account := accountOf(event)
	wants := func(l *lane) bool { return l.wants(event.Type(), account) }
	return h.take(ctx, event, account, "", wants, mutations)
}

// accountOf returns the connected account that an event comes from, "" for none.
func accountOf(event *webhooktest.Event) string {
	var envelope struct {
		Account string `json:"account"`
	}
	if bytes.Contains(event.Body(), []byte(`"account"`)) { // few have it, and decoding is slow
		_ = json.Unmarshal(event.Body(), &envelope) // it is JSON; an account that is no text counts as none
	}
	return envelope.Account
}

// Replay delivers the event of a delivery again, to the same endpoint, now and freshly
// signed. The error is that of Submit, or ErrNotKept.
func (h *Hub) Replay(ctx context.Context, deliveryID string, mutations ...string) (Delivery, error) {
	h.open()
	if err := ctx.Err(); err != nil {
		return Delivery{}, err
	}
	h.mu.Lock()
	t := h.tasks[deliveryID]
	known := t != nil && t.lane != nil && !t.lane.gone
	h.mu.Unlock()
	switch {
	case t == nil:
		return Delivery{}, fmt.Errorf("delivery %q: %w", deliveryID, ErrNotKept)
	case !known:
		return Delivery{}, fmt.Errorf("delivery %s: there is no endpoint %s (%s) any more", deliveryID, t.Endpoint, t.URL)
	}
	same := func(l *lane) bool { return l == t.lane }
	made, err := h.take(ctx, t.event, t.Account, deliveryID, same, mutations)
	if err != nil {
		return Delivery{}, err
	}
	if len(made) == 0 {
		return Delivery{}, fmt.Errorf("delivery %s: its endpoint has just been removed", deliveryID)
	}
	return made[0], nil
}

// Retry delivers an event again, as POST /v1/events/{id}/retry asks: to one endpoint,
// or without an endpoint's id to all that want the event. A delivery that still waits
// for its next attempt is not touched.
//
// Source: https://docs.stripe.com/webhooks#manual-retries
func (h *Hub) Retry(eventID, endpointID string) error {
	h.open()
	event := h.find(eventID)
	if event == nil {
		return fmt.Errorf("event %q: %w", eventID, ErrNotKept)
	}
	account := accountOf(event)
	made, err := h.take(context.Background(), event, account, "", func(l *lane) bool {
		return endpointID == l.ID || endpointID == "" && l.wants(event.Type(), account)
	}, nil)
	if err == nil && len(made) == 0 && endpointID != "" {
		err = fmt.Errorf("there is no endpoint %q", endpointID)
	}
	return err
}

// find returns the event with an id, if it is kept.
func (h *Hub) find(eventID string) *webhooktest.Event {
	h.mu.Lock()
	defer h.mu.Unlock()
	if known := h.events[eventID]; known != nil {
		return known.Event
	}
	return h.unwanted.find(eventID)
}

// take makes the deliveries of an event and queues them.
func (h *Hub) take(ctx context.Context, event *webhooktest.Event, account, replayOf string, wants func(*lane) bool, mutations []string) ([]Delivery, error) {
	if err := h.rehearse(ctx, event, mutations); err != nil {
		return nil, err
	}
	tasks, err := h.admit(event, account, replayOf, wants, mutations)
	if err != nil {
		return nil, err
	}
	defer h.working.Done()
	if h.API != nil && event.ID() != "" {
		_ = h.API.Add(event.Body()) // what is no event of Stripe's is delivered all the same, but cannot be asked for
	}
	deliveries := make([]Delivery, len(tasks))
	for i, t := range tasks {
		deliveries[i] = t.Delivery
	}
	if err := h.log(newEventEntry(event.Body(), deliveries)); err != nil {
		h.withdraw(tasks)
		return nil, fmt.Errorf("%w: %w", ErrClosed, err)
	}
	if h.Accepted != nil {
		h.Accepted(event, deliveries)
	}
	h.start(tasks)
	return deliveries, nil
}

// rehearse finds what is wrong with mutations before anything is queued: it delivers
// the event to nobody.
func (h *Hub) rehearse(ctx context.Context, event *webhooktest.Event, mutations []string) error {
	if len(mutations) == 0 {
		return nil
	}
	double, err := event.Edit(webhooktest.Add("id", "evt_rehearsal")) // the event itself is not to remember it
	if err == nil {
		_, err = nobody(nil).Deliver(ctx, double, mutations...)
	}
	return err
}

// nobody is an endpoint that takes everything and does nothing.
func nobody(now func() time.Time) *webhooktest.Endpoint {
	ignore := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	return &webhooktest.Endpoint{Handler: ignore, Timeout: -1, Now: now}
}

// admit makes the tasks of an event and reserves their places in the queue. The hub
// does not end before working.Done.
func (h *Hub) admit(event *webhooktest.Event, account, replayOf string, wants func(*lane) bool, mutations []string) ([]*task, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil, h.whyClosed()
	}
	event = h.remembered(event)
	number := h.made
	var tasks []*task
	for _, l := range h.lanes {
		if !wants(l) {
			continue
		}
		sent, err := l.version(event)
		if err != nil {
			return nil, err
		}
		number++
		t := newTask(number, l, sent, account, replayOf, mutations)
		tasks = append(tasks, t)
		if len(mutations) > 0 || replayOf != "" {
			continue
		}
		if t.fate = h.Chaos.fate(number); t.fate.duplicate {
			number++
			tasks = append(tasks, newTask(number, l, sent, account, t.ID, nil))
		}
		if t.fate.drop {
			t.State, t.Reason = Dropped, "dropped by chaos"
		}
	}
	if err := h.room(tasks); err != nil {
		return nil, err
	}
	h.working.Add(1) // until they are started
	h.made = number
	for _, t := range tasks {
		h.queued.add(t)
	}
	h.counts.Events++
	h.keepEvent(event, tasks)
	return tasks, nil
}

func newTask(number int, l *lane, event *webhooktest.Event, account, replayOf string, mutations []string) *task {
	return &task{
		Delivery: Delivery{
			ID: deliveryID(number), EventID: event.ID(), Type: event.Type(), Account: account,
			Endpoint: l.ID, URL: l.URL, State: Waiting, Created: time.Now(),
			Mutations: shown(mutations), ReplayOf: replayOf, Body: event.Body(),
		},
		number: number, event: event, lane: l, spoken: mutations, size: heldBy(event, l, mutations),
	}
}

// heldBy is about how many bytes a delivery holds before its first attempt: the event;
// its text in the version of the endpoint, beside the one that was submitted; and what
// a mutation makes of it, which the event remembers.
func heldBy(event *webhooktest.Event, l *lane, mutations []string) int {
	texts := 1
	if l != nil && l.APIVersion != "" {
		texts++
	}
	if len(mutations) > 0 {
		texts++
	}
	return overhead + texts*len(event.Body())
}

const overhead = 1 << 10 // bytes of a task, about

func deliveryID(number int) string { return "dlv_" + strconv.Itoa(number) }

// shown returns mutations as they may be shown: without a secret.
func shown(mutations []string) []string {
	var texts []string
	for _, text := range mutations {
		if m, err := webhooktest.ParseMutation(text); err == nil {
			text = m.String()
		}
		texts = append(texts, text)
	}
	return texts
}

// room reports whether the queue has room for tasks.
func (h *Hub) room(tasks []*task) error {
	most := load{cmp.Or(h.Queue, DefaultQueue), cmp.Or(h.QueueBytes, DefaultQueueBytes)}
	with := h.queued
	for _, t := range tasks {
		with.add(t)
	}
	switch {
	case with.count > most.count:
		return fmt.Errorf("%w: %d deliveries are not finished, %d may be", ErrQueueFull, h.queued.count, most.count)
	case with.bytes > most.bytes:
		return fmt.Errorf("%w: the deliveries that are not finished hold %d kB, they may hold %d kB", ErrQueueFull, h.queued.bytes>>10, most.bytes>>10)
	}
	return nil
}

// withdraw takes back what could not be journaled.
func (h *Hub) withdraw(tasks []*task) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.counts.Events--
	for _, t := range tasks {
		h.queued.remove(t)
		h.forgetEvent(t)
	}
}

// start shows the tasks and sets them going.
func (h *Hub) start(tasks []*task) {
	for _, d := range h.launch(tasks) {
		h.report(d)
	}
}

// launch returns the deliveries that ended before they began.
func (h *Hub) launch(tasks []*task) (dropped []Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range tasks {
		h.insert(t)
		h.counts.Deliveries++
		switch {
		case t.State == Dropped:
			h.finish(t)
			dropped = append(dropped, t.Delivery)
		case h.closed: // it waits for the next start with the same journal
		case t.fate.delay > 0:
			h.later(t, t.fate.delay)
		default:
			h.enqueue(t)
		}
		h.notify(t)
	}
	return dropped
}
