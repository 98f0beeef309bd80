package webhooktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// futureType is a type that no handler handles.
const futureType = "fakestripe.future_thing.happened"

// stateTimeout bounds one reading of the state.
const stateTimeout = 10 * time.Second

// read returns the state as decoded JSON, once it is still.
func (r *runner) read(ctx context.Context) (state any, err error) {
	text, err := r.readNow(ctx)
	const polls = 4
	for left, still := 20*polls, 0; err == nil && r.settle > 0 && still < polls && left > 0; left-- {
		if err = pause(ctx, r.settle/polls); err != nil {
			return nil, err
		}
		before := text
		text, err = r.readNow(ctx)
		if still++; !bytes.Equal(before, text) {
			still = 0
		}
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return state, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readNow returns the state as it is, as JSON.
func (r *runner) readNow(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	value, err := r.subject.State(ctx)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return text, nil
}

// learnState finds the noise floor: what moves when nothing is sent, on a request
// that nobody could take for an event, and on an event that nobody handles.
func (r *runner) learnState(ctx context.Context) error {
	if r.subject.State == nil {
		return nil
	}
	r.floor = make(map[string]bool)
	idle := max(r.settle, 20*time.Millisecond)
	if err := r.waitForWork(ctx); err != nil {
		return err
	}
	nothing := func(*play) error { return pause(ctx, idle) }
	junk := func(p *play) error {
		event, err := r.newEvent(r.subject.control())
		if err == nil {
			_, err = r.deliver(ctx, event, "body=x", "unsigned")
		}
		return err
	}
	unknown := func(p *play) error {
		event, err := r.source.Event(r.subject.unhandled(), Set("type", futureType))
		if err != nil {
			return err
		}
		p.roles.name(event, "unknown")
		_, err = r.deliver(ctx, event)
		return err
	}
	for _, noise := range []func(*play) error{nothing, junk, unknown} {
		moved, err := r.measure(ctx, &play{runner: r, roles: make(roles)}, noise)
		if err != nil {
			return err
		}
		for place := range moved {
			r.floor[place] = true
		}
	}
	return nil
}

// waitForWork notices a handler that is still at work on the control.
func (r *runner) waitForWork(ctx context.Context) error {
	before, err := r.read(ctx)
	if err == nil {
		err = pause(ctx, 100*time.Millisecond)
	}
	if err != nil {
		return err
	}
	after, err := r.read(ctx)
	if err == nil && r.settle == 0 && canonical(before) != canonical(after) {
		r.settle = DefaultSettle
		_, err = r.read(ctx)
	}
	return err
}

// measure returns what a delivery changes in the state.
func (r *runner) measure(ctx context.Context, p *play, deliver func(*play) error) (change, error) {
	before, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	if err := deliver(p); err != nil {
		return nil, err
	}
	after, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	moved := changeOf(before, after, p.roles)
	r.noise = moved.within(r.floor)
	return moved.without(r.floor), nil
}

// effectOf returns what one event of a type does, learned once.
func (r *runner) effectOf(ctx context.Context, eventType string) (change, error) {
	if known, ok := r.effects[eventType]; ok {
		return known, nil
	}
	p := &play{runner: r, roles: make(roles)}
	event, err := p.eventOf(ctx, eventType, nil, nil)
	if err != nil {
		return nil, err
	}
	p.roles.name(event, "e")
	moved, err := r.measure(ctx, p, func(*play) error {
		_, err := r.deliver(ctx, event)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(moved) == 0 && r.settle == 0 && eventType == r.subject.control() {
		// Nothing, or not yet? What the control shows holds for all types.
		r.settle = DefaultSettle
		if moved, err = r.effectOf(ctx, eventType); err != nil {
			return nil, err
		}
		if len(moved) == 0 {
			r.settle = 0 // it was not for want of time
		}
	}
	r.effects[eventType] = moved
	return moved, nil
}
