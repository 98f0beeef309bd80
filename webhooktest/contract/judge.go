package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A judge produces the result of a case.
type judge struct {
	session   *session
	refused   *webhooktest.Response // the response to the first event, if refused
	diagnosis diagnosis             // the reason
	wrote     []string              // golden files
}

// judge runs one case in all its variants.
func (j *judge) judge(ctx context.Context, c *contractCase) (Result, error) {
	start := time.Now()
	result := newResult(&j.session.run.suite, c)
	err := unprepared(ctx, j.session, j.judgeInto(ctx, c, &result))
	if why, ok := isInconclusive(err); ok {
		result.inconclusive(why)
		err = nil
	}
	if err != nil && ctx.Err() != nil {
		result.skip("", runEnded)
		err = nil
	}
	if err != nil {
		result.Verdict, result.Reason = Inconclusive, err.Error()
		return result, fmt.Errorf("case %s: %w", c.ID, err)
	}
	result.waive(j.session.subject.Waivers, time.Now())
	result.Duration = time.Since(start)
	result.Millis = float64(result.Duration.Microseconds()) / 1000
	return result, nil
}

func (j *judge) judgeInto(ctx context.Context, c *contractCase, result *Result) error {
	s := j.session
	for _, need := range c.Needs {
		if reason := s.subject.lacks(need); reason != "" && !(need == "state" && s.probe.observed()) {
			result.skip(need, "needs "+reason)
			return nil
		}
	}
	if ctx.Err() != nil {
		result.skip("", runEnded)
		return nil
	}
	if j.refused != nil && c.ID == "control/accepted" {
		result.add(c, []finding{{sent: "a genuine " + j.refused.Event.Type(), expected: "2xx", actual: j.refused.String(), wanted: j.diagnosis.wanted}})
		return nil
	}
	if over := s.run.budget.over(); over != "" && !(looksBack(c.Check) && s.run.log.anyAccepted()) {
		result.skip(s.run.budget.need(), over)
		return nil
	}
	if c.Check != "" {
		return j.runCheck(ctx, c, result)
	}
	bindings, unhandled, err := precedence{sender: s.sender}.bind(c.Given)
	if err != nil {
		return err
	}
	if unhandled != "" {
		skipUnhandled(result, &s.subject, c.Given, unhandled)
		return nil
	}
	bindings, err = j.bound(ctx, c, bindings)
	if err != nil {
		return err
	}
	if len(bindings) == 0 {
		what := needs()["bound"].what
		if slices.Contains(c.Needs, "order") {
			what = needs()["order"].what
		}
		result.skip("bound", "needs "+what+" by which the handler finds them")
		return nil
	}
	if bindings, err = shownFurther(ctx, s, c, bindings); err != nil {
		return err
	}
	return j.runVariants(ctx, c, bindings, result)
}

// skipUnhandled skips a case that lacks handled types. No further one helps where Stripe
// reports no creation.
func skipUnhandled(result *Result, s *Subject, given map[string]string, unhandled string) {
	why, first := uncreated(s, given)
	if why != "" && first == "" {
		result.skip("", why)
		return
	}
	result.Unhandled = cmp.Or(first, unhandled)
	result.skip(needHandles, "needs handling "+result.Unhandled)
}

// bound keeps the bindings of a case about objects of the app to types that are bound to
// such objects: other types say nothing about them. A customer alone has no price.
func (j *judge) bound(ctx context.Context, c *contractCase, bindings []map[string]string) (kept []map[string]string, err error) {
	if !slices.Contains(c.Needs, "bound") {
		return bindings, nil
	}
	for _, types := range bindings {
		for _, eventType := range c.types(variant{types: types}) {
			found, err := j.session.finds(ctx, eventType)
			if err != nil {
				return nil, err
			}
			if found && (!slices.Contains(c.Needs, "order") || j.session.sender.binder.bindsOrder(eventType)) {
				kept = append(kept, types)
				break
			}
		}
	}
	return kept, nil
}

// runVariants runs a case in all its variants, until one fails at the case's own level, by
// its effect if the case is about that, or the handler has stopped.
func (j *judge) runVariants(ctx context.Context, c *contractCase, bindings []map[string]string, result *Result) error {
	var all outcome
	budget := j.session.run.budget
	variants, err := atCalls(ctx, j.session, c, c.variants(bindings, j.rows(c)))
	if err != nil {
		return err
	}
	var siblings refusedSiblings
	room := furtherRoom{limit: budget.limit / furtherShare}
	for i, variant := range variants {
		if !room.has(c, variant, result.Verdict) {
			continue
		}
		start := time.Now()
		variant.bursts, variant.warned = j.session.bursts(c, i, len(variants)), result.Verdict == Warn
		c := j.session.sender.objects.known.preparing.inTime(variant.specOf(c))
		findings, err := j.session.surviving(ctx, func() ([]finding, error) { return j.runVariant(ctx, c, variant) })
		if err == nil {
			findings, err = variant.expected(&j.session.subject, findings)
		}
		if err == nil {
			findings, err = refusedCurrency(ctx, j.session, variant, findings)
		}
		if err == nil {
			findings, err = siblings.told(ctx, j.session, c, findings)
		}
		room.took(c, variant, start)
		err = unprepared(ctx, j.session, err)
		if _, inconclusive := isInconclusive(err); inconclusive && variant.beside {
			continue
		}
		if err := all.add(err); err != nil {
			return err
		}
		if result.Verdict != Fail || showsState(findings) {
			result.add(c, variant.shaped(findings))
		}
		if result.Verdict == Fail && (c.State == "" || showsState(findings)) {
			break // where one type is refused, another may count twice
		}
		if result.Verdict == Warn && c.Level == "should" && showsState(findings) {
			result.Actual += untriedTypes(c, variants[i:])
			break // another row says no more of it, and another type would be waited for as long
		}
		if over := budget.over(); over != "" && i < len(variants)-1 {
			if result.Verdict == "" {
				result.skip(budget.need(), over) // not a pass: the other variants were not tried
			}
			j.session.run.races.leaveOut(c, variants[i+1:], j.session.moreBursts())
			return nil
		}
	}
	j.session.run.further.add(c, &room)
	result.Reason, result.Wrote = j.updated(), j.wrote
	all.conclude(c, result)
	return nil
}

// showsState reports whether the state is the evidence of a finding.
func showsState(findings []finding) bool {
	return slices.ContainsFunc(findings, func(f finding) bool { return f.ofState || f.grave })
}

// rows returns the rows of a case, without those that are no fault for this subject: a
// placeholder that is its real secret, the failure of something it does not have.
func (j *judge) rows(c *contractCase) []string {
	s, secrets := j.session, j.session.secrets()
	return slices.DeleteFunc(slices.Clone(c.Each), func(row string) bool {
		return s.subject.lacksFault(row) || slices.ContainsFunc(secrets, func(secret string) bool { return row == secret || row == "secret="+secret })
	})
}

// runVariant runs a user's case once as written. It repeats a case of the contract, or a
// case that compares states, as often as it takes to be sure.
func (j *judge) runVariant(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	suite := &j.session.run.suite
	j.session.probe.careful = false
	switch {
	case suite.Dir != "" && suite.Update && c.golden():
		return j.update(ctx, c, v)
	case suite.Dir != "" && c.State == "":
		return j.session.runOnce(ctx, c, v)
	}
	return j.session.runUntilSure(ctx, c, v)
}

// runCheck runs a case implemented in code.
func (j *judge) runCheck(ctx context.Context, c *contractCase, result *Result) error {
	check := checks[c.Check]
	if check == nil {
		return fmt.Errorf("check %q: no such check", c.Check)
	}
	s := j.session
	s.probe.careful = false
	if s.run.budget.over() == "" { // else there may be no handler left to ask
		if err := s.recalibrate(ctx); err != nil {
			return err
		}
	}
	try := func() ([]finding, error) { return check(ctx, s) }
	findings, err := s.surviving(ctx, func() ([]finding, error) {
		findings, err := s.tryCarefully(try)
		_, inconclusive := isInconclusive(err)
		if (inconclusive || err == nil && len(findings) > 0) && s.distrust(s.subject.handled()) {
			findings, err = s.tryCarefully(try)
		}
		return findings, err
	})
	if errors.Is(err, render.ErrNotApplicable) {
		result.skip("", err.Error())
		return nil
	}
	if err != nil {
		return err
	}
	if result.add(c, findings); len(findings) == 0 {
		result.Verdict = Pass
	}
	return nil
}
