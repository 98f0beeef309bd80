package webhooktest

import (
	"context"
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

	// Seed and RunID fix the ids of the events. Empty: fresh ones.
	Seed  uint64
	RunID string

	// Progress, if not nil, is told of each case as it is done.
	Progress func(Result)
}

// Check runs the suite and reports what the handler gets right and wrong. The
// error is for a suite that cannot be run at all: an unknown case, a subject
// without a handler, a state that cannot be read.
//
// Cases are run one after the other. When the very first genuine event is refused,
// nothing else can be judged: the rest is skipped.
func Check(ctx context.Context, suite Suite) (*Report, error) {
	all, err := contractCases()
	if err != nil {
		return nil, err
	}
	cases, err := selectCases(all, suite.Only, suite.Skip, suite.Level)
	if err != nil {
		return nil, err
	}
	r, err := newRunner(suite)
	if err != nil {
		return nil, err
	}
	defer func() { r.endpoint.Close() }()
	if err := r.learn(ctx); err != nil {
		return nil, err
	}
	report := &Report{Subject: r.describe(), Seed: r.source.seedUsed()}
	for i := range cases {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		result, err := r.run(ctx, &cases[i])
		if err != nil {
			return nil, err
		}
		report.Cases = append(report.Cases, result)
		if suite.Progress != nil {
			suite.Progress(result)
		}
	}
	report.Diagnosis = r.diagnosis
	report.summarise()
	return report, nil
}

// Cases returns the cases that a suite would run.
func Cases(suite Suite) ([]Case, error) {
	all, err := contractCases()
	if err != nil {
		return nil, err
	}
	cases, err := selectCases(all, suite.Only, suite.Skip, suite.Level)
	if err != nil {
		return nil, err
	}
	chosen := make([]Case, len(cases))
	for i, c := range cases {
		chosen[i] = c.Case
	}
	return chosen, nil
}
