package report

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A view is a report sorted for people, with clean texts.
type view struct {
	*contract.Report
	Groups    []*group
	byVerdict map[contract.Verdict][]contract.Result
	reproduce string // command to reproduce any case, with CASE for its ID; see share
}

// A group is the cases of one folder.
type group struct {
	Name  string
	Cases []contract.Result
}

// A reason is the cases left unjudged for one reason.
type reason struct {
	Text  string
	Cases []contract.Result
}

func newView(r *contract.Report) *view {
	v := &view{Report: clean(r), byVerdict: map[contract.Verdict][]contract.Result{}}
	for i := range v.Cases {
		v.Cases[i].Sent = shortened(v.Cases[i].Sent)
		v.Cases[i].Reason = v.Cases[i].Remark()
	}
	v.Groups = grouped(v.Cases)
	for _, result := range v.Cases {
		v.byVerdict[result.Verdict] = append(v.byVerdict[result.Verdict], result)
	}
	return v
}

// share moves the reproduce command from the cases to the view, if they differ only in
// the ID: the flags then appear once.
func (v *view) share() {
	results := slices.Concat(v.of(contract.Fail), v.of(contract.Warn))
	command := sharedCommand(results)
	if command == "" {
		return
	}
	v.reproduce = command
	for _, verdict := range []contract.Verdict{contract.Fail, contract.Warn} {
		for i := range v.byVerdict[verdict] {
			v.byVerdict[verdict][i].Reproduce = ""
		}
	}
}

// sharedCommand returns the common command of several cases, with CASE in place of the
// ID, or "".
func sharedCommand(results []contract.Result) string {
	shared := ""
	for _, r := range results {
		before, after, found := strings.Cut(r.Reproduce, " "+r.ID)
		command := before + " CASE" + after
		if !found || shared != "" && command != shared {
			return ""
		}
		shared = command
	}
	if len(results) < 2 {
		return ""
	}
	return shared
}

// maxSent limits a line about a request, in characters: it may hold a body.
const maxSent = 200

func shortened(sent string) string {
	lines := strings.Split(sent, "\n")
	for i, line := range lines {
		if runes := []rune(line); len(runes) > maxSent {
			lines[i] = string(runes[:maxSent]) + "…"
		}
	}
	return strings.Join(lines, "\n")
}

// headline says what happened.
func headline(r contract.Result) string { return cmp.Or(r.Headline, r.Title) }

// seed returns the seed, or "" if nothing was made from one.
func (v *view) seed() string {
	if v.Seed == 0 {
		return ""
	}
	return strconv.FormatUint(v.Seed, 10)
}

// grouped keeps the order of the groups' first cases.
func grouped(results []contract.Result) []*group {
	var groups []*group
	byName := map[string]*group{}
	for _, result := range results {
		name := groupOf(result)
		if byName[name] == nil {
			byName[name] = &group{Name: name}
			groups = append(groups, byName[name])
		}
		byName[name].Cases = append(byName[name].Cases, result)
	}
	return groups
}

// groupOf returns the folder of a case, which a user's case may lack.
func groupOf(result contract.Result) string {
	if dir := path.Dir(result.ID); dir != "." {
		return dir
	}
	return "cases"
}

// of returns the cases with a verdict.
func (v *view) of(verdict contract.Verdict) []contract.Result { return v.byVerdict[verdict] }

// groupsOf groups the cases with a verdict.
func (v *view) groupsOf(verdict contract.Verdict) []*group { return grouped(v.of(verdict)) }

// reasons groups the cases with a verdict by reason: one flag often enables many.
func (v *view) reasons(verdict contract.Verdict) []*reason { return byReason(v.of(verdict)) }

// remarks returns the passed cases that have a remark.
func (v *view) remarks() []*reason {
	silent := func(r contract.Result) bool { return r.Reason == "" }
	return byReason(slices.DeleteFunc(slices.Clone(v.of(contract.Pass)), silent))
}

func byReason(results []contract.Result) []*reason {
	var reasons []*reason
	byText := map[string]*reason{}
	for _, result := range results {
		text := cmp.Or(result.Reason, "no reason given")
		if byText[text] == nil {
			byText[text] = &reason{Text: text}
			reasons = append(reasons, byText[text])
		}
		byText[text].Cases = append(byText[text].Cases, result)
	}
	return reasons
}

// Unaccepted says what became of the first genuine event, if it was not accepted.
func Unaccepted(r *contract.Report) string {
	switch r.Unaccepted {
	case "failed":
		return "got a server error"
	case "unanswered":
		return "got no response"
	}
	return "was refused"
}

// headline sums up the report in a sentence.
func (v *view) headline() string {
	failed, warned := len(v.of(contract.Fail)), len(v.of(contract.Warn))
	unjudged := len(v.of(contract.Skip)) + len(v.of(contract.Inconclusive))
	switch {
	case len(v.Diagnosis) > 0:
		return "The first genuine event " + Unaccepted(v.Report)
	case failed > 0:
		return plural(failed, "requirement") + " not met"
	case warned > 0:
		return "Every requirement met, " + plural(warned, "recommendation") + " not"
	case len(v.of(contract.Pass)) == 0:
		return "Nothing was judged"
	case unjudged > 0:
		return "Every requirement met that could be judged"
	}
	return "Every requirement met"
}

// The verdicts in counting order, with their words.
var verdicts = []struct {
	verdict contract.Verdict
	word    string
	color   string
}{
	{contract.Pass, "passed", "32"},
	{contract.Fail, "failed", "1;31"},
	{contract.Warn, "warning", "33"},
	{contract.Info, "info", "36"},
	{contract.Inconclusive, "inconclusive", "35"},
	{contract.Skip, "skipped", "2"},
}

// urgency is the reading order of results, most urgent first.
var urgency = []contract.Verdict{
	contract.Fail, contract.Warn, contract.Info, contract.Inconclusive, contract.Skip, contract.Pass,
}

func urgencyOf(r contract.Result) int { return slices.Index(urgency, r.Verdict) }

// byUrgency sorts results by urgency, keeping the order within a verdict.
func byUrgency(results []contract.Result) []contract.Result {
	return slices.SortedStableFunc(slices.Values(results), func(a, b contract.Result) int { return urgencyOf(a) - urgencyOf(b) })
}

// tally counts cases: "23 passed, 1 failed, 2 warnings".
func tally(results []contract.Result, paint func(color, text string) string) string {
	count := map[contract.Verdict]int{}
	for _, result := range results {
		count[result.Verdict]++
	}
	var parts []string
	for _, v := range verdicts {
		n := count[v.verdict]
		text := fmt.Sprintf("%d %s", n, v.word)
		if v.verdict == contract.Warn {
			text = plural(n, v.word)
		}
		if n > 0 {
			parts = append(parts, paint(v.color, text))
		}
	}
	if len(parts) == 0 {
		return "no case ran"
	}
	return strings.Join(parts, ", ")
}

func plain(_, text string) string { return text }

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// A fact is one line of the evidence.
type fact struct{ label, text string }

// evidence lists what a person needs to trust a verdict and act on it.
func evidence(r contract.Result, explain string) []fact {
	return present(
		fact{"note", r.Reason}, fact{"sent", r.Sent}, fact{"expected", r.Expected}, fact{"actual", r.Actual},
		fact{"hint", r.Hint}, fact{"explain", explain}, fact{"reproduce", r.Reproduce}, fact{"source", r.Source},
	)
}

func present(facts ...fact) []fact {
	var have []fact
	for _, f := range facts {
		if f.text != "" {
			have = append(have, f)
		}
	}
	return have
}

// link returns the source if it is a safe URL.
func link(source string) string {
	web := strings.HasPrefix(source, "https://") || strings.HasPrefix(source, "http://")
	if web && !strings.ContainsAny(source, " <>\"'`\\()") {
		return source
	}
	return ""
}
