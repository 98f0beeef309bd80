package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// A Suite is the contract, or a folder of cases, run against a subject. The zero
// value but for the subject runs every case of the contract.
type Suite struct {
	// New returns the subject of a case. It is called for each case, so that cases
	// cannot disturb each other; returning the same one each time is fine too, for
	// a handler is never presumed to be empty.
	New func() Subject

	// Dir is a folder of cases to run instead of the contract, see RunDir. Update
	// writes the golden files that they name.
	Dir    string
	Update bool

	// Only and Skip choose cases by id ("signature/unsigned") or group. Level keeps
	// the cases of one level.
	Only, Skip []string
	Level      string

	// Shard keeps one part of several, "2/5" the second of five. Which part a case
	// belongs to depends on its id alone, so that jobs side by side share a suite.
	Shard string

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
// skipped. When the context ends, or a hook or the state of a subject fails, the error
// comes with the report of what was done until then.
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
	report := &Report{Subject: r.describe()}
	if err = r.prepare(ctx, cases); err == nil {
		report.Cases, err = r.judgeAll(ctx, cases)
	}
	if report.Cases == nil {
		report.Cases = r.untried(cases)
	}
	report.Seed, report.Diagnosis = r.seed(), r.diagnosis
	report.Notes = r.notes()
	report.summarise()
	return report, cmp.Or(ctx.Err(), err)
}

// untried are the results of cases when nothing could be learned.
func (r *runner) untried(cases []contractCase) []Result {
	results := make([]Result, len(cases))
	for i := range cases {
		results[i] = r.newResult(&cases[i])
		results[i].skip("", runEnded)
	}
	return results
}

// runEnded is why a case was not tried when the run was cut short.
const runEnded = "the run was interrupted"

// judgeAll runs the cases, side by side if that disturbs nobody.
func (r *runner) judgeAll(ctx context.Context, cases []contractCase) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, r.subject.sideBySide())
	results := make([]Result, len(cases))
	var judging sync.WaitGroup
	for _, i := range r.order(cases) {
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

// slowWork is how long the state of a slow handler has to be still.
const slowWork = 500 * time.Millisecond

// order is that of the cases, but with a slow handler the musts come first: its time
// may be over before the rest.
func (r *runner) order(cases []contractCase) []int {
	order := make([]int, len(cases))
	for i := range order {
		order[i] = i
	}
	if r.settle >= slowWork && r.subject.Settle == 0 {
		slices.SortStableFunc(order, func(a, b int) int {
			return cmp.Compare(slices.Index(levels, cases[a].Level), slices.Index(levels, cases[b].Level))
		})
	}
	return order
}

// judgeOne runs a case with a subject of its own.
func (r *runner) judgeOne(ctx context.Context, c *contractCase) (Result, error) {
	if ctx.Err() != nil {
		result := r.newResult(c)
		result.skip("", runEnded)
		return result, nil
	}
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
	all, err := s.all()
	if err != nil {
		return nil, err
	}
	chosen, err := selectCases(all, s.Only, s.Skip, s.Level)
	if err != nil {
		return nil, err
	}
	return shard(chosen, s.Shard)
}

// all reads the cases that there are.
func (s *Suite) all() ([]contractCase, error) {
	if s.Dir != "" {
		return folderCases(s.Dir)
	}
	return contractCases()
}

// shard keeps the cases of one part.
func shard(cases []contractCase, part string) ([]contractCase, error) {
	if part == "" {
		return cases, nil
	}
	first, second, _ := strings.Cut(part, "/")
	nth, err := strconv.ParseUint(first, 10, 16)
	parts, err2 := strconv.ParseUint(second, 10, 16)
	if err != nil || err2 != nil || nth < 1 || nth > parts {
		return nil, fmt.Errorf("shard %q: want which of how many, such as 2/5", part)
	}
	return slices.DeleteFunc(cases, func(c contractCase) bool { return render.Hash(c.ID)%parts != nth-1 }), nil
}
