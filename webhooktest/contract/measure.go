package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
)

// stateTimeout bounds one reading of the state.
const stateTimeout = 10 * time.Second

// read returns the state as decoded JSON, once it is still: at once if nothing was
// sent since it was. If it moved all the same, the handler works longer than was
// thought.
func (p *play) read(ctx context.Context) (state any, err error) {
	if p.window() > 0 && p.stirred.Load() {
		return p.readStill(ctx)
	}
	state, err = p.readNow(ctx)
	if err == nil && !p.stirred.Load() && p.movedSince(state) {
		p.slower(0)
		return p.readStill(ctx)
	}
	return state, err
}

// movedSince reports whether the state is another one than when it was still. Only
// behind a URL is it known to be of the same handler.
func (p *play) movedSince(state any) bool {
	if p.subject.Handler != nil || p.subject.State == nil || p.subject.Settle > 0 || p.still == nil {
		return false
	}
	return len(statediff.Between(p.still, state, p.roles).Without(p.floor)) > 0
}

// readStill reads the state until it is the same for as long as the subject's
// handler may take, within reason.
func (p *play) readStill(ctx context.Context) (state any, err error) {
	state, err = p.readNow(ctx)
	const polls = 4
	window, left := p.window(), 80
	if p.careful {
		left = 20 // the windows are wide
	}
	for still := 0; err == nil && still < polls && left > 0; left-- {
		if err = p.pause(ctx, window/polls); err != nil {
			return nil, err
		}
		before := state
		state, err = p.readNow(ctx)
		if still++; len(statediff.Between(before, state, p.roles).Without(p.floor)) > 0 {
			still = 0
		}
	}
	p.stirred.Store(err != nil)
	if !p.subject.Isolated {
		p.still = state
	}
	return state, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// readNow returns the state as it is, as decoded JSON.
func (p *play) readNow(ctx context.Context) (state any, err error) {
	patient, cancel := context.WithTimeout(ctx, stateTimeout)
	defer cancel()
	start := time.Now()
	switch {
	case p.subject.StateOf != nil:
		state, err = p.stateOfEvents(patient)
	case p.subject.State != nil:
		state, err = p.subject.State(patient)
	}
	p.noteReading(time.Since(start))
	if err != nil && patient.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("state: not read within %s: %w", stateTimeout, err)
	}
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	text, err := json.Marshal(p.withWrites(state))
	if err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	state = nil
	if err := json.Unmarshal(text, &state); err != nil {
		return nil, fmt.Errorf("state: %w", err)
	}
	return state, nil
}

// stateOfEvents is what the handler stored of each object that the play is about.
func (p *play) stateOfEvents(ctx context.Context) (any, error) {
	stored := make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(p.events)) {
		for _, event := range p.events[name] {
			value, err := p.subject.StateOf(ctx, event)
			if err != nil {
				return nil, err
			}
			key := event.ID()
			if id, ok := aboutID(event); ok {
				key = fmt.Sprint(id)
			}
			for stored[key] != nil && !reflect.DeepEqual(stored[key], value) {
				key += "'" // events of one object may be asked for one by one
			}
			stored[key] = value
		}
	}
	return stored, nil
}

// learnState finds the noise floor: what moves when nothing is sent, on a request
// that nobody could take for an event, and on an event that nobody handles.
func (r *runner) learnState(ctx context.Context) error {
	idle := max(r.settle, 20*time.Millisecond)
	nothing := func(*play) error { return r.pause(ctx, idle) }
	junk := func(p *play) error {
		_, err := r.deliver(ctx, p.events["e"][0], "body=x", "unsigned")
		return err
	}
	unknown := func(p *play) error {
		_, err := r.deliver(ctx, p.events["e"][0])
		return err
	}
	for _, noise := range []struct {
		eventType string
		edits     []webhooktest.Edit
		make      func(*play) error
	}{
		{r.subject.control(), nil, nothing},
		{r.subject.control(), nil, junk},
		{r.subject.unhandled(), []webhooktest.Edit{webhooktest.Set("type", r.subject.future())}, unknown},
	} {
		moved, err := r.noiseOf(ctx, noise.eventType, noise.edits, noise.make)
		if err != nil {
			return err
		}
		r.ignore(moved)
	}
	return nil
}

// noiseOf returns what moves on something that has no effect. It must move twice, the
// second time after a long quiet: else it was the late effect of a genuine event,
// whose places would be ignored from then on.
func (r *runner) noiseOf(ctx context.Context, eventType string, edits []webhooktest.Edit, make func(*play) error) (moved statediff.Diff, err error) {
	defer func() { r.careful = false }()
	for range 2 {
		event, err := r.event(eventType, edits...)
		if err != nil {
			return nil, err
		}
		again, err := r.measure(ctx, r.about(event), make)
		if err != nil || len(again) == 0 {
			return nil, err
		}
		if r.careful {
			return moved.Only(again), nil
		}
		moved, r.careful = again, true
		r.stirred.Store(true)
	}
	return moved, nil
}

// ignore makes the places of a change part of the noise floor.
func (r *runner) ignore(moved statediff.Diff) {
	for place := range moved {
		r.floor[place] = true
	}
}

// about returns a play that is about one event.
func (r *runner) about(event *webhooktest.Event) *play {
	p := &play{runner: r, roles: make(statediff.Normalizer), events: map[string][]*webhooktest.Event{"e": {event}}}
	p.roles.Name(event.ID(), event.Body(), "e")
	return p
}

// measure returns what a delivery changes in the state.
func (r *runner) measure(ctx context.Context, p *play, deliver func(*play) error) (statediff.Diff, error) {
	r.played = p
	before, err := p.read(ctx)
	if err != nil {
		return nil, err
	}
	p.start = before
	if err := deliver(p); err != nil {
		return nil, err
	}
	after, err := p.read(ctx)
	if err != nil {
		return nil, err
	}
	r.noise = statediff.Between(before, after, p.roles).Within(r.floor)
	return p.moved(after), nil
}

// moved is what the play has done to the state since its deliveries began; compare:
// object looks at what the state says of each object.
func (p *play) moved(state any) statediff.Diff {
	if p.scene != nil && p.scene.Compare == "object" {
		return statediff.ObjectStates(state, p.roles)
	}
	return statediff.Between(p.start, state, p.roles).Without(p.floor)
}

// mayMove reports whether a type is one that the handler is meant for.
func (r *runner) mayMove(eventType string) bool {
	return r.suite.Dir != "" && len(r.subject.Handles) == 0 || slices.Contains(r.subject.handled(), eventType)
}

// effectOf returns what one event of a type does, learned once.
func (r *runner) effectOf(ctx context.Context, eventType string) (statediff.Diff, error) {
	if known, ok := r.effect(eventType); ok {
		return known, nil
	}
	event, err := r.eventAlone(ctx, eventType)
	if err != nil {
		return nil, err
	}
	p := r.about(event)
	moved, err := r.measure(ctx, p, func(*play) error {
		_, err := r.deliver(ctx, event)
		return err
	})
	if err == nil && len(moved) == 0 && r.careful && r.mayMove(eventType) && r.last.Accepted() {
		moved, err = r.awaitEffect(ctx, eventType)
	}
	if err == nil {
		r.learned(eventType, moved)
	}
	return moved, err
}
