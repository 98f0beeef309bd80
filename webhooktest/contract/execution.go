package contract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// An execution is one execution of a case: its fresh events, and the results of delivering
// them.
type execution struct {
	session  *session
	spec     *contractCase
	variant  variant
	events   *caseEvents
	observed *observation // its events by name

	sent     []*webhooktest.Event          // in order of first delivery
	how      map[*webhooktest.Event]string // mutations and repetitions
	accepted map[*webhooktest.Event]bool
	plain    *webhooktest.Response // to a genuine event before a forgery
	retried  bool                  // an event was refused, and accepted when it was redelivered
	findings []finding
	stopped  bool       // a variable is missing: later steps cannot run
	refusals []unwanted // of steps that do not want them

	before   any            // the state before the steps
	goldens  map[string]any // content for golden files, by name
	differed bool           // whether the state differs from a golden file

	outage  apiOutage
	failing workFailure
}

// setUp makes the events of a case and delivers the controls: a refusal counts only if a
// genuine event of the same type is accepted.
func (s *session) setUp(ctx context.Context, c *contractCase, v variant, steps []caseStep) (*execution, error) {
	events, err := newCaseEvents(s, c, v)
	if err != nil {
		return nil, err
	}
	e := &execution{session: s, spec: c, variant: v, events: events, observed: events.observed, outage: apiOutage{session: s}}
	s.sentAs = func(event *webhooktest.Event) string { return sentAs(e, event) }
	s.sender.before = nil
	e.how, e.accepted, e.goldens = make(map[*webhooktest.Event]string), make(map[*webhooktest.Event]bool), make(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		if c.waits(name) || !sends(steps, name) {
			continue // an undelivered event has not happened, unless others are about it
		}
		if err := e.events.makeEvent(ctx, name); err != nil {
			return nil, err
		}
	}
	for _, step := range steps {
		if err := e.controls(ctx, step); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// answers runs a case and judges only the responses.
func (s *session) answers(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if s.run.suite.Dir == "" {
		defer s.sender.share()()
	}
	e, err := s.execute(ctx, c, v)
	if err != nil {
		return nil, err
	}
	noteAlike(e)
	return e.findings, nil
}

// execute runs the steps of a case.
func (s *session) execute(ctx context.Context, c *contractCase, v variant) (e *execution, err error) {
	if e, err = s.setUp(ctx, c, v, c.Steps); err != nil {
		return nil, err
	}
	if c.golden() {
		if e.before, err = s.probe.read(ctx, e.observed); err != nil {
			return nil, err
		}
	}
	if err := e.run(ctx, c.Steps); err != nil {
		return e, err
	}
	return e, checkPlain(ctx, e)
}

// controls delivers the controls of a step that expects refusals, for the events made so
// far.
func (e *execution) controls(ctx context.Context, step caseStep) error {
	for _, name := range step.Send {
		if !step.refuses() || len(e.observed.events[name]) == 0 {
			continue
		}
		if err := e.control(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// control delivers an unmutated event of the same type with its own ids.
func (e *execution) control(ctx context.Context, name string) error {
	like := e.observed.events[name][0]
	control, err := e.events.controlOf(ctx, name)
	if err != nil {
		return err
	}
	response, err := e.session.sender.deliver(ctx, control)
	if err == nil && !response.Accepted() {
		reason := "the control, a genuine " + like.Type() + ", was not accepted: " + answerOf(response)
		if e.session.run.suite.Dir != "" {
			if said, _, _ := strings.Cut(readAnswer(response), "\n"); said != "" {
				reason += ": " + said
			}
		}
		err = errInconclusive{reason: reason, wanted: wantedVersion(response)}
	}
	e.plain = response
	e.observed.ids.Name(control.ID(), control.Body(), "control")
	e.session.sender.binder.nameAs(e.observed.ids, "control", control)
	return err
}

// run runs the steps.
func (e *execution) run(ctx context.Context, steps []caseStep) error {
	defer e.outage.stop()
	for _, step := range steps {
		if e.stopped {
			return nil
		}
		if err := e.step(ctx, step); err != nil {
			return err
		}
		if err := e.compareGolden(ctx, step); err != nil {
			return err
		}
	}
	return nil
}

// step runs one step.
func (e *execution) step(ctx context.Context, step caseStep) error {
	switch {
	case step.Hook != "":
		return e.hook(ctx, e.events.fill(step.Hook))
	case step.Redeliver != "":
		return e.redeliver(ctx)
	}
	if err := e.makeLate(ctx, step); err != nil {
		return err
	}
	var events []*webhooktest.Event
	for _, name := range step.Send {
		for _, event := range e.observed.events[name] {
			events = append(events, slices.Repeat([]*webhooktest.Event{event}, max(1, step.Times))...)
		}
	}
	responses, err := e.deliver(ctx, step, events)
	if err != nil {
		return err
	}
	e.outage.note(responses)
	if err := e.judge(step, responses); err != nil {
		return err
	}
	e.noteRefusal(step, responses)
	return e.nameNull(ctx, step, responses)
}

// hook calls a hook of the subject.
func (e *execution) hook(ctx context.Context, name string) error {
	subject := &e.session.subject
	if name == "break" && !subject.hasHooks() && subject.canFail() {
		name = outagePrefix + "500"
	}
	if kind, ofAPI := strings.CutPrefix(name, outagePrefix); ofAPI {
		e.outage.begin(kind)
		return nil
	}
	hooks := map[string]func(context.Context) error{"break": subject.Break, "heal": subject.Heal}
	if subject.Restart != nil {
		hooks["restart"] = func(ctx context.Context) error { return restart(ctx, e.session) }
	}
	if e.outage.lasts {
		hooks["heal"] = e.outage.end
	}
	hook := hooks[name]
	if hook == nil {
		return errLacks{"a hook to " + name + " it"}
	}
	e.session.probe.dirty.Store(true)
	if name == "heal" && e.spec.Repeats {
		return e.failing.end(ctx, hook)
	}
	err := hook(ctx)
	if err != nil && !errors.As(err, new(errLacks)) {
		return fmt.Errorf("hook %s: %w", name, err)
	}
	return err
}

// makeLate makes the events of a step that waited for a variable.
func (e *execution) makeLate(ctx context.Context, step caseStep) error {
	made := false
	for _, name := range step.Send {
		if len(e.observed.events[name]) > 0 {
			continue
		}
		if err := e.events.makeEvent(ctx, name); err != nil {
			return err
		}
		made = true
	}
	if !made {
		return nil
	}
	return e.controls(ctx, step)
}
