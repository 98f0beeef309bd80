package webhooktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A runner is a suite under way.
type runner struct {
	suite    Suite
	subject  Subject
	endpoint *Endpoint
	source   *Source
	clock    time.Time // of the next event
	settle   time.Duration

	broken    string // why nothing can be judged any more
	diagnosis []string
	responses []*Response
	floor     map[string]bool   // places of the state that move by themselves
	noise     []string          // those of them that the last delivery moved
	effects   map[string]change // what one event of a type does
}

func newRunner(suite Suite) (*runner, error) {
	r := &runner{suite: suite, effects: make(map[string]change)}
	r.fresh()
	r.settle = r.subject.Settle
	// Events are created a second apart and in the past, so that no two share a
	// second and none is from the future.
	r.clock = time.Now().Add(-time.Hour)
	r.source = &Source{
		APIVersion: r.subject.APIVersion, Account: r.subject.Account, Livemode: r.subject.Livemode,
		Seed: suite.Seed, RunID: suite.RunID, Now: func() time.Time { return r.clock },
	}
	return r, r.endpoint.Validate()
}

// fresh takes a subject for the next case.
func (r *runner) fresh() {
	if r.endpoint != nil {
		r.endpoint.Close()
	}
	r.subject = r.suite.New()
	r.endpoint = r.subject.endpoint()
}

func (r *runner) describe() SubjectReport {
	target := "in process"
	if r.subject.Handler == nil {
		target = r.endpoint.Target()
	}
	return SubjectReport{Target: target, Handles: r.subject.Handles, APIVersion: r.source.apiVersion()}
}

// newEvent makes an event as the subject needs it.
func (r *runner) newEvent(eventType string, edits ...Edit) (*Event, error) {
	r.clock = r.clock.Add(time.Second)
	if handled := slices.Contains(r.subject.Handles, eventType); r.subject.Edit != nil && (handled || eventType == r.subject.control()) {
		edits = append(r.subject.Edit(eventType), edits...) // a case has the last word
	}
	return r.source.Event(eventType, edits...)
}

// prelude delivers what has to come before an event that changes or ends an object:
// the event that its creation is, if the handler handles it. It is nil for events
// that need none.
func (r *runner) prelude(ctx context.Context, eventType string) (*Event, error) {
	dot := strings.LastIndexByte(eventType, '.')
	creation := eventType[:max(dot, 0)] + ".created"
	if creation == eventType || !slices.Contains(r.subject.Handles, creation) {
		return nil, nil
	}
	event, err := r.newEvent(creation)
	if err == nil {
		_, err = r.deliver(ctx, event)
	}
	return event, err
}

// deliver delivers an event and remembers the answer for the checks that look at
// all of them.
func (r *runner) deliver(ctx context.Context, event *Event, mutations ...string) (*Response, error) {
	response, err := r.endpoint.Deliver(ctx, event, mutations...)
	if err != nil {
		return nil, err
	}
	r.note(response)
	return response, nil
}

func (r *runner) note(responses ...*Response) { r.responses = append(r.responses, responses...) }

// learn finds out what everything else rests on: whether a genuine event is
// accepted, and what the state does by itself.
func (r *runner) learn(ctx context.Context) error {
	event, err := r.newEvent(r.subject.control())
	if err != nil {
		return err
	}
	response, err := r.deliver(ctx, event)
	if err != nil {
		return err
	}
	if !response.Accepted() {
		r.broken = "the first genuine event was not accepted"
		r.diagnosis, err = Diagnose(ctx, r.endpoint, event)
		return err
	}
	return r.learnState(ctx)
}

// run runs one case in all its variants, and once more before it accuses.
func (r *runner) run(ctx context.Context, c *contractCase) (Result, error) {
	start := time.Now()
	result := Result{
		ID: c.ID, Title: c.Title, Level: c.Level, Requirement: c.Requirement, Source: c.Source, Hint: c.Hint,
		Reproduce: "fakestripe check " + c.ID,
	}
	err := r.runInto(ctx, c, &result)
	var inconclusive errInconclusive
	if errors.As(err, &inconclusive) {
		result.Verdict, result.Reason, err = Inconclusive, inconclusive.reason, nil
	}
	if err != nil {
		return result, fmt.Errorf("case %s: %w", c.ID, err)
	}
	result.Duration = time.Since(start)
	result.Millis = float64(result.Duration.Microseconds()) / 1000
	return result, nil
}

func (r *runner) runInto(ctx context.Context, c *contractCase, result *Result) error {
	for _, need := range c.Needs {
		if reason := r.subject.lacks(need); reason != "" {
			result.Verdict, result.Reason = Skip, "needs "+reason
			return nil
		}
	}
	if r.broken != "" && c.ID != "control/accepted" {
		result.Verdict, result.Reason = Skip, r.broken
		return nil
	}
	if c.Check != "" {
		return r.runCheck(ctx, c, result)
	}
	bindings, reason := r.subject.bind(c.Given)
	if reason != "" {
		result.Verdict, result.Reason = Skip, "needs "+reason
		return nil
	}
	return r.runVariants(ctx, c, bindings, result)
}

// runVariants runs a case in all its variants, until one is found fault with at
// the case's own level or the handler has stopped.
func (r *runner) runVariants(ctx context.Context, c *contractCase, bindings []map[string]string, result *Result) error {
	var t trial
	for _, types := range bindings {
		for _, row := range r.rows(c) {
			findings, err := r.runVariant(ctx, c, variant{types, row})
			if err := t.heard(findings, err); err != nil {
				return err
			}
			result.accuse(c, findings)
			if err := r.stillAnswers(ctx); err != nil || r.broken != "" || result.Verdict == Fail {
				t.conclude(c, result)
				return err
			}
		}
	}
	t.conclude(c, result)
	return nil
}

// rows are the ways to run a case, but for those that are no fault at this
// subject: a placeholder that is its secret.
func (r *runner) rows(c *contractCase) []string {
	if len(c.Each) == 0 {
		return []string{""}
	}
	secrets := slices.Concat(r.endpoint.secrets(), r.subject.Secrets)
	return slices.DeleteFunc(slices.Clone(c.Each), func(row string) bool {
		return slices.ContainsFunc(secrets, func(secret string) bool { return row == secret || row == "secret="+secret })
	})
}

// runVariant runs a case once, and before it finds fault up to twice more: what is
// found must be found again. A race is not lost each time.
func (r *runner) runVariant(ctx context.Context, c *contractCase, v variant) (findings []finding, err error) {
	for found, tries := 0, 3; tries > 0; tries-- {
		r.fresh()
		if findings, err = r.try(ctx, c, v); err != nil {
			return nil, err
		}
		if len(findings) > 0 {
			found++
		}
		if found == 0 || found == 2 {
			return findings, nil
		}
	}
	return nil, nil
}

// try performs a case and returns what was not as it should be.
func (r *runner) try(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	if c.State != "" && r.subject.State != nil {
		return r.tryState(ctx, c, v)
	}
	return r.answers(ctx, c, v)
}

// answers performs a case and judges the answers alone.
func (r *runner) answers(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	p, err := r.stage(ctx, c, v, c.Steps)
	if err != nil {
		return nil, err
	}
	err = p.perform(ctx, c.Steps)
	return p.findings, err
}

// stillAnswers notices a handler that has stopped: the cases that are left would
// each wait for nothing.
func (r *runner) stillAnswers(ctx context.Context) error {
	last := len(r.responses) - 1
	if r.broken != "" || last < 0 || r.responses[last].Err == nil {
		return nil
	}
	event, err := r.newEvent(r.subject.control())
	if err != nil {
		return err
	}
	response, err := r.deliver(ctx, event)
	if err == nil && response.Err != nil {
		r.broken = "the handler has stopped answering: " + strings.TrimSuffix(response.Err.Error(), ":")
	}
	return err
}
