package contract

import (
	"context"
	"slices"
	"time"
)

// No case fails, or is inconclusive, at the first look. A state that was read too early
// shows a missing effect now and an extra one later, and the effect of clean delivery may
// have been read too early as well. So the case is tried again without earlier
// measurements: the state must be unchanged for a long time before anything is sent, and
// each effect is waited for before it is judged.

// distrust makes the next try of a case a careful one, which measures the effects of its
// types again. If a handler has always finished its work before it answered, on a machine
// that never stalled, its effects cannot belong to another event. distrust reports whether
// there is anything to measure again.
func (s *session) distrust(types []string) bool {
	if s.probe.careful || !s.probe.used && s.subject.called() == 0 {
		return false
	}
	s.probe.careful = true
	late := s.probe.settle > 0 || s.run.machine.stall() > 0
	for _, eventType := range append(slices.Clone(types), s.subject.control()) {
		if known, _ := s.run.known.effect(eventType); late || len(known) == 0 {
			s.run.known.doubt(eventType)
		}
	}
	return true
}

// runUntilSure runs a case once and, before it fails or is inconclusive, up to twice more,
// carefully: a fault must be found again. A race does not show each time, and is tried more
// than once on a machine that stalls.
func (s *session) runUntilSure(ctx context.Context, c *contractCase, v variant) (findings []finding, err error) {
	try := func() ([]finding, error) { return s.try(ctx, c, v) }
	tries, enough := 3, 2
	switch {
	case c.Bursts > 0:
		tries = raceTries
	case c.Repeats:
		tries, enough = 1, 1 // which has waited longer than any other case
	}
	for found := 0; tries > 0; tries-- {
		findings, err = s.tryCarefully(try)
		if _, inconclusive := isInconclusive(err); inconclusive && !isSpent(err) && furtherOf(v.types) == "" && s.distrust(c.types(v)) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(findings, func(f finding) bool { return f.silent }) && !s.isAlive(ctx, 0, time.Second) {
			return findings, nil // no subject for another try
		}
		if warnsAgain(s, v, findings) {
			return nil, nil
		}
		if len(findings) > 0 {
			found++
			if accusesNobody(c, findings) || droppedAlike(&oracle{session: s}, findings) {
				break
			}
			s.distrust(c.types(v))
		}
		if found == 0 && tries > 1 && races(c) && (s.sender.apart || c.Bursts == 0 && s.run.machine.stall() > 0) {
			s.probe.careful = false // until there is something to find
			continue
		}
		// When the run's time is up, end the current case.
		stopped := s.run.budget.over() != "" && s.run.budget.timeIsUp() == ""
		if found == 0 || found == enough || stopped {
			break
		}
		findings = nil
	}
	if foreign(c) && slices.ContainsFunc(findings, finding.moves) && !slices.ContainsFunc(c.types(v), s.sender.binder.isSaid) {
		return nil, errInconclusive{reason: "the effect does not depend on the values that bind the events: if the handler finds its object by one, say so", need: "bound"}
	}
	if slices.ContainsFunc(findings, finding.misses) {
		for _, eventType := range c.types(v) {
			if err := s.baseline.outOfObjects(ctx, eventType); err != nil {
				return nil, err
			}
		}
	}
	if len(findings) == 0 && races(c) && s.sender.apart {
		return nil, errInconclusive{reason: "deliveries meant to be simultaneous went out one after the other: the machine is too slow for a race"}
	}
	if len(findings) == 0 && c.Bursts > 0 {
		s.run.races.add(c, v, s.sender.raced, s.moreBursts())
	}
	return findings, nil
}

// accusesNobody reports whether findings are for information and say that something was
// accepted. No wait changes that, as it may a refusal.
func accusesNobody(c *contractCase, findings []finding) bool {
	return c.Level == "info" && !slices.ContainsFunc(findings, func(f finding) bool { return !f.accepted || f.grave || f.misses() })
}

// tryCarefully runs a try with its own subject. It repeats a careful try if the handler
// turns out to work longer than expected: the try was not careful enough.
func (s *session) tryCarefully(try func() ([]finding, error)) (findings []finding, err error) {
	for range 3 {
		s.renew()
		s.sender.apart = false
		s.probe.dirty.Store(s.probe.careful || s.probe.dirty.Load())
		settle := s.probe.settle
		findings, err = try()
		_, inconclusive := isInconclusive(err)
		if !s.probe.careful || s.probe.settle == settle || len(findings) == 0 && !inconclusive {
			break
		}
	}
	return findings, err
}

// runOnce runs a case as written. Before a handler that may work after its answer fails a
// golden file, the case runs again with waits: the effect of an earlier delivery may have
// come in between.
func (s *session) runOnce(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	s.renew()
	first, err := s.execute(ctx, c, v)
	if err != nil {
		return nil, err
	}
	if !first.differed || s.probe.settle > 0 || c.exact() {
		return first.findings, nil
	}
	s.probe.settle, s.probe.careful = asyncSettle, true
	defer func() { s.probe.careful = false }()
	s.renew()
	again, err := s.execute(ctx, c, v)
	if err != nil || again.differed {
		s.probe.settle = 0
		return first.findings, err
	}
	s.run.learned.keepSettle(s.probe.settle)
	return again.findings, nil
}

// try runs a case and returns the findings.
func (s *session) try(ctx context.Context, c *contractCase, v variant) ([]finding, error) {
	o := &oracle{session: s, spec: c, variant: v}
	switch {
	case c.Either:
		return s.tryEither(ctx, o)
	case c.State != "" && s.probe.observed():
		return judgeOrder(ctx, o)
	case s.probe.observed() && s.run.suite.Dir == "":
		return o.judgeAnswers(ctx)
	}
	return s.answers(ctx, c, v)
}

// tryEither runs a case that expects either the answers or the state. It compares the
// state only if the answers are not as expected.
func (s *session) tryEither(ctx context.Context, o *oracle) ([]finding, error) {
	findings, err := s.answers(ctx, o.spec, o.variant)
	switch {
	case err != nil || len(findings) == 0:
		return nil, err
	case !s.probe.observed():
		return nil, errInconclusive{reason: "the response was " + findings[0].actual + ", and whether the effect is there all the same can be told only from what the handler stores"}
	}
	s.renew()
	return o.judge(ctx)
}
