package listen

import (
	"context"
	"iter"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// Play submits the events of a flow in order, each after the previous one was attempted at
// every endpoint, or its turn has ended. It returns their deliveries. An error ends it.
func (h *Hub) Play(ctx context.Context, trigger Trigger, events iter.Seq[*webhooktest.Event], mutations ...string) (all []Delivery, err error) {
	for event := range events {
		if len(all) > 0 {
			h.awaitAttempts(ctx, all)
		}
		deliveries, err := h.Submit(ctx, Request{Event: event, Trigger: trigger, Mutations: mutations})
		if err != nil {
			return nil, err
		}
		all = append(all, deliveries...)
	}
	return all, nil
}

// turn is how long an event of a flow waits for the response to the previous one, so that
// events arrive in order unless the handler is slow.
const turn = time.Second

// awaitAttempts waits until each delivery was attempted, or its turn ends.
func (h *Hub) awaitAttempts(ctx context.Context, deliveries []Delivery) {
	ctx, cancel := context.WithTimeout(ctx, turn)
	defer cancel()
	for _, d := range deliveries {
		for now := range h.Follow(ctx, d.ID) {
			if len(now.Attempts) > 0 {
				break
			}
		}
	}
}
