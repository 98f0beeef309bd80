package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// errInterrupted ends a command that Ctrl-C interrupted before it had tried all cases.
var errInterrupted = errors.New("interrupted: the report covers the cases that finished")

// verdict returns the command's error for a report, or nil if nothing fell short and
// every case was reached.
func (c *checking) verdict(sh shell, found *contract.Report, interrupted error) error {
	err := c.shortfall(sh, found, interrupted)
	left := unreached(found)
	if left == "" {
		return err
	}
	if err == nil && !c.partial {
		return fmt.Errorf("%s: raise --max-time, split the cases with --shard, or accept this with --partial", left)
	}
	fmt.Fprintf(sh.err, "fakestripe: %s: raise --max-time, or split the cases with --shard\n", left)
	return err
}

// shortfall describes the problems of the cases that ran.
func (c *checking) shortfall(sh shell, found *contract.Report, interrupted error) error {
	switch {
	case interrupted != nil && !errors.Is(interrupted, context.Canceled):
		return fmt.Errorf("%w: the report covers the cases that finished", interrupted)
	case interrupted != nil:
		return errInterrupted
	case len(found.Diagnosis) > 0:
		return fmt.Errorf("the first genuine event %s, so nothing could be judged", report.Unaccepted(found))
	case len(found.Cases) == 0 && c.suite.Shard != "": // a shard may be empty: others have the cases
		return nil
	case !found.Judged():
		return fmt.Errorf("nothing could be judged: %s", commonReason(found))
	case found.Failed(c.strict):
		return errShort
	}
	if why := effectUnjudged(found); why != "" {
		return fmt.Errorf("no effect could be judged: %s", why)
	}
	if n := found.Summary[contract.Inconclusive]; n > 0 && c.suite.Dir != "" { // in a user's own cases, it is a shortfall
		fmt.Fprintf(sh.err, "fakestripe: %s could not be judged\n", plural(n, "case"))
		return errShort
	}
	return nil
}

// effectUnjudged says why no effect was judged, or is "": with a state but without types
// that change it, effects stay unjudged, and the answers alone are not a pass.
func effectUnjudged(found *contract.Report) string {
	for _, result := range found.Cases {
		if result.ID == "control/effect" && result.Verdict == contract.Inconclusive && result.Need == "handles" {
			return result.Reason
		}
	}
	return ""
}

// unreached returns the number of cases that --max-time left out, or "".
func unreached(found *contract.Report) string {
	all, musts := 0, 0
	for _, result := range found.Cases {
		if result.Need == contract.NeedTime {
			all++
			if result.Level == "must" {
				musts++
			}
		}
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("time ran out before %s could be judged, including %s", plural(all, "case"), plural(musts, "must"))
}

// commonReason returns the most common reason for unjudged cases.
func commonReason(found *contract.Report) string {
	if len(found.Cases) == 0 {
		return "no case was chosen"
	}
	times := make(map[string]int)
	for _, result := range found.Cases {
		times[result.Reason]++
	}
	return slices.MaxFunc(found.Cases, func(a, b contract.Result) int {
		return cmp.Compare(times[a.Reason], times[b.Reason])
	}).Reason
}
