package contract

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract/internal/statediff"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A runner runs a case of a suite.
type runner struct {
	*run
	subjects   func() Subject
	subject    Subject
	endpoint   *webhooktest.Endpoint
	settle     time.Duration
	noise      []string              // places of the floor that the last delivery moved
	stirred    *atomic.Bool          // something was sent since the state was last still
	last       *webhooktest.Response // of the last delivery
	played     *play                 // the last that was measured
	references []statediff.Diff      // what perfect delivery did, of the variant that is run
	wrote      []string              // golden files
	careful    bool                  // nothing that was learned is trusted: see doubt
	apart      bool                  // what was to be sent together did not overlap, in the last try
	differed   bool                  // the state from a golden file, in the last performance
}

// fresh takes a subject for the next case.
func (r *runner) fresh() {
	if r.endpoint != nil {
		r.endpoint.Close()
	}
	r.subject = r.subjects()
	r.endpoint = r.subject.endpoint()
}

func (r *runner) describe() SubjectReport {
	target := "in process"
	if r.subject.Handler == nil {
		target = r.endpoint.Target()
	}
	version := cmp.Or(r.source.APIVersion, fixtures.DefaultVersion)
	if name, err := fixtures.FindVersion(version); err == nil { // else no event can be made, which says why
		version = name
	}
	return SubjectReport{Target: target, Handles: r.subject.Handles, APIVersion: version}
}

// newEvent makes an event as the subject needs it.
func (r *runner) newEvent(eventType string, edits ...webhooktest.Edit) (*webhooktest.Event, error) {
	handled := slices.Contains(r.subject.Handles, eventType) || r.suite.Dir != "" && len(r.subject.Handles) == 0
	if r.subject.Edit != nil && (handled || eventType == r.subject.control()) {
		edits = append(r.subject.Edit(eventType), edits...) // a case has the last word
	}
	event, err := r.event(eventType, edits...)
	if err != nil {
		return nil, err
	}
	return r.told(event)
}

// prelude delivers what has to come before an event that changes or ends an object:
// the event that its creation is, if the handler handles it. It returns the edits
// that make the event one about that object, in a state in which it can be seen to
// have changed; none for events that need nothing before them.
func (r *runner) prelude(ctx context.Context, eventType string) ([]webhooktest.Edit, error) {
	creation := r.subject.creation(eventType)
	if creation == "" {
		return nil, nil
	}
	version, err := render.DistinctVersion(eventType)
	if err != nil {
		return nil, err
	}
	event, err := r.newEvent(creation)
	if err != nil {
		return nil, err
	}
	_, err = r.deliver(ctx, event)
	return []webhooktest.Edit{webhooktest.About(event), webhooktest.Version(version)}, err
}

// deliver delivers an event and remembers the answer for the checks that look at
// all of them.
func (r *runner) deliver(ctx context.Context, event *webhooktest.Event, mutations ...string) (*webhooktest.Response, error) {
	if err := r.toldLong(event, mutations); err != nil {
		return nil, err
	}
	response, err := r.endpoint.Deliver(ctx, event, mutations...)
	if err == nil && response.StatusCode == http.StatusTooManyRequests && response.Header.Get("Retry-After") != "" {
		// A limit of the rate says nothing of the event: it is asked to come again.
		if err = r.pause(ctx, retryAfter(response)); err == nil {
			response, err = r.endpoint.Deliver(ctx, event, mutations...)
		}
	}
	if err != nil {
		return nil, err
	}
	r.note(response)
	r.last = response
	r.stirred.Store(true)
	return response, nil
}

// retryAfter is for how long a handler asks to be left alone, within reason.
func retryAfter(response *webhooktest.Response) time.Duration {
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil {
		seconds = 1
	}
	return min(max(time.Duration(seconds)*time.Second, 100*time.Millisecond), 3*time.Second)
}

// judge runs one case in all its variants.
func (r *runner) judge(ctx context.Context, c *contractCase) (Result, error) {
	start := time.Now()
	result := r.newResult(c)
	err := r.runInto(ctx, c, &result)
	if reason, ok := isInconclusive(err); ok {
		result.Verdict, result.Reason, err = Inconclusive, reason, nil
	}
	if err != nil && ctx.Err() != nil {
		result.skip("", runEnded)
		err = nil
	}
	if err != nil {
		result.Verdict, result.Reason = Inconclusive, err.Error()
		return result, fmt.Errorf("case %s: %w", c.ID, err)
	}
	result.waive(r.subject.Waivers, time.Now())
	result.Duration = time.Since(start)
	result.Millis = float64(result.Duration.Microseconds()) / 1000
	return result, nil
}

func (s *run) newResult(c *contractCase) Result {
	reproduce := "fakestripe check " + c.ID
	if s.suite.Dir != "" {
		reproduce = "fakestripe run " + s.suite.Dir + " " + c.ID
	}
	return Result{
		ID: c.ID, Title: c.Title, Level: c.Level, Requirement: c.Requirement, Source: c.Source, Hint: c.Hint,
		Reproduce: reproduce,
	}
}

func (r *runner) runInto(ctx context.Context, c *contractCase, result *Result) error {
	for _, need := range c.Needs {
		if reason := r.subject.lacks(need); reason != "" && !(need == "state" && r.observed()) {
			result.skip(need, "needs "+reason)
			return nil
		}
	}
	if ctx.Err() != nil {
		result.skip("", runEnded)
		return nil
	}
	if r.refused != nil && c.ID == "control/accepted" {
		result.accuse(c, []finding{{sent: "a genuine " + r.refused.Event.Type(), expected: "2xx", actual: r.refused.String()}})
		return nil
	}
	if over := r.over(); over != "" && !r.canLookBack(c) {
		result.skip(r.needed(), over)
		return nil
	}
	if c.Check != "" {
		return r.runCheck(ctx, c, result)
	}
	bindings, reason := r.subject.bind(c.Given)
	if reason != "" {
		result.skip("handles", "needs "+reason)
		return nil
	}
	return r.runVariants(ctx, c, bindings, result)
}

// runVariants runs a case in all its variants, until one is found fault with at
// the case's own level or the handler has stopped.
func (r *runner) runVariants(ctx context.Context, c *contractCase, bindings []map[string]string, result *Result) error {
	var t trial
	variants := r.variants(c, bindings)
	for i, v := range variants {
		findings, err := r.runVariant(ctx, c, v)
		gone, dead := r.hasStopped(ctx, err)
		if dead {
			result.accuse(c, append(findings, gone))
			return nil
		}
		if err := t.heard(findings, err); err != nil {
			return err
		}
		result.accuse(c, findings)
		if result.Verdict == Fail {
			break
		}
		if over := r.over(); over != "" && i < len(variants)-1 {
			if result.Verdict == "" {
				result.skip(r.needed(), over) // not a pass: the other variants were not tried
			}
			return nil
		}
	}
	result.Reason = r.updated()
	t.conclude(c, result)
	return nil
}

// variants are the ways to run a case: with each binding of its types, each of its
// rows and each of its payloads.
func (r *runner) variants(c *contractCase, bindings []map[string]string) (all []variant) {
	for _, types := range bindings {
		for _, row := range r.rows(c) {
			for payload := range c.payloads() {
				all = append(all, variant{types, row, payload})
			}
		}
	}
	return all
}

// rows are the ways to run a case, but for those that are no fault at this
// subject: a placeholder that is its secret.
func (r *runner) rows(c *contractCase) []string {
	if len(c.Each) == 0 {
		return []string{""}
	}
	secrets := slices.Concat(secretsOf(r.endpoint), r.subject.Secrets)
	return slices.DeleteFunc(slices.Clone(c.Each), func(row string) bool {
		return slices.ContainsFunc(secrets, func(secret string) bool { return row == secret || row == "secret="+secret })
	})
}

// runVariant runs a case once, and before it finds fault, or calls it inconclusive, up
// to twice more, carefully: what is found must be found again. A race is not lost each
// time, and on a machine that stalls it is tried more than once.
func (r *runner) runVariant(ctx context.Context, c *contractCase, v variant) (findings []finding, err error) {
	r.references, r.careful = nil, false
	switch {
	case r.suite.Dir != "" && r.suite.Update && c.golden():
		return r.update(ctx, c, v)
	case r.suite.Dir != "" && c.State == "":
		return r.runOnce(ctx, c, v)
	}
	for found, tries := 0, 3; tries > 0; tries-- {
		findings, err = r.tryAgain(ctx, c, v)
		if _, inconclusive := isInconclusive(err); inconclusive && r.doubt(c.types(v)) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(findings) > 0 {
			found++
			r.doubt(c.types(v))
		}
		if found == 0 && tries > 1 && c.races() && (r.apart || r.stall() > 0) {
			continue
		}
		stopped := r.over() != "" && r.timeIsUp() == "" // when its time is up, a case that was begun is ended
		if found == 0 || found == 2 || stopped {
			break
		}
		findings = nil
	}
	if len(findings) == 0 && c.races() && r.apart {
		return nil, errInconclusive{"what was to be sent at the same time was sent one after the other: the machine is too slow for a race"}
	}
	return findings, nil
}

// tryAgain performs a case with a subject of its own; a careful try once more if the
// handler turns out to work longer than was thought, for then it was not careful
// enough.
func (r *runner) tryAgain(ctx context.Context, c *contractCase, v variant) (findings []finding, err error) {
	for range 3 {
		r.fresh()
		r.apart = false
		r.stirred.Store(r.careful || r.stirred.Load())
		settle := r.settle
		findings, err = r.try(ctx, c, v)
		if _, inconclusive := isInconclusive(err); !r.careful || r.settle == settle || len(findings) == 0 && !inconclusive {
			break
		}
	}
	return findings, err
}

// races reports whether a case is a race of copies, which shows only if they are under
// way at the same time.
func (c *contractCase) races() bool {
	return slices.ContainsFunc(c.Steps, func(s caseStep) bool { return s.Together && s.Times > 1 })
}

// underWay reports whether any two deliveries overlapped.
func underWay(responses []*webhooktest.Response) bool {
	for i, a := range responses {
		for _, b := range responses[i+1:] {
			if !a.Sent.After(b.Sent.Add(b.Duration)) && !b.Sent.After(a.Sent.Add(a.Duration)) {
				return true
			}
		}
	}
	return len(responses) < 2
}

// try performs a case and returns what was not as it should be.
func (r *runner) try(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	switch {
	case c.Either:
		return r.tryEither(ctx, c, v)
	case c.State != "" && r.observed():
		return r.tryState(ctx, c, v)
	}
	return r.answers(ctx, c, v)
}

// tryEither performs a case that wants the answers or the state to be as expected. The
// state is compared only if the answers are not.
func (r *runner) tryEither(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	findings, err := r.answers(ctx, c, v)
	switch {
	case err != nil || len(findings) == 0:
		return nil, err
	case !r.observed():
		return nil, errInconclusive{"the answer was " + findings[0].actual + ", and no state shows whether the effect is there all the same (Subject.State, --state-url, --state-cmd)"}
	}
	r.fresh()
	return r.tryState(ctx, c, v)
}

// answers performs a case and judges the answers alone.
func (r *runner) answers(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	p, err := r.act(ctx, c, v)
	if err != nil {
		return nil, err
	}
	return p.findings, nil
}

// act performs a case.
func (r *runner) act(ctx context.Context, c *contractCase, v variant) (p *play, err error) {
	if p, err = r.stage(ctx, c, v, c.Steps); err != nil {
		return nil, err
	}
	if c.golden() {
		if p.before, err = p.read(ctx); err != nil {
			return nil, err
		}
	}
	return p, p.perform(ctx, c.Steps)
}
