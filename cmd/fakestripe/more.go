package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	word "github.com/fakestripe/fakestripe/internal/shell"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// giveable are the flags that enable more cases for any handler, unlike those that describe
// the handler. The user fills in words in capitals.
var giveable = []struct{ need, flags string }{
	{"handles", "--handles TYPE,TYPE"},
	{"state", "--state-url URL"},
	{"restart", "--restart-cmd COMMAND"},
	{"faults", "--break-cmd COMMAND --heal-cmd COMMAND"},
}

// moreCommand returns the command line that would judge more cases, and their number, or
// "".
func (c *checking) moreCommand(found *contract.Report, given string) (command string, more int) {
	if len(found.Diagnosis) > 0 || !found.Judged() {
		return "", 0
	}
	var flags []string
	for _, one := range giveable {
		flag, _, _ := strings.Cut(one.flags, " ")
		if n := needing(found, one.need); n > 0 && !strings.Contains(given+" ", " "+flag+" ") {
			flags, more = append(flags, one.flags), more+n
		}
	}
	if n := needing(found, contract.NeedTime); n > 0 {
		flags, more = append(flags, fmt.Sprintf("--max-time %s", enoughTime(found, n, c.suite.MaxTime))), more+n
	}
	if flags == nil {
		return "", 0
	}
	cases := make([]string, len(c.suite.Only))
	for i, one := range c.suite.Only {
		cases[i] = word.Quote(one)
	}
	return strings.Join(slices.Concat([]string{"fakestripe", c.command}, cases), " ") + given + " " + strings.Join(flags, " "), more
}

// mostTime is the longest run that is worth a suggestion: beyond it, what makes a case slow is
// to be changed, as the notes say.
const mostTime = 30 * time.Minute

// enoughTime returns how long a run may take that does not leave out the cases which this
// one had no time for.
func enoughTime(found *contract.Report, leftOut int, had time.Duration) time.Duration {
	const asLong = 4                   // measured, with a queue that polls: what is left out are races and others that wait
	const mostWaits = 12 * time.Second // and more than that they do not wait
	ran, took := 0, time.Duration(0)
	for i := range found.Cases {
		if found.Cases[i].Duration > 0 && found.Cases[i].Need == "" {
			ran, took = ran+1, took+found.Cases[i].Duration
		}
	}
	each := took / time.Duration(max(1, ran))
	more := min(asLong*each, each+mostWaits) * time.Duration(leftOut)
	return max(2*had, min(had+more, mostTime)).Round(time.Second)
}

// needing counts the unjudged cases with a need.
func needing(found *contract.Report, need string) (n int) {
	for i := range found.Cases {
		unjudged := found.Cases[i].Verdict == contract.Skip || found.Cases[i].Verdict == contract.Inconclusive && need == "handles"
		if unjudged && found.Cases[i].Need == need {
			n++
		}
	}
	return n
}

// mostTypes is the maximum number of lines about types that would let more cases be judged.
const mostTypes = 3

// moreTypes lists the types of skipped cases that the user did not name, those with more
// cases first.
func moreTypes(found *contract.Report) (lines []string) {
	cases := make(map[string]int)
	for i := range found.Cases {
		if unhandled := found.Cases[i].Unhandled; unhandled != "" {
			cases[unhandled]++
		}
	}
	wanted := slices.SortedFunc(maps.Keys(cases), func(a, b string) int {
		return cmp.Or(cmp.Compare(cases[b], cases[a]), cmp.Compare(a, b))
	})
	for _, types := range wanted[:min(len(wanted), mostTypes)] {
		verb := "need"
		if cases[types] == 1 {
			verb = "needs"
		}
		it, them := "it", "it"
		if strings.Contains(types, " ") {
			it, them = "those", "them"
		}
		lines = append(lines, fmt.Sprintf("%s more %s handling %s: add %s to --handles if the handler handles %s", plural(cases[types], "case"), verb, types, it, them))
	}
	return lines
}

// sayMore prints at the end of a check how to judge more.
func (c *checking) sayMore(sh shell, found *contract.Report, given string) {
	if command, more := c.moreCommand(found, given); command != "" {
		most := ""
		if needing(found, contract.NeedTime) > 0 {
			most = "up to " // what these need beside time shows when they are tried
		}
		fmt.Fprintf(sh.err, "fakestripe: to judge %s%s more:\n  %s\n", most, plural(more, "case"), command)
	}
	if strings.Contains(given+" ", " --handles ") {
		for _, line := range moreTypes(found) {
			fmt.Fprintf(sh.err, "fakestripe: %s\n", line)
		}
	}
}

// sayUnreached prints at the end of a check without a state what else explains that forgeries
// are accepted.
func sayUnreached(sh shell, found *contract.Report) {
	forged := func(r contract.Result) bool {
		return r.ID == "signature/wrong-secret" && r.Verdict == contract.Fail
	}
	if needing(found, "state") > 0 && slices.ContainsFunc(found.Cases, forged) {
		fmt.Fprintln(sh.err, "fakestripe: an app that looks for an order of its own before it verifies may have verified none of these events: make an order for each (--prepare-cmd, --set-from) and show the state (--state-url)")
	}
}

// sayUsed prints at the end of a check which objects of the app it used up.
func sayUsed(sh shell, objects *appObjects) {
	if used := objects.usedUp(); used != "" {
		fmt.Fprintf(sh.err, "fakestripe: %s\n", used)
	}
}
