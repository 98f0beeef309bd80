package listen

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Submit queues an event and returns its deliveries, one for each endpoint of the request,
// without waiting for them. A mutated event is delivered once: no chaos, no retries.
//
// The error is ErrQueueFull, ErrClosed, ErrNoEndpoint, or a problem with a mutation or the
// journal; then nothing is delivered.
func (h *Hub) Submit(ctx context.Context, r Request) ([]Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := submission{event: r.Event, account: accountOf(r.Event), trigger: r.Trigger, edited: r.Edited, mutations: r.Mutations}
	if r.Endpoint != "" {
		return h.takeFor(ctx, s, r.Endpoint)
	}
	return h.take(ctx, s, func(d *destination) bool { return d.wants(r.Event.Type(), s.account) })
}

// takeFor makes the deliveries of an event to one endpoint.
func (h *Hub) takeFor(ctx context.Context, s submission, endpointID string) ([]Delivery, error) {
	made, err := h.take(ctx, s, func(d *destination) bool { return d.ID == endpointID })
	if err == nil && len(made) == 0 {
		err = fmt.Errorf("%w %q: it was removed, or never added", ErrNoEndpoint, endpointID)
	}
	return made, err
}

// accountOf returns the connected account of an event, or "".
func accountOf(event *webhooktest.Event) string {
	var envelope struct {
		Account string `json:"account"`
	}
	if bytes.Contains(event.Body(), []byte(`"account"`)) { // few have it, and decoding is slow
		_ = json.Unmarshal(event.Body(), &envelope) // valid JSON; an account that is not a string counts as none
	}
	return envelope.Account
}

// Replay delivers the event of a delivery again, at once and freshly signed: to an
// endpoint, or without an endpoint ID to that of the delivery. The error is as for Submit,
// or ErrNotKept.
func (h *Hub) Replay(ctx context.Context, deliveryID, endpointID string, mutations ...string) (Delivery, error) {
	if err := ctx.Err(); err != nil {
		return Delivery{}, err
	}
	t, known := h.history.find(deliveryID)
	switch {
	case !known:
		return Delivery{}, fmt.Errorf("delivery %q: %w", deliveryID, ErrNotKept)
	case endpointID == "" && h.endpoints.removed(t.to):
		return Delivery{}, fmt.Errorf("delivery %s: endpoint %s (%s) no longer exists", deliveryID, t.Endpoint, t.URL)
	}
	s := submission{event: t.event, account: t.Account, replayOf: deliveryID, mutations: mutations}
	made, err := h.takeFor(ctx, s, cmp.Or(endpointID, t.Endpoint))
	if err != nil {
		return Delivery{}, fmt.Errorf("delivery %s: %w", deliveryID, err)
	}
	return made[0], nil
}

// Retry delivers an event again, as POST /v1/events/{id}/retry does: to one endpoint, or
// with no endpoint ID to all that want the event. It leaves a delivery waiting for its
// next attempt alone.
//
// Source: https://docs.stripe.com/webhooks#manual-retries
func (h *Hub) Retry(eventID, endpointID string) error {
	event := h.history.findEvent(eventID)
	if event == nil {
		return fmt.Errorf("event %q: %w", eventID, ErrNotKept)
	}
	s := submission{event: event, account: accountOf(event)}
	made, err := h.take(context.Background(), s, func(d *destination) bool {
		return endpointID == d.ID || endpointID == "" && d.wants(event.Type(), s.account)
	})
	if err == nil && len(made) == 0 && endpointID != "" {
		err = fmt.Errorf("no endpoint %q", endpointID)
	}
	return err
}

// take makes the deliveries of an event to the matching endpoints, and queues them.
func (h *Hub) take(ctx context.Context, s submission, match func(*destination) bool) ([]Delivery, error) {
	h.open()
	if err := s.rehearse(ctx); err != nil {
		return nil, err
	}
	if err := h.life.begin(); err != nil {
		return nil, err
	}
	defer h.life.done()
	to := h.endpoints.where(match)
	isNew := !h.history.sent(s.event.ID())
	tasks, err := h.history.admit(s.event, func(event *webhooktest.Event, last int) ([]*task, error) {
		return s.plan(event, to, last, h.Chaos, h.Speed)
	})
	if err != nil {
		return nil, err
	}
	if isNew {
		register(h.API, s.event, s.mutations)
	}
	deliveries, err := h.accept(s.event, tasks)
	if err != nil {
		h.history.withdraw(tasks)
		return nil, fmt.Errorf("%w: %w", ErrClosed, err)
	}
	h.start(tasks)
	return deliveries, nil
}

// rehearse finds wrong mutations before anything is queued: it delivers the event to a
// handler that discards it.
func (s *submission) rehearse(ctx context.Context) error {
	if len(s.mutations) == 0 {
		return nil
	}
	double, err := s.event.Edit(webhooktest.Add("id", "evt_rehearsal")) // the event itself must not remember it
	if err == nil {
		_, err = discard(nil).Deliver(ctx, double, s.mutations...)
	}
	return err
}

// plan returns the tasks of an event, numbered from the next free number: one per
// recipient, and the duplicates of chaos.
func (s *submission) plan(event *webhooktest.Event, to []recipient, last int, chaos Chaos, speed float64) (tasks []*task, err error) {
	versions := make(map[string]*webhooktest.Event)
	for _, r := range to {
		sent := versions[r.APIVersion]
		if sent == nil {
			if sent, err = r.version(event); err != nil {
				return nil, err
			}
			versions[r.APIVersion] = sent
		}
		last++
		t := newTask(last, r, sent, *s)
		tasks = append(tasks, t)
		if len(s.mutations) > 0 || s.replayOf != "" {
			continue
		}
		t.faults = chaos.faults(t.number)
		t.faults.delay = scaled(t.faults.delay, speed)
		switch {
		case t.faults.drop:
		case t.faults.delay > 0:
			t.Next = time.Now().Add(t.faults.delay)
		case t.faults.reorder:
			t.Next = time.Now().Add(scaled(maxHeld, speed))
		}
		if t.faults.duplicate {
			last++
			again := *s
			again.replayOf = t.ID
			tasks = append(tasks, newTask(last, r, sent, again))
		}
		if t.faults.drop {
			t.State, t.Reason = Dropped, "dropped by chaos"
		}
	}
	for _, t := range tasks[min(1, len(tasks)):] {
		t.First = tasks[0].ID
	}
	return tasks, nil
}

// accept writes an event to the journal, and returns its deliveries.
func (h *Hub) accept(event *webhooktest.Event, tasks []*task) ([]Delivery, error) {
	shapes := shapesOf(event, tasks)
	if err := h.log(entriesOf(shapes)...); err != nil {
		return nil, err
	}
	if h.Accepted != nil {
		for _, s := range shapes {
			h.Accepted(s.event, s.deliveries)
		}
	}
	deliveries := make([]Delivery, len(tasks))
	for i, t := range tasks {
		deliveries[i] = t.Delivery
	}
	return deliveries, nil
}

// start publishes the tasks and queues them.
func (h *Hub) start(tasks []*task) {
	dropped := h.history.show(tasks)
	for _, t := range tasks {
		if !t.faults.drop {
			h.queue.push(t, t.faults.delay)
		}
	}
	for _, d := range dropped {
		h.report(d)
	}
}
