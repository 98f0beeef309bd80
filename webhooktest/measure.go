package webhooktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// tryState compares what adverse delivery does to the state with what it should do.
func (r *runner) tryState(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if err := r.mustMove(ctx, c, v); err != nil {
		if _, ok := isInconclusive(err); ok && !slices.Contains(c.Needs, "state") {
			return r.answers(ctx, c, v) // the answers can be judged all the same
		}
		return nil, err
	}
	findings, err := r.compareState(ctx, c, v)
	if len(findings) > 0 && r.settle == 0 {
		// Nobody is accused before a wait: the work may still be going on.
		r.settle = DefaultSettle
		defer func() { r.settle = 0 }()
		r.fresh()
		return r.compareState(ctx, c, v)
	}
	return findings, err
}

func (r *runner) compareState(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if c.State == "none" {
		return r.compareNone(ctx, c, v)
	}
	var y yardstick
	for i, into := range []*change{&y.first, &y.second} {
		steps := c.Reference
		if i == 1 && c.independent() {
			steps = slices.Clone(steps)
			slices.Reverse(steps)
		}
		_, moved, err := r.performed(ctx, c, v, steps)
		if err != nil {
			return nil, err
		}
		*into = moved
	}
	p, adverse, err := r.performed(ctx, c, v, c.Steps)
	if err != nil {
		return nil, err
	}
	differences, judged := y.judge(adverse)
	beyond := adverse.without(y.touched())
	if c.Compare == "object" {
		for _, place := range beyond.places() { // an object that perfect delivery leaves no trace of
			differences, judged = append(differences, fmt.Sprintf("%s: %s instead of nothing", place, beyond[place])), judged+1
		}
	}
	if judged == 0 && !c.asksForEffect() {
		return p.findings, errInconclusive{"nothing in the state is comparable: it moved at " + strings.Join(y.first.places(), ", ")}
	}
	wanted := "the state as after perfect delivery"
	if c.State == "differs" {
		if len(differences) > 0 || len(beyond) > 0 {
			return p.findings, nil
		}
		differences, wanted = []string{"the state is as if nothing had come second"}, "another state"
	}
	return p.blame(differences, wanted), nil
}

// performed takes steps and returns what they did to the state; compare: object
// looks at what it says of each object in the end.
func (r *runner) performed(ctx context.Context, c *contractCase, v variant, steps []caseStep) (p *play, moved change, err error) {
	p, err = r.stage(ctx, c, v, steps)
	if err != nil {
		return nil, nil, err
	}
	moved, err = r.measure(ctx, p, func(p *play) error { return p.perform(ctx, steps) })
	if err != nil || c.Compare != "object" {
		return p, moved, err
	}
	state, err := r.read(ctx)
	if err != nil {
		return p, nil, err
	}
	return p, objectView(state, p.roles), nil
}

// objectView is what a state says of each of our objects: entries whose key is one
// of our ids, and lists' rows that name one, if there is one row for it.
func objectView(state any, r roles) change {
	view := make(change)
	view.collect("state", state, r)
	for place, e := range view {
		if strings.HasSuffix(place, "]") && len(e.rows) != 1 {
			delete(view, place) // a log: what it says last is not told
		}
	}
	return view
}

func (c change) collect(place string, value any, r roles) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			if name := r.text(key); name != key {
				c[place+"."+name] = effect{rows: []string{canonical(r.plain(member))}}
				continue
			}
			c.collect(place+"."+key, member, r)
		}
	case []any:
		for _, row := range value {
			object, ok := row.(map[string]any)
			if !ok {
				continue
			}
			for _, member := range object {
				id, ok := member.(string)
				if role, ours := r[id]; ok && ours && role != "{event}" {
					c.add(place+"["+role+"]", 0, canonical(r.plain(object)))
				}
			}
		}
	}
}

// compareNone is for what must have no effect: no more than the noise floor, at
// the places that a genuine event touches.
func (r *runner) compareNone(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	touched := make(change)
	for _, eventType := range c.types(v) {
		moved, err := r.effectOf(ctx, eventType)
		if err != nil {
			return nil, err
		}
		maps.Copy(touched, moved)
	}
	p, adverse, err := r.performed(ctx, c, v, c.Steps)
	if err != nil {
		return nil, err
	}
	var differences []string
	for place, effect := range adverse {
		if _, ok := touched[place]; ok {
			differences = append(differences, place+": "+effect.String())
		}
	}
	slices.Sort(differences)
	return p.blame(differences, "no change of the state"), nil
}

// blame adds what the state shows to what the answers show.
func (p *play) blame(differences []string, wanted string) []finding {
	if len(differences) == 0 {
		return p.findings
	}
	var sent []string
	for _, event := range p.sent {
		sent = append(sent, event.String())
	}
	return append(p.findings, finding{sent: strings.Join(sent, ", "), expected: wanted, actual: strings.Join(differences, "; ")})
}

// mustMove makes sure that the probe sees what the case is about.
func (r *runner) mustMove(ctx context.Context, c *contractCase, v variant) error {
	types := c.types(v)
	if c.asksForEffect() {
		types = []string{r.subject.control()}
	}
	for _, eventType := range types {
		moved, err := r.effectOf(ctx, eventType)
		if err == nil && len(moved) > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errInconclusive{"no event of the case moves the state by itself: " + strings.Join(types, ", ")}
}

// asksForEffect reports whether the question is if an event moves the state at all.
// A state need not show every type, so that is never a must.
func (c *contractCase) asksForEffect() bool { return c.State == "differs" && c.Level != "must" }

// types are the handled types of a case's events.
func (c *contractCase) types(v variant) (types []string) {
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		eventType := c.Events[name].Type
		if bound := v.types[eventType]; bound != "" {
			eventType = bound
		}
		if !slices.Contains(types, eventType) {
			types = append(types, eventType)
		}
	}
	return types
}

// independent reports whether the events of a case are about objects of their own.
func (c *contractCase) independent() bool {
	for _, event := range c.Events {
		if event.About != "" {
			return false
		}
	}
	return true
}
