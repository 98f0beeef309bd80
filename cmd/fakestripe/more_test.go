package main

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// What is about types that the user did not name is said by type, the most cases first.
func TestMoreTypes(t *testing.T) {
	t.Parallel()
	unhandled := func(types string) contract.Result {
		return contract.Result{Verdict: contract.Skip, Need: "handles", Unhandled: types}
	}
	r := &contract.Report{Cases: []contract.Result{
		unhandled("invoice.paid"),
		unhandled("*.created and *.updated of one resource"),
		unhandled("*.created and *.updated of one resource"),
		{Verdict: contract.Skip, Need: "handles", Reason: "needs the types that the handler handles (--handles)"},
		{Verdict: contract.Skip, Need: "state", Reason: "needs handling a state"},
		{Verdict: contract.Inconclusive, Need: "handles", Reason: "a genuine charge.refunded has no effect"},
	}}
	require.Equal(t, []string{
		"2 cases more need handling *.created and *.updated of one resource: add those to --handles if the handler handles them",
		"1 case more needs handling invoice.paid: add it to --handles if the handler handles it",
	}, moreTypes(r))
	require.Empty(t, moreTypes(new(contract.Report)))
}

// A check ends with the command that would judge more: as it was given, with what the
// skipped cases need and any handler can be given.
func TestMoreCommand(t *testing.T) {
	t.Parallel()
	report := func(needs ...string) *contract.Report {
		r := &contract.Report{Summary: map[contract.Verdict]int{contract.Pass: 1}}
		for _, need := range needs {
			r.Cases = append(r.Cases, contract.Result{Verdict: contract.Skip, Need: need})
		}
		return r
	}
	refused := report("state")
	refused.Diagnosis = []string{"refused"}
	slow := report(slices.Repeat([]string{contract.NeedTime}, 10)...)
	slow.Cases = append(slow.Cases, contract.Result{Verdict: contract.Pass, Duration: 30 * time.Second})
	slower := report(slices.Repeat([]string{contract.NeedTime}, 100)...)
	slower.Cases = append(slower.Cases, contract.Result{Verdict: contract.Pass, Duration: time.Minute})
	for _, c := range []struct {
		name   string
		found  *contract.Report
		given  string
		only   []string
		want   string
		judges int
	}{
		{"nothing is missing", report(), " --to 4242", nil, "", 0},
		{"the state", report("state", "state", "connect"), " --to 4242", nil, "fakestripe check --to 4242 --state-url URL", 2},
		{"all", report("state", "handles", "faults", "restart"), " --to 4242", []string{"signature", "it's"},
			`fakestripe check signature 'it'\''s' --to 4242 --handles TYPE,TYPE --state-url URL --restart-cmd COMMAND --break-cmd COMMAND --heal-cmd COMMAND`, 4},
		{"types that the handler does not handle", report("handles"), " --to 4242 --handles invoice.paid", nil, "", 0},
		{"time", report(contract.NeedTime), " --to 4242", nil, "fakestripe check --to 4242 --max-time 6m0s", 1},
		{"as much time as the rest may take", slow, " --to 4242", nil, "fakestripe check --to 4242 --max-time 10m0s", 10},
		{"no more time than anyone would wait", slower, " --to 4242", nil, "fakestripe check --to 4242 --max-time 30m0s", 100},
		{"nothing was judged", refused, " --to 4242", nil, "", 0},
	} {
		checking := checking{command: "check", suite: contract.Suite{Only: c.only, MaxTime: 3 * time.Minute}}
		command, more := checking.moreCommand(c.found, c.given)
		require.Equal(t, c.want, command, c.name)
		require.Equal(t, c.judges, more, c.name)
	}
}
