package main

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// found is a report of some results.
func found(verdicts ...contract.Result) *contract.Report {
	r := &contract.Report{Summary: make(map[contract.Verdict]int), Cases: verdicts}
	for _, result := range verdicts {
		r.Summary[result.Verdict]++
	}
	return r
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	came := func(verdict contract.Verdict) contract.Result { return contract.Result{Verdict: verdict} }
	needing := func(what string) contract.Result {
		return contract.Result{Verdict: contract.Skip, Reason: "needs " + what}
	}
	late := contract.Result{Verdict: contract.Skip, Need: contract.NeedTime, Reason: "the time of the run, 1s, was over (Suite.MaxTime, --max-time)"}
	unclaimed := contract.Result{ID: "control/effect", Verdict: contract.Inconclusive, Need: "handles", Reason: "no type was named"}
	alike := contract.Result{ID: "control/effect", Verdict: contract.Inconclusive, Need: "state", Reason: "the state moves with every event"}
	refused := found(needing("a handler"))
	refused.Diagnosis = []string{"refused"}
	lateMust := late
	lateMust.Level = "must"
	const tooLate = "time ran out before 1 case could be judged, including 0 musts: raise --max-time, "
	const saidTooLate = "fakestripe: " + tooLate + "or split the cases with --shard\n"
	for _, test := range []struct {
		name        string
		dir, shard  string
		strict      bool
		partial     bool
		found       *contract.Report
		interrupted error
		want, said  string
		short       bool
	}{
		{name: "all is well", found: found(came(contract.Pass), needing("a state"))},
		{name: "something failed", found: found(came(contract.Pass), came(contract.Fail)), short: true},
		{name: "a warning", found: found(came(contract.Warn))},
		{name: "a warning, strictly", strict: true, found: found(came(contract.Warn)), short: true},
		{name: "only worth knowing", found: found(came(contract.Info))},
		{name: "only skipped", found: found(needing("a"), needing("b"), needing("b")), want: "nothing could be judged: needs b"},
		{name: "no cases", found: found(), want: "nothing could be judged: no case was chosen"},
		{name: "no cases in this part of them", shard: "2/5", found: found()},
		{name: "only skipped in this part", shard: "2/5", found: found(needing("a")), want: "nothing could be judged: needs a"},
		{name: "inconclusive, of the contract", found: found(came(contract.Pass), came(contract.Inconclusive))},
		{name: "inconclusive, of one's own", dir: "cases", found: found(came(contract.Pass), came(contract.Inconclusive)),
			said: "fakestripe: 1 case could not be judged\n", short: true},
		{name: "no type has an effect, and none was named", found: found(came(contract.Pass), unclaimed), want: "no effect could be judged: no type was named"},
		{name: "nor has any, and something failed", found: found(came(contract.Fail), unclaimed), short: true},
		{name: "every event has the same", found: found(came(contract.Pass), alike)},
		{name: "the time was over", found: found(came(contract.Pass), late), want: tooLate + "split the cases with --shard, or accept this with --partial"},
		{name: "the time was over before a must", found: found(came(contract.Pass), late, lateMust),
			want: "time ran out before 2 cases could be judged, including 1 must: raise --max-time, split the cases with --shard, or accept this with --partial"},
		{name: "the time was over, one's own", dir: "cases", found: found(came(contract.Pass), late), want: tooLate + "split the cases with --shard, or accept this with --partial"},
		{name: "the time was over, as it may be", partial: true, found: found(came(contract.Pass), late), said: saidTooLate},
		{name: "the time was over, and something failed", found: found(came(contract.Fail), late), said: saidTooLate, short: true},
		{name: "the time was over, and nothing judged", partial: true, found: found(late), said: saidTooLate, want: "nothing could be judged: " + late.Reason},
		{name: "refused", found: refused, want: "the first genuine event was refused, so nothing could be judged"},
		{name: "crashed", found: &contract.Report{Diagnosis: refused.Diagnosis, Unaccepted: "failed"}, want: "the first genuine event got a server error, so nothing could be judged"},
		{name: "no answer", found: &contract.Report{Diagnosis: refused.Diagnosis, Unaccepted: "unanswered"}, want: "the first genuine event got no response, so nothing could be judged"},
		{name: "interrupted", found: found(came(contract.Fail)), interrupted: context.Canceled, want: "interrupted: the report covers the cases that finished"},
	} {
		var said bytes.Buffer
		c := checking{suite: contract.Suite{Dir: test.dir, Shard: test.shard}, strict: test.strict, partial: test.partial}
		err := c.verdict(shell{err: &said}, test.found, test.interrupted)
		switch {
		case test.short:
			require.ErrorIs(t, err, errShort, test.name)
		case test.want != "":
			require.EqualError(t, err, test.want, test.name)
		default:
			require.NoError(t, err, test.name)
		}
		require.Equal(t, test.said, said.String(), test.name)
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), errors.New("b")
	require.NoError(t, together(nil, nil))
	require.Equal(t, errShort, together(errShort, nil, nil))
	require.Equal(t, a, together(errShort, nil, a), "which ends with another status, and was not printed")
	require.EqualError(t, together(a, nil, b), "a; b")
}
