package contract

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/rawjson"
)

// An unwanted is the first refusal of a step that does not want one.
type unwanted struct {
	step     caseStep
	response *webhooktest.Response
}

// noteRefusal notes a refusal of a step for checkPlain.
func (e *execution) noteRefusal(step caseStep, responses []*webhooktest.Response) {
	at := slices.IndexFunc(responses, func(r *webhooktest.Response) bool {
		return r.Err == nil && !r.Accepted() && (step.Expect != "" && !meets(r, step.Expect) || step.Prefer != "" && !meets(r, step.Prefer))
	})
	if at >= 0 && e.session.run.suite.Dir == "" {
		e.refusals = append(e.refusals, unwanted{step, responses[at]})
	}
}

// checkPlain keeps a case about a variant of an event from repeating a fault of the plain
// event: if the plain event gets the same refusal, the variant shows nothing. The plain event
// has an effect of its own, so it comes after the state was read.
func checkPlain(ctx context.Context, e *execution) error {
	for _, r := range e.refusals {
		if err := r.checkPlain(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (r unwanted) checkPlain(ctx context.Context, e *execution) error {
	for _, name := range r.step.Send {
		spec, refused := e.spec.Events[name], r.response
		isPlain := len(r.step.Mutate) == 0 && r.step.Times <= 1 && spec.plain()
		ofOtherType := spec.payload(e.variant) == nil && refused.Event.Type() != e.variant.typeOf(spec.Type)
		if !slices.Contains(e.observed.events[name], refused.Event) || isPlain || ofOtherType {
			continue
		}
		control, err := e.events.controlOf(ctx, name)
		if err != nil {
			return err
		}
		plain, err := e.session.sender.deliver(ctx, control)
		if err == nil && plain.StatusCode == refused.StatusCode {
			return errInconclusive{reason: "a plain " + control.Type() + " gets the same response, " + answered(plain) + ": see dispatch/handled-type"}
		}
		return err
	}
	return nil
}

// judge compares the answers of a step with what it expects.
func (e *execution) judge(step caseStep, responses []*webhooktest.Response) error {
	mutations := strings.TrimSpace(strings.Join(e.events.mutations(step), " "))
	known := e.events.known()
	some := step.AnyExpect == ""
	if step.Together && step.Expect != "" && e.unanswered(responses) {
		responses = slices.DeleteFunc(slices.Clone(responses), func(r *webhooktest.Response) bool { return r.Err != nil })
	}
	for _, r := range responses {
		a := answer{response: r, sent: strings.TrimSpace(e.events.described(r.Event)+" "+mutations) + e.changesOf(r.Event) + e.cameBefore(r.Event), known: known, machine: e.session.run.machine}
		a.genuine = e.session.run.suite.Dir != "" && mutations == ""
		if err := a.judge(step); err != nil {
			return err
		}
		e.findings = append(e.findings, a.findings...)
		if step.AnyExpect != "" && meets(r, step.AnyExpect) {
			some = true
		}
	}
	if !some && len(responses) > 0 {
		e.find(mutations, "one response at least "+step.AnyExpect, responses[0].String())
	}
	e.capture(step.Capture, responses)
	return nil
}

// capture stores values from a step's last answer in variables.
func (e *execution) capture(wanted map[string]string, responses []*webhooktest.Response) {
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if len(responses) == 0 {
			continue
		}
		answer := responses[len(responses)-1]
		value, err := captured(answer, wanted[name])
		if err != nil {
			e.find(answer.Event.String(), wanted[name]+", which later steps need as {"+name+"}", answered(answer)+": "+err.Error())
			e.stopped = true
			return
		}
		e.events.values[name] = value
	}
}

// captured returns a part of an answer: "body:order.id" or "header:Location".
func captured(answer *webhooktest.Response, from string) (json.RawMessage, error) {
	if name, ok := strings.CutPrefix(from, "header:"); ok {
		if value := answer.Header.Get(name); value != "" {
			return rawjson.Encode(value)
		}
		return nil, errors.New("the header is missing")
	}
	return rawjson.Get(answer.Body, strings.TrimPrefix(from, "body:"))
}
