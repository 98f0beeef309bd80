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
	"github.com/fakestripe/fakestripe/webhooktest/internal/text"
)

// An execution is one execution of a case: its events, made anew, and what came of
// delivering them.
type execution struct {
	session  *session
	spec     *contractCase
	variant  variant
	observed *observation // its events by name
	identity render.Identity
	values   values            // of the case's variables
	renamed  *strings.Replacer // fresh ids for those of payloads

	sent     []*webhooktest.Event          // in the order of their first delivery
	how      map[*webhooktest.Event]string // the mutations, and that it came several times
	accepted map[*webhooktest.Event]bool
	findings []finding
	stopped  bool // a variable could not be had: what follows cannot be done

	before   any            // the state when the steps began
	goldens  map[string]any // what was found for golden files, by name
	differed bool           // the state from a golden file
}

// setUp makes the events of a case and delivers the controls: a refusal counts only
// where a genuine event of the same type is accepted.
func (s *session) setUp(ctx context.Context, c *contractCase, v variant, steps []caseStep) (*execution, error) {
	e := &execution{session: s, spec: c, variant: v, observed: newObservation(), identity: s.run.source.identity()}
	e.observed.byObject = c.Compare == "object"
	if !c.golden() && (c.State == "none" || c.State == "") {
		e.observed.as = single // what it does is held against what an event by itself does
	}
	e.how, e.accepted, e.goldens = make(map[*webhooktest.Event]string), make(map[*webhooktest.Event]bool), make(map[string]any)
	e.renamed = c.renamer(e.identity, v)
	if err := e.initVariables(); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(c.Events)) {
		if c.waits(name) || !sends(steps, name) {
			continue // what is not delivered has not happened, unless it is what others are about
		}
		if err := e.makeEvent(ctx, name); err != nil {
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

// answers runs a case and judges the answers alone.
func (s *session) answers(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if s.run.suite.Dir == "" {
		defer s.sender.share()()
	}
	e, err := s.execute(ctx, c, v)
	if err != nil {
		return nil, err
	}
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
	return e, e.run(ctx, c.Steps)
}

// controls delivers the controls of a step that expects refusals, for the events
// that have been made.
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

// control delivers an event of the same type with ids of its own, not mutated.
func (e *execution) control(ctx context.Context, name string) error {
	like := e.observed.events[name][0]
	control, err := e.controlOf(ctx, name)
	if err != nil {
		return err
	}
	response, err := e.session.sender.deliver(ctx, control)
	if err == nil && !response.Accepted() {
		err = errInconclusive{reason: "the control, a genuine " + like.Type() + ", was not accepted: " + answerOf(response), wanted: wantedVersion(response)}
	}
	e.observed.ids.Name(control.ID(), control.Body(), "control")
	return err
}

// run runs the steps.
func (e *execution) run(ctx context.Context, steps []caseStep) error {
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
		return e.hook(ctx, step.Hook)
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
	if err := e.judge(step, responses); err != nil {
		return err
	}
	if err := e.checkPlain(ctx, step, responses); err != nil {
		return err
	}
	return e.nameNull(ctx, step, responses)
}

// checkPlain keeps a case about a variant of an event from repeating what is wrong with
// the plain one: if that gets the same refusal, the variant says nothing.
func (e *execution) checkPlain(ctx context.Context, step caseStep, responses []*webhooktest.Response) error {
	at := slices.IndexFunc(responses, func(r *webhooktest.Response) bool {
		return r.Err == nil && !r.Accepted() && (step.Expect != "" && !meets(r, step.Expect) || step.Prefer != "" && !meets(r, step.Prefer))
	})
	if at < 0 || e.session.run.suite.Dir != "" {
		return nil
	}
	refused := responses[at]
	for _, name := range step.Send {
		spec := e.spec.Events[name]
		isPlain := len(step.Mutate) == 0 && step.Times <= 1 && spec.plain()
		ofOtherType := spec.payload(e.variant) == nil && refused.Event.Type() != e.variant.typeOf(spec.Type)
		if !slices.Contains(e.observed.events[name], refused.Event) || isPlain || ofOtherType {
			continue
		}
		control, err := e.controlOf(ctx, name)
		if err != nil {
			return err
		}
		plain, err := e.session.sender.deliver(ctx, control)
		if err == nil && plain.StatusCode == refused.StatusCode {
			return errInconclusive{reason: "a plain " + control.Type() + " gets the same answer, " + answered(plain) + ": see dispatch/handled-type"}
		}
		return err
	}
	return nil
}

// judge compares the answers of a step with what it expects.
func (e *execution) judge(step caseStep, responses []*webhooktest.Response) error {
	mutations := strings.TrimSpace(strings.Join(e.mutations(step), " "))
	known := e.known()
	some := step.AnyExpect == ""
	if step.Together && step.Expect != "" && e.unanswered(responses) {
		responses = slices.DeleteFunc(slices.Clone(responses), func(r *webhooktest.Response) bool { return r.Err != nil })
	}
	for _, r := range responses {
		a := answer{response: r, sent: strings.TrimSpace(e.described(r.Event)+" "+mutations) + e.changesOf(r.Event) + e.cameBefore(r.Event), known: known, machine: e.session.run.machine}
		if err := a.judge(step); err != nil {
			return err
		}
		e.findings = append(e.findings, a.findings...)
		if step.AnyExpect != "" && meets(r, step.AnyExpect) {
			some = true
		}
	}
	if !some && len(responses) > 0 {
		e.find(mutations, "one answer at least "+step.AnyExpect, responses[0].String())
	}
	e.capture(step.Capture, responses)
	return nil
}

// unanswered finds fault with the responses to which there was no answer, as one, and
// reports whether there are any.
func (e *execution) unanswered(responses []*webhooktest.Response) bool {
	var silent []*webhooktest.Response
	for _, r := range responses {
		if r.Err != nil {
			silent = append(silent, r)
		}
	}
	if len(silent) == 0 {
		return false
	}
	f := finding{silent: true, sent: silent[0].Event.String(), expected: "an answer", actual: silent[0].String()}
	if len(responses) > 1 {
		f.sent = fmt.Sprintf("%d %s at once", len(responses), silent[0].Event.Type())
		f.actual = fmt.Sprintf("no answer to %d of them, after %d: %s", len(silent), len(responses)-len(silent), silent[0].Err)
	}
	e.findings = append(e.findings, f)
	return true
}

func (e *execution) mutations(step caseStep) []string {
	mutations := make([]string, len(step.Mutate))
	for i, mutation := range step.Mutate {
		mutations[i] = e.fill(mutation)
	}
	return mutations
}

// deliver delivers the events of a step, at once or one after the other.
func (e *execution) deliver(ctx context.Context, step caseStep, events []*webhooktest.Event) (responses []*webhooktest.Response, err error) {
	mutations := e.mutations(step)
	if step.Together {
		responses, err = e.session.sender.deliverTogether(ctx, events, mutations...)
	} else {
		responses, err = e.deliverInTurn(ctx, events, mutations)
	}
	how := step.manner(mutations)
	for _, response := range responses {
		if !slices.Contains(e.sent, response.Event) {
			e.sent = append(e.sent, response.Event)
		}
		e.how[response.Event] = how
		e.accepted[response.Event] = e.accepted[response.Event] || response.Accepted()
	}
	return responses, err
}

// manner is how a step delivers its events: mutated, more than once, at the same time.
func (s *caseStep) manner(mutations []string) string {
	manner := slices.Clone(mutations)
	if s.Times > 1 {
		manner = append(manner, fmt.Sprintf("%d times", s.Times))
	}
	if s.Together {
		manner = append(manner, "at once")
	}
	return strings.Join(manner, " ")
}

// deliverInTurn leaves a handler that works later time between two events: it must not
// be blamed for mixing up what came at once.
func (e *execution) deliverInTurn(ctx context.Context, events []*webhooktest.Event, mutations []string) (responses []*webhooktest.Response, err error) {
	probe := e.session.probe
	for i, event := range events {
		if i > 0 && probe.settle > 0 {
			if err := probe.machine.pause(ctx, probe.window()/4); err != nil {
				return nil, err
			}
		}
		response, err := e.session.sender.deliver(ctx, event, mutations...)
		if err != nil {
			return nil, err
		}
		responses = append(responses, response)
	}
	return responses, nil
}

// redeliver delivers again what was never accepted, as Stripe does: later, when
// whatever held it up may be over.
func (e *execution) redeliver(ctx context.Context) error {
	for _, wait := range []time.Duration{20 * time.Millisecond, 200 * time.Millisecond, time.Second} {
		left := slices.DeleteFunc(slices.Clone(e.sent), func(event *webhooktest.Event) bool { return e.accepted[event] })
		if len(left) == 0 {
			return nil
		}
		if err := e.session.run.machine.pause(ctx, max(wait, e.session.probe.settle)); err != nil {
			return err
		}
		for _, event := range left {
			response, err := e.session.sender.deliver(ctx, event)
			if err != nil {
				return err
			}
			if e.accepted[event] = response.Accepted(); errors.Is(response.Err, context.DeadlineExceeded) {
				e.unanswered([]*webhooktest.Response{response})
				return nil // a handler that hangs does so for each that is left
			}
		}
	}
	return nil
}

// hook calls a hook of the subject.
func (e *execution) hook(ctx context.Context, name string) error {
	subject := &e.session.subject
	hook, known := map[string]func(context.Context) error{"break": subject.Break, "heal": subject.Heal, "restart": subject.Restart}[name]
	switch {
	case !known:
		return fmt.Errorf("hook %q: want break, heal or restart", name)
	case hook == nil:
		return errLacks{"a hook to " + name + " it"}
	}
	e.session.probe.dirty.Store(true)
	if err := hook(ctx); err != nil {
		return fmt.Errorf("hook %s: %w", name, err)
	}
	return nil
}

// sentSoFar is what was delivered, a line for each event; with the names that the case
// has for them, which stand for ids in findings, if there are several.
func (e *execution) sentSoFar() string {
	names := make(map[*webhooktest.Event]string)
	if len(e.observed.events) > 1 {
		for name, events := range e.observed.events {
			for _, event := range events {
				names[event] = name + ": "
			}
		}
	}
	var sent []string
	for _, event := range e.sent {
		sent = append(sent, strings.TrimSpace(names[event]+e.described(event)+" "+e.how[event])+e.changesOf(event))
	}
	return strings.Join(sent, "\n")
}

// changesOf are the fields of an event that the case sets, "" for none: they are what it is
// about.
func (e *execution) changesOf(event *webhooktest.Event) string {
	var changes []string
	for name, events := range e.observed.events {
		if !slices.Contains(events, event) {
			continue
		}
		set := e.spec.Events[name].Set
		for _, path := range slices.Sorted(maps.Keys(set)) {
			if value, ok := event.Lookup(path); ok {
				changes = append(changes, path+"="+text.Excerpt(statediff.Canonical(value)))
			}
		}
	}
	if changes == nil {
		return ""
	}
	return " with " + strings.Join(changes, ", ")
}

// cameBefore are the other events that were sent otherwise than Stripe sends them: they
// may be why this one is refused.
func (e *execution) cameBefore(event *webhooktest.Event) string {
	var before strings.Builder
	for _, other := range e.sent {
		if how := e.how[other]; other != event && how != "" && how != e.how[event] {
			before.WriteString("\nafter " + other.String() + " " + how)
		}
	}
	return before.String()
}

// find keeps what was not as a must has it.
func (e *execution) find(sent, expected, actual string) {
	e.findings = append(e.findings, finding{sent: sent, expected: expected, actual: actual})
}

// withState adds what the state shows to what the answers show.
func (e *execution) withState(differences []string, wanted string) []finding {
	if len(differences) > 0 {
		e.find(e.sentSoFar(), wanted, evidence(differences))
		e.findings[len(e.findings)-1].ofState = true
	}
	return e.findings
}
