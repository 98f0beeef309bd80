package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A play is one performance of a case: its events, made anew, and what came of
// delivering them.
type play struct {
	*runner
	scene   *contractCase
	variant variant
	events  map[string][]*webhooktest.Event
	roles   statediff.Normalizer
	who     render.Identity   // what placeholders in the case become
	vars    values            // what is known of the case's variables
	renamed *strings.Replacer // fresh ids for those of payloads

	accepted map[*webhooktest.Event]bool
	sent     []*webhooktest.Event // in the order of their first delivery
	findings []finding

	start   any            // the state when the deliveries that are measured began
	before  any            // the state when the steps began
	goldens map[string]any // what was found for golden files, by name

	broken bool // a variable could not be had: what follows cannot be done
}

// A variant is one way to run a case: with these types, this of its rows and this
// of its payloads.
type variant struct {
	types   map[string]string
	each    string
	payload int
}

// A finding is an answer that was not what it should be.
type finding struct {
	should                 bool // preferred only
	grave                  bool // a fail whatever the level: nothing may end the handler
	sent, expected, actual string
}

// errInconclusive is why a case cannot be judged.
type errInconclusive struct{ reason string }

func (e errInconclusive) Error() string { return e.reason }

// isInconclusive returns why an error keeps a case from being judged.
func isInconclusive(err error) (reason string, ok bool) {
	var inconclusive errInconclusive
	ok = errors.As(err, &inconclusive)
	return inconclusive.reason, ok
}

// stage makes the events of a case and delivers the controls: a refusal counts only
// where a genuine event of the same type is accepted.
func (r *runner) stage(ctx context.Context, c *contractCase, v variant, steps []caseStep) (*play, error) {
	p := &play{runner: r, scene: c, variant: v, events: make(map[string][]*webhooktest.Event), roles: make(statediff.Normalizer), accepted: make(map[*webhooktest.Event]bool), goldens: make(map[string]any)}
	p.who = r.identity()
	p.renamed = c.renamer(p.who, v)
	if err := p.begin(c); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		if c.waits(name) {
			continue
		}
		if err := p.make(ctx, c, name); err != nil {
			return nil, err
		}
	}
	for _, step := range steps {
		if err := p.controls(ctx, step); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// controls delivers the controls of a step that expects refusals, for the events
// that have been made.
func (p *play) controls(ctx context.Context, step caseStep) error {
	for _, name := range step.Send {
		if !step.refuses() || len(p.events[name]) == 0 {
			continue
		}
		if err := p.control(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// perform takes the steps.
func (p *play) perform(ctx context.Context, steps []caseStep) error {
	for _, step := range steps {
		if p.broken {
			return nil
		}
		if err := p.take(ctx, step); err != nil {
			return err
		}
		if err := p.compareGolden(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// typeOf returns the type that a case means by a name: a variable or the type.
func (v variant) typeOf(name string) string {
	if bound := v.types[name]; bound != "" {
		return bound
	}
	return name
}

// take takes one step.
func (p *play) take(ctx context.Context, step caseStep) error {
	switch {
	case step.Hook != "":
		return p.hook(ctx, step.Hook)
	case step.Redeliver != "":
		return p.redeliver(ctx)
	}
	if err := p.makeLate(ctx, step); err != nil {
		return err
	}
	var events []*webhooktest.Event
	for _, name := range step.Send {
		for _, event := range p.events[name] {
			events = append(events, slices.Repeat([]*webhooktest.Event{event}, max(1, step.Times))...)
		}
	}
	responses, err := p.send(ctx, step, events)
	if err != nil {
		return err
	}
	return p.judge(step, responses)
}

// control delivers an event of the same type with ids of its own, not mutated.
func (p *play) control(ctx context.Context, name string) error {
	like := p.events[name][0]
	control, err := p.controlOf(ctx, name)
	if err != nil {
		return err
	}
	response, err := p.deliver(ctx, control)
	if err == nil && !response.Accepted() {
		err = errInconclusive{"the control, a genuine " + like.Type() + ", was not accepted: " + response.String()}
	}
	p.roles.Name(control.ID(), control.Body(), "control")
	return err
}

func (p *play) mutations(step caseStep) []string {
	mutations := make([]string, len(step.Mutate))
	for i, mutation := range step.Mutate {
		mutations[i] = p.fill(mutation)
	}
	return mutations
}

func (p *play) send(ctx context.Context, step caseStep, events []*webhooktest.Event) (responses []*webhooktest.Response, err error) {
	mutations := p.mutations(step)
	if step.Together {
		responses, err = p.endpoint.DeliverTogether(ctx, events, mutations...)
		p.note(responses...)
		p.stirred.Store(true)
		if len(responses) > 0 {
			p.last = responses[len(responses)-1]
		}
		// In process all are ready to run at once, and one that never waits leaves no room for a race.
		p.apart = p.apart || p.subject.Handler == nil && !underWay(responses)
	} else {
		for i, event := range events {
			if i > 0 && p.settle > 0 {
				// A handler that works later must not be blamed for mixing up what came at once.
				if err := p.pause(ctx, p.window()/4); err != nil {
					return nil, err
				}
			}
			response, failed := p.deliver(ctx, event, mutations...)
			if failed != nil {
				return nil, failed
			}
			responses = append(responses, response)
		}
	}
	for _, response := range responses {
		if !slices.Contains(p.sent, response.Event) {
			p.sent = append(p.sent, response.Event)
		}
		p.accepted[response.Event] = p.accepted[response.Event] || response.Accepted()
	}
	return responses, err
}

// redeliver delivers again what was never accepted, as Stripe does: later, when
// whatever held it up may be over.
func (p *play) redeliver(ctx context.Context) error {
	for _, wait := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, time.Second} {
		left := slices.DeleteFunc(slices.Clone(p.sent), func(event *webhooktest.Event) bool { return p.accepted[event] })
		if len(left) == 0 {
			return nil
		}
		if err := p.pause(ctx, max(wait, p.settle)); err != nil {
			return err
		}
		for _, event := range left {
			response, err := p.deliver(ctx, event)
			if err != nil {
				return err
			}
			p.accepted[event] = response.Accepted()
		}
	}
	return nil
}

func (p *play) hook(ctx context.Context, name string) error {
	hook, known := map[string]func(context.Context) error{"break": p.subject.Break, "heal": p.subject.Heal, "restart": p.subject.Restart}[name]
	switch {
	case !known:
		return fmt.Errorf("hook %q: want break, heal or restart", name)
	case hook == nil:
		return errLacks{"a hook to " + name + " it (--" + name + "-cmd)"}
	}
	p.stirred.Store(true)
	if err := hook(ctx); err != nil {
		return fmt.Errorf("hook %s: %w", name, err)
	}
	return nil
}
