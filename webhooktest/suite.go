package webhooktest

import (
	"cmp"
	"context"
	"sync"
	"time"
)

// A Suite is the contract, run against a subject. The zero value but for the
// subject runs every case.
type Suite struct {
	// New returns the subject of a case. It is called for each case, so that cases
	// cannot disturb each other; returning the same one each time is fine too, for
	// a handler is never presumed to be empty.
	New func() Subject

	// Only and Skip choose cases by id ("signature/unsigned") or group. Level keeps
	// the cases of one level.
	Only, Skip []string
	Level      string

	// MaxTime is when no further case is begun. 0: DefaultMaxTime.
	MaxTime time.Duration

	// Seed and RunID fix the ids of the events. Empty: fresh ones.
	Seed  uint64
	RunID string

	// Progress, if not nil, is told of each case as it is done.
	Progress func(Result)
}

// DefaultMaxTime bounds a run of the suite.
const DefaultMaxTime = 3 * time.Minute

func (s *Suite) maxTime() time.Duration { return cmp.Or(s.MaxTime, DefaultMaxTime) }

// Check runs the suite and reports what the handler gets right and wrong. The
// error is for a suite that cannot be run at all: an unknown case, a subject
// without a handler, a state that cannot be read.
//
// Cases are run one after the other, unless the subjects are isolated. When the
// very first genuine event is refused, nothing else can be judged: the rest is
// skipped. So it is when the context ends, the error of which comes with the report.
func Check(ctx context.Context, suite Suite) (*Report, error) {
	cases, err := suite.cases()
	if err != nil {
		return nil, err
	}
	r, err := newRun(suite)
	if err != nil {
		return nil, err
	}
	defer func() { r.endpoint.Close() }()
	if err := r.learn(ctx); err != nil {
		return nil, err
	}
	report := &Report{Subject: r.describe(), Seed: r.source.seedUsed()}
	if report.Cases, err = r.judgeAll(ctx, cases); err != nil && ctx.Err() == nil {
		return nil, err
	}
	report.Diagnosis = r.diagnosis
	report.summarise()
	return report, ctx.Err()
}

// judgeAll runs the cases, side by side if that disturbs nobody.
func (r *runner) judgeAll(ctx context.Context, cases []contractCase) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, r.subject.sideBySide())
	results := make([]Result, len(cases))
	var judging sync.WaitGroup
	for i := range cases {
		slots <- struct{}{}
		judging.Go(func() {
			defer func() { <-slots }()
			var err error
			if results[i], err = r.judgeOne(ctx, &cases[i]); err != nil {
				cancel(err)
			}
		})
	}
	judging.Wait()
	return results, context.Cause(ctx)
}

// judgeOne runs a case with a subject of its own.
func (r *runner) judgeOne(ctx context.Context, c *contractCase) (Result, error) {
	own := r.runner(r.suite.New)
	defer func() { own.endpoint.Close() }()
	result, err := own.judge(ctx, c)
	if err == nil {
		r.progress(result)
	}
	return result, err
}

func (s *run) progress(result Result) {
	if s.suite.Progress == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.suite.Progress(result)
}

// cases reads the cases that the suite is to run.
func (s *Suite) cases() ([]contractCase, error) {
	all, err := contractCases()
	if err != nil {
		return nil, err
	}
	return selectCases(all, s.Only, s.Skip, s.Level)
}
