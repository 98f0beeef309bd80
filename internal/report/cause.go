package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A shortfall is what people are told of one cause: the case that shows it best, and the
// other cases that do, the gravest first.
type shortfall struct {
	contract.Result
	also []contract.Result
}

// findings are the results that people should look at, those of one cause together.
func (v *view) findings() (all []*shortfall) {
	byCause := make(map[string]*shortfall)
	for _, r := range slices.Concat(v.of(contract.Fail), v.of(contract.Warn), v.of(contract.Info)) {
		first := byCause[r.Cause]
		switch {
		case first == nil || r.Cause == "":
			first = &shortfall{Result: r}
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

// shortfalls are the findings that are as grave as a verdict.
func (v *view) shortfalls(verdict contract.Verdict) []*shortfall {
	return slices.DeleteFunc(v.findings(), func(s *shortfall) bool { return s.Verdict != verdict })
}

// plainest are the cases that show a cause as most handlers have it: their hint is that
// of the cause.
var plainest = []string{
	"signature/wrong-secret", "signature/unsigned", "idempotency/acknowledged", "idempotency/redelivered", "idempotency/two-changes",
	"dispatch/unknown-type", "dispatch/unpaid-checkout", "dispatch/foreign-object", "resilience/retry-after-failure", "resilience/restart-keeps-work",
	"ordering/stale-update",
}

// plainer reports whether a result shows a cause better than another one does.
func plainer(r, other contract.Result) bool {
	mine, theirs := slices.Index(plainest, r.ID), slices.Index(plainest, other.ID)
	return mine >= 0 && (theirs < 0 || mine < theirs)
}

// headline is the cause if several cases show it, else what happened.
func (s *shortfall) headline() string {
	if len(s.also) == 0 {
		return headline(s.Result)
	}
	return fmt.Sprintf("%s (%d cases)", s.Cause, 1+len(s.also))
}

// evidence is that of the case that shows it best, and the cases in which it was seen, a
// line each.
func (s *shortfall) evidence() []fact {
	if len(s.also) == 0 {
		return evidence(s.Result)
	}
	return append(evidence(s.Result), fact{"seen in", s.cases()})
}

// cases lists what was seen in which case, that of the evidence first.
func (s *shortfall) cases() string {
	all := s.all()
	lines := make([]string, len(all))
	for i, r := range all {
		lines[i] = r.ID + ": " + s.seen(r)
	}
	return strings.Join(lines, "\n")
}

func (s *shortfall) all() []contract.Result { return append([]contract.Result{s.Result}, s.also...) }

// seen is what happened in a case of the finding, and how grave it is if that is another
// verdict than the finding's. What most headlines begin with is said once.
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
