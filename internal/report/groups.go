package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shortfall is one cause for the reader: the case that shows it best, and the other cases
// with the same cause, worst first.
type shortfall struct {
	contract.Result
	also []contract.Result
	view *view
}

// findings returns the results worth a look, grouped by cause.
func (v *view) findings() (all []*shortfall) {
	byCause := make(map[string]*shortfall)
	for _, r := range slices.Concat(v.of(contract.Fail), v.of(contract.Warn), v.of(contract.Info)) {
		first := byCause[r.Cause]
		switch {
		case first == nil || r.Cause == "":
			first = &shortfall{Result: r, view: v}
			byCause[r.Cause] = first
			all = append(all, first)
		case r.Verdict == first.Verdict && plainer(r, first.Result):
			first.also = slices.Insert(first.also, 0, first.Result)
			first.Result = r
		default:
			first.also = append(first.also, r)
		}
	}
	return all
}

// shortfalls returns the findings with one verdict.
func (v *view) shortfalls(verdict contract.Verdict) []*shortfall {
	return slices.DeleteFunc(v.findings(), func(s *shortfall) bool { return s.Verdict != verdict })
}

// plainest are the cases that show a cause in its most common form.
var plainest = []string{
	"signature/unsigned", "signature/wrong-secret", "idempotency/acknowledged", "idempotency/redelivered", "idempotency/two-changes",
	"dispatch/unknown-type", "dispatch/unpaid-checkout", "dispatch/foreign-object", "resilience/retry-after-failure", "resilience/restart-keeps-work",
	"ordering/stale-update",
}

// races reports whether a case is one of luck: another of the same cause shows it each time.
func races(r contract.Result) bool { return strings.HasPrefix(r.ID, "idempotency/race-of-") }

// plainer reports whether a result shows a cause better than another.
func plainer(r, other contract.Result) bool {
	if races(r) != races(other) {
		return races(other)
	}
	mine, theirs := slices.Index(plainest, r.ID), slices.Index(plainest, other.ID)
	return mine >= 0 && (theirs < 0 || mine < theirs)
}

// headline returns the cause if it has several cases, else what happened.
func (s *shortfall) headline() string {
	if len(s.also) == 0 {
		return headline(s.Result)
	}
	return fmt.Sprintf("%s (%d cases)", s.Cause, 1+len(s.also))
}

// evidence returns the evidence of the best case, and a line for each case with this cause.
func (s *shortfall) evidence() []fact {
	best := s.Result
	best.Hint = s.hint()
	facts := evidence(best, s.explain())
	if len(s.also) == 0 {
		return facts
	}
	return append(facts, fact{"seen in", s.cases()})
}

// explain is the command that explains the best case, or "".
func (s *shortfall) explain() string {
	whole := s.Result // the report may say once how to reproduce all cases
	whole.Reproduce = cmp.Or(whole.Reproduce, s.view.reproduce)
	return whole.Explain()
}

// cases lists what happened in each case, the one with the evidence first.
func (s *shortfall) cases() string {
	all := s.all()
	lines := make([]string, len(all))
	for i, r := range all {
		lines[i] = r.ID + ": " + s.seen(r)
	}
	return strings.Join(lines, "\n")
}

func (s *shortfall) all() []contract.Result { return append([]contract.Result{s.Result}, s.also...) }

// seen describes one case of the finding, with its verdict if that differs from the
// finding's. It drops the common beginning of most headlines.
func (s *shortfall) seen(r contract.Result) string {
	text := headline(r)
	if common, _, found := strings.Cut(headline(s.Result), ": "); found && r.ID != s.ID {
		text = strings.TrimPrefix(text, common+": ")
	}
	switch {
	case r.Verdict == s.Verdict:
	case r.Verdict == contract.Info && r.Reason != "": // of a waiver
		text += " (" + string(r.Verdict) + ": " + r.Reason + ")"
	default:
		text += " (" + string(r.Verdict) + ")"
	}
	return text
}
