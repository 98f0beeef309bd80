package contract

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fakestripe/fakestripe/internal/prose"
)

// Run runs the contract against a handler, with a subtest for each case, named by its id:
// go test -run TestContract/signature/unsigned. The function returns the subject of a case.
// It may return the same one each time.
//
// Cases run one after the other, or in parallel if the subjects are Isolated, until the
// -timeout of go test is near: a must that has not run by then fails. A failed must fails
// the test. A case that cannot be judged is skipped with the reason, and a failed should is
// logged. With FAKESTRIPE_SHARD=2/5 in the environment, only the second of five parts of
// the cases runs.
func Run(t *testing.T, subject func(t *testing.T) Subject) {
	t.Helper()
	runSuite(t, Suite{}, subject)
}

// RunDir runs a folder of cases against a handler as Run runs the contract: with a subtest
// for each case, named by its id, the path below the folder without .json.
//
// A case is a JSON file with steps. Folders named payloads and golden, and folders whose
// names begin with a dot, are not searched. The format is that of the contract, specified
// in fixtures/README.md of the module, plus keys for your own cases only: payloads from
// files, headers and bodies of responses, variables, and golden files of the state. A case
// needs no level (it is a must), requirement or source. It runs once, as written. Only a
// case that compares the state with a reference is repeated before it fails.
//
// The handler need not accept a first event. A case that expects a refusal first delivers
// its own control. A first genuine event is delivered only for cases that compare the
// state.
//
// With FAKESTRIPE_UPDATE=1 in the environment, RunDir writes the golden files.
func RunDir(t *testing.T, dir string, subject func(t *testing.T) Subject) {
	t.Helper()
	update := os.Getenv("FAKESTRIPE_UPDATE")
	runSuite(t, Suite{Dir: dir, Update: update != "" && update != "0"}, subject)
}

// runSuite runs the cases of a suite as subtests.
func runSuite(t *testing.T, suite Suite, subject func(t *testing.T) Subject) {
	t.Helper()
	suite.New = func() Subject { return subject(t) }
	suite.Shard = os.Getenv("FAKESTRIPE_SHARD")
	suite.MaxTime = untilDeadline(t)
	cases, err := suite.cases()
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	j, err := newJudge(suite)
	if err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	t.Cleanup(func() { j.session.close() })
	if err := j.prepare(t.Context(), cases); err != nil {
		t.Fatalf("fakestripe: %v", err)
	}
	for _, line := range j.diagnosis.lines { // t shows it with the cases that fail
		t.Log(prose.Wrap("fakestripe: "+line, 0, width))
	}
	if wanted := j.diagnosis.wanted; wanted != "" {
		t.Log("fakestripe: " + setVersion(wanted))
	}
	if wanted := j.diagnosis.label; wanted != "" {
		t.Log("fakestripe: " + setLabel(wanted))
	}
	if wanted := j.diagnosis.shape; wanted != "" {
		t.Log("fakestripe: " + setVariants(withCommon(&j.session.subject, wanted)))
	}
	switch j.diagnosis.need {
	case needObjects:
		t.Log("fakestripe: set Edit or Prepare in the Subject, to give each event an object of the app")
	case needEither:
		t.Log("fakestripe: set Edit or Prepare in the Subject, to give each event an object of the app; or API, and point the handler's SDK at it")
	case needAPI:
		t.Log("fakestripe: set API in the Subject, and point the handler's SDK at it")
	}
	all := &tally{began: time.Now()}
	parent := t
	t.Cleanup(func() { all.log(t, j.session) })
	all.sayMeanwhile(t, len(cases))
	for i := range cases {
		t.Run(cases[i].ID, func(t *testing.T) {
			if j.session.subject.Isolated {
				t.Parallel()
			}
			all.begin(cases[i].ID)
			own := j.with(func() Subject { return subject(t) })
			t.Cleanup(func() { own.session.close() })
			result, err := own.judge(t.Context(), &cases[i])
			if err != nil {
				t.Fatalf("fakestripe: %v", err)
			}
			all.add(result)
			if line := all.progress(len(cases), result); line != "" {
				parent.Log("fakestripe: " + line)
			}
			result.tell(t)
		})
	}
}

// A tally counts the verdicts of the cases that go test chose. The zero value is empty.
type tally struct {
	mu      sync.Mutex
	results []Result

	began time.Time
	told  time.Duration // after which progress was told last
	at    string        // the case that began last
}

func (a *tally) add(result Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.results = append(a.results, result)
}

// progress says how far a long run has come, every ten seconds, and how long its last case
// took if that is why nothing was said for so long; "" in between.
func (a *tally) progress(of int, last Result) string {
	const interval = 10 * time.Second
	a.mu.Lock()
	defer a.mu.Unlock()
	elapsed := time.Since(a.began)
	if elapsed < a.told+interval {
		return ""
	}
	a.told = elapsed
	line := fmt.Sprintf("%d of %d cases after %s", len(a.results), of, elapsed.Round(time.Second))
	if last.Duration > interval/2 {
		line += fmt.Sprintf(", the last of which took %s: %s", last.Duration.Round(time.Second), last.ID)
	}
	return line
}

// log writes the totals, and what the run noticed beside the cases.
func (a *tally) log(t *testing.T, s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if chosen := flag.Lookup("test.run"); len(a.results) == 0 && chosen != nil && splitsNames(chosen.Value.String()) {
		t.Errorf("fakestripe: no case ran: -run matches the parts of a name one by one: write TestContract/signature/(unsigned|wrong-secret), not TestContract/(signature/unsigned|signature/wrong-secret)")
	}
	t.Log("fakestripe: " + a.totals())
	for _, line := range slices.Concat(a.causes(), []string{unjudged(a.results), setVariants(wantedVariants(a.results)), ownObjects(oneObjectPath(s, a.results))}, s.notes()) {
		if line != "" {
			t.Log(prose.Wrap("fakestripe: "+line, 0, width))
		}
	}
}

// causes lists the causes that several cases share, with these cases, a line each.
func (a *tally) causes() (lines []string) {
	attribute(a.results)
	cases := make(map[string][]string)
	var causes []string
	for i := range a.results {
		r := &a.results[i]
		if !r.short() || r.Cause == "" {
			continue
		}
		if cases[r.Cause] == nil {
			causes = append(causes, r.Cause)
		}
		cases[r.Cause] = append(cases[r.Cause], r.ID)
	}
	for _, cause := range causes {
		if n := len(cases[cause]); n > 1 {
			lines = append(lines, fmt.Sprintf("%s, which is one cause of %d cases: %s", cause, n, strings.Join(cases[cause], ", ")))
		}
	}
	return lines
}

// totals counts the verdicts: "99 passed, 2 warnings, 36 skipped".
func (a *tally) totals() string {
	count := make(map[Verdict]int)
	for _, result := range a.results {
		count[result.Verdict]++
	}
	var parts []string
	for _, v := range []struct {
		verdict Verdict
		word    string
	}{{Pass, "passed"}, {Fail, "failed"}, {Warn, "warned"}, {Info, "info"}, {Inconclusive, "inconclusive"}, {Skip, "skipped"}} {
		if n := count[v.verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.word))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "no case ran")
}

// splitsNames reports whether a pattern of go test -run has a slash in parentheses. It
// matches nothing, as go test compares the parts of a name between slashes one by one.
func splitsNames(pattern string) bool {
	depth := 0
	for _, r := range pattern {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case r == '/' && depth > 0:
			return true
		}
	}
	return false
}

// untilDeadline returns the time for the cases: what is left until the -timeout of go test,
// minus a tenth for the case in progress. 0 means no deadline.
func untilDeadline(t *testing.T) time.Duration {
	deadline, ok := t.Deadline()
	if !ok {
		return 0
	}
	return max(time.Until(deadline)*9/10, time.Second)
}

// tell reports a result to a test.
func (r Result) tell(t *testing.T) {
	switch r.Verdict {
	case Fail:
		t.Errorf("%s", r)
	case Warn, Info:
		t.Logf("%s: %s", strings.ToUpper(string(r.Verdict)), r) // go test has no such verdict
	case Skip, Inconclusive:
		if r.Need == NeedTime && r.Level == "must" {
			t.Errorf("not tried, so not passed: %s (give go test a longer -timeout)", r.Reason)
			return
		}
		if r.WantedVariant != "" && r.ID == "control/effect" { // else most cases would judge nothing, and go test say ok
			t.Errorf("not judged, so not passed: %s: %s", r.Reason, setVariants(r.variants()))
			return
		}
		if r.WantedVersion != "" {
			t.Log(setVersion(r.WantedVersion))
		}
		if r.WantedVariant != "" {
			t.Log(setVariants(r.variants()))
		}
		if r.Verdict == Inconclusive {
			t.Skip("INCONCLUSIVE: " + r.ID + ": " + r.skipped()) // go test has no such verdict either
		}
		t.Skip(r.ID + ": " + r.skipped())
	}
}

// Remark returns the reason beyond the evidence, or "". A must warns where it is met and its
// recommendation is not, or where what was sent makes it a should.
func (r Result) Remark() string {
	if r.Verdict != Warn || r.Level != "must" {
		return r.Reason
	}
	why := "only a warning: this much is recommended, not required"
	if r.Reason != "" {
		why = r.Reason + "; " + why
	}
	return why
}

// Explain returns the command that explains the case, or "" for a user's own case: its file
// says everything.
func (r Result) Explain() string {
	if !strings.HasPrefix(r.Reproduce, "fakestripe check ") {
		return ""
	}
	return "fakestripe explain " + r.ID
}

// width is the line length of what go test prints, beside its own indentation.
const width = 80

// String describes a result that is not a pass, in a few lines.
func (r Result) String() string {
	lines := []string{r.Requirement}
	if r.Headline != "" {
		lines = []string{r.Headline, prose.Wrap(r.Requirement, 2, width)}
	}
	if remark := r.Remark(); remark != "" {
		lines = append(lines, prose.Wrap("("+remark+")", 2, width))
	}
	version := r.WantedVersion
	if version != "" {
		version = setVersion(version)
	}
	for _, fact := range []struct {
		label, text string
		width       int // 0: never broken, to be copied
	}{
		{"sent", r.Sent, width}, {"expected", r.Expected, width}, {"actual", r.Actual, width},
		{"version", version, 0}, {"hint", r.Hint, width}, {"explain", r.Explain(), 0}, {"source", r.Source, width},
	} {
		if fact.text != "" {
			lines = append(lines, prose.Hang("  "+fact.label+":", fact.text, 12, fact.width))
		}
	}
	return strings.Join(lines, "\n")
}
