package contract

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// Check runs the suite and reports what the handler gets right and wrong. The error is for
// a suite that cannot run at all: an unknown case, a subject without a handler, an
// unreadable state.
//
// Cases run one after the other, unless the subjects are Isolated. If the handler refuses
// the first genuine event, nothing else can be judged, and the remaining cases are skipped.
// When the context ends, or a hook or the state of a subject fails, Check returns the error
// together with the report so far.
func Check(ctx context.Context, suite Suite) (*Report, error) {
	cases, err := suite.cases()
	if err != nil {
		return nil, err
	}
	j, err := newJudge(suite)
	if err != nil {
		return nil, err
	}
	defer func() { j.session.close() }()
	report := &Report{Subject: j.session.describe()}
	if err = j.prepare(ctx, cases); err == nil {
		report.Cases, err = j.judgeAll(ctx, cases)
	} else {
		report.Cases = untried(&suite, cases)
	}
	report.Seed, report.Diagnosis = j.session.run.source.seed(), j.diagnosis.lines
	report.WantedType, report.WantedLabel = j.diagnosis.takes, j.diagnosis.label
	report.Unaccepted = unaccepted(j.refused)
	report.WantedVersion, report.WantedVariant, report.Need = j.diagnosis.wanted, j.diagnosis.shape, j.diagnosis.need
	report.Notes, report.RareRaces = j.session.notes(), j.session.run.races.anyFew()
	report.OneObject = oneObjectPath(j.session, report.Cases)
	attribute(report.Cases)
	report.summarize()
	return report, cmp.Or(ctx.Err(), err)
}

// newJudge prepares a suite and its judge.
func newJudge(suite Suite) (*judge, error) {
	switch {
	case suite.New == nil:
		return nil, errors.New("a suite without a subject: set New")
	case suite.MaxTime < 0:
		return nil, fmt.Errorf("suite: MaxTime %s: must be positive, such as 3m", suite.MaxTime)
	}
	subject := suite.New()
	if subject.Settle < 0 {
		return nil, fmt.Errorf("subject: Settle %s: must not be negative", subject.Settle)
	}
	if err := suite.checkWaivers(subject.Waivers); err != nil {
		return nil, err
	}
	if err := subject.checkFamilies(); err != nil {
		return nil, err
	}
	if suite.Dir == "" { // payloads may be of any type
		if err := subject.checkTypes(); err != nil {
			return nil, err
		}
	}
	j := &judge{session: newRun(suite, &subject).newSession(subject, suite.New)}
	return j, j.session.sender.endpoint.Validate()
}

// with returns a judge of one case, with its own subjects.
func (j *judge) with(subjects func() Subject) *judge {
	return &judge{session: j.session.run.newSession(subjects(), subjects), refused: j.refused, diagnosis: j.diagnosis}
}

// prepare measures what the cases rely on. The contract needs everything; a user's cases
// need only what they ask for: nothing if they examine only answers, since a refusal has
// its own control; background changes if they compare the state with golden files; and a
// first genuine event if they compare it with a reference.
func (j *judge) prepare(ctx context.Context, cases []contractCase) error {
	s := j.session
	switch {
	case s.run.suite.Dir == "":
		err := j.calibrate(ctx, s.subject.control())
		if err == nil && j.refused == nil {
			err = followSteps(ctx, s)
		}
		if err == nil && j.refused == nil && comparesState(cases) {
			err = linkBySessions(ctx, s)
		}
		return err
	case comparesState(cases):
		_, err := s.calibrate(ctx, s.controlAmong(cases)) // the cases' controls handle a refusal
		return err
	case s.probe.observed() && slices.ContainsFunc(cases, func(c contractCase) bool { return c.golden() }):
		event, err := s.run.source.event(s.subject.control()) // neither sent nor named
		if err != nil {
			return err
		}
		_, err = calibrator{s}.idle(ctx, observe(event))
		return err
	}
	return nil
}

// calibrate ends a run with a diagnosis if the first genuine event is refused.
func (j *judge) calibrate(ctx context.Context, control string) (err error) {
	j.refused, err = j.session.calibrate(ctx, control)
	if err == nil && j.refused != nil {
		j.refused, err = calibrateLed(ctx, j.session, control, j.refused)
	}
	if err != nil || j.refused == nil {
		return err
	}
	j.session.run.budget.end("the first genuine event was not accepted")
	first, like := j.refused.Event, j.session.sender.like()
	if j.session.probe.observed() {
		like.works, like.seen = j.session.probe.works, true
	}
	j.diagnosis, err = diagnose(ctx, j.session.sender.endpoint, first, like)
	if err == nil && j.diagnosis.lines == nil {
		j.diagnosis.lines = []string{
			"a genuine " + first.Type() + " got " + strings.TrimSpace(j.refused.String()) + ", and accepted when it was delivered again",
			"an event that is accepted only at the second delivery waits for Stripe's retry, an hour or more: what is not ready at the first?",
		}
	}
	return err
}

// comparesState reports whether any case compares the state with a reference.
func comparesState(cases []contractCase) bool {
	return slices.ContainsFunc(cases, func(c contractCase) bool { return c.State != "" })
}

// controlAmong returns the first handled type or, if the user named none, a type of the
// cases.
func (s *session) controlAmong(cases []contractCase) string {
	if len(s.subject.Handles) > 0 {
		return s.subject.control()
	}
	for _, c := range cases {
		if c.State == "" {
			continue
		}
		for _, eventType := range c.types(variant{}) {
			if knownType(eventType, nil) == nil {
				return eventType
			}
		}
	}
	return s.subject.control()
}

// judgeAll runs the cases, concurrently if they are isolated.
func (j *judge) judgeAll(ctx context.Context, cases []contractCase) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	sideBySide := 1
	if j.session.subject.Isolated {
		sideBySide = runtime.GOMAXPROCS(0)
	}
	slots := make(chan struct{}, sideBySide)
	results := make([]Result, len(cases))
	var judging sync.WaitGroup
	var progress sync.Mutex
	queue := newQueue(cases, j.session.isSlow(len(cases)))
	for len(queue.rest) > 0 {
		slots <- struct{}{}
		i := queue.next(j.session.run.budget.isShort())
		judging.Go(func() {
			defer func() { <-slots }()
			var err error
			if results[i], err = j.judgeOne(ctx, &cases[i], &progress); err != nil {
				cancel(err)
			}
		})
	}
	judging.Wait()
	return results, context.Cause(ctx)
}

// judgeOne runs a case with a subject of its own.
func (j *judge) judgeOne(ctx context.Context, c *contractCase, progress *sync.Mutex) (Result, error) {
	suite := &j.session.run.suite
	if ctx.Err() != nil {
		return untried(suite, []contractCase{*c})[0], nil
	}
	if suite.Begins != nil {
		progress.Lock()
		suite.Begins(c.ID)
		progress.Unlock()
	}
	own := j.with(suite.New)
	defer func() { own.session.close() }()
	result, err := own.judge(ctx, c)
	if err == nil && suite.Progress != nil {
		progress.Lock()
		defer progress.Unlock()
		suite.Progress(result)
	}
	return result, err
}

// slowWork is the minimum settle time of a slow handler.
const slowWork = 500 * time.Millisecond

// perCase is the average number of deliveries in a case, races aside: measured with a
// handler of nine types.
const perCase = 8

// isSlow reports whether the time of the run may end before a number of cases is done,
// given the handler's answers and background work.
func (s *session) isSlow(cases int) bool {
	return s.probe.settle >= slowWork && s.subject.Settle == 0 ||
		s.run.log.pace()*time.Duration(perCase*cases) > s.run.budget.limit
}

// notes returns the remarks on the run.
func (s *session) notes() []string {
	return slices.Concat(s.run.machine.notes(), s.silentAPI(), s.run.missed.notes(), s.run.learned.failed.notes(), s.run.races.notes(), s.run.further.notes(), s.sender.objects.known.preparing.notes(), s.run.learned.worksLate(), slowParts(s.run))
}

func (s *session) describe() SubjectReport {
	target := "in process"
	if s.subject.Handler == nil {
		target = s.sender.endpoint.Target()
	}
	return SubjectReport{Target: target, Handles: s.subject.Handles, APIVersion: s.subject.version()}
}
