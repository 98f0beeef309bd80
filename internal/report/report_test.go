package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

var update = flag.Bool("update", false, "write the golden files anew")

type writer = func(io.Writer, *contract.Report) error

func inColor(w io.Writer, r *contract.Report) error {
	return report.Text(w, r, report.Style{Color: true})
}
func inText(w io.Writer, r *contract.Report) error { return report.Text(w, r, report.Style{}) }

func inFull(w io.Writer, r *contract.Report) error {
	return report.Text(w, r, report.Style{Skipped: true})
}
func annotated(w io.Writer, r *contract.Report) error { return report.Annotate(w, r, "") }

var writers = map[string]writer{
	"color.txt": inColor, "txt": inText, "full.txt": inFull, "github": annotated, "json": report.JSON,
	"xml": report.JUnit, "md": report.Markdown, "html": report.HTML,
}

func written(t *testing.T, write writer, r *contract.Report) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, write(&text, r))
	return text.String()
}

func TestGolden(t *testing.T) {
	for name, r := range map[string]*contract.Report{
		"sample": sample(), "refused": refused(), "empty": {Summary: map[contract.Verdict]int{}},
	} {
		for ending, write := range writers {
			golden(t, filepath.Join("testdata", name+"."+ending), written(t, write, r))
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o666))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "go test -run %s -update writes %s anew", t.Name(), file)
}

// everywhere puts a text into every field that is a text.
func everywhere(text string) *contract.Report {
	r := &contract.Report{
		Subject: contract.SubjectReport{Target: text, Handles: []string{text}, APIVersion: text, State: text},
	}
	for _, verdict := range []contract.Verdict{"pass", "fail", "warn", "info", "skip", "inconclusive"} {
		r.Cases = append(r.Cases, contract.Result{
			ID: text, Title: text, Level: text, Verdict: verdict, Reason: text, Requirement: text, Source: text,
			Sent: text, Expected: text, Actual: text, Hint: text, Reproduce: text,
		})
	}
	return summed(r)
}

func TestNothingPrintsButText(t *testing.T) {
	realpart.Long(t)
	diagnosed := everywhere(hostile)
	diagnosed.Diagnosis = []string{hostile}
	for _, r := range []*contract.Report{sample(), refused(), everywhere(hostile), everywhere("\u009b31m\u0085\x00\x7f"), diagnosed} {
		before := written(t, report.JSON, r)
		for name, write := range writers {
			got := written(t, write, r)
			require.True(t, utf8.ValidString(got), name)
			if name == "color.txt" {
				got = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(got, "")
			}
			for _, char := range got {
				require.True(t, char == '\n' || name == "json" || unicode.IsPrint(char), "%s: %q", name, char)
				require.False(t, unicode.IsControl(char) && char != '\n', "%s: %q", name, char)
			}
		}
		require.Equal(t, before, written(t, report.JSON, r), "the report was changed")
	}
}

func TestJSON(t *testing.T) {
	got := written(t, report.JSON, sample())
	require.Equal(t, 1, strings.Count(got, "\n"))
	var back contract.Report
	require.NoError(t, json.Unmarshal([]byte(got), &back))
	want := sample()
	for i := range want.Cases {
		want.Cases[i].Actual = strings.ToValidUTF8(want.Cases[i].Actual, "\uFFFD\uFFFD")
		want.Cases[i].Duration = 0
	}
	require.ElementsMatch(t, want.Cases, back.Cases)
	back.Cases = want.Cases // in another order: see TestFailuresComeFirst
	require.Equal(t, want, &back)
	require.JSONEq(t, `{"summary":{"pass":0,"fail":0,"warn":0,"info":0,"skip":0,"inconclusive":0},
		"subject":{"target":"","handles":[],"api_version":""},"seed":0,"cases":[]}`, written(t, report.JSON, &contract.Report{}))
}

func TestJUnit(t *testing.T) {
	type testcase struct {
		Class   string    `xml:"classname,attr"`
		Name    string    `xml:"name,attr"`
		Failure *string   `xml:"failure"`
		Error   *string   `xml:"error"`
		Skipped *struct{} `xml:"skipped"`
		Out     string    `xml:"system-out"`
	}
	var suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Suites   []struct {
			Name  string     `xml:"name,attr"`
			Cases []testcase `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal([]byte(written(t, report.JUnit, sample())), &suites))
	require.Equal(t, []int{18, 3, 0, 5}, []int{suites.Tests, suites.Failures, suites.Errors, suites.Skipped})
	want := map[string]contract.Result{}
	for _, result := range sample().Cases {
		want[result.ID] = result
	}
	for _, suite := range suites.Suites {
		for _, c := range suite.Cases {
			verdict := want[c.Name].Verdict
			require.Equal(t, suite.Name, c.Class)
			require.Equal(t, verdict == contract.Fail, c.Failure != nil, c.Name)
			require.Equal(t, verdict == contract.Skip || verdict == contract.Inconclusive, c.Skipped != nil, c.Name)
			remarked := verdict == contract.Pass && want[c.Name].Reason != ""
			require.Equal(t, remarked || verdict == contract.Warn || verdict == contract.Info, c.Out != "", c.Name)
			delete(want, c.Name)
		}
	}
	require.Empty(t, want)

	require.NoError(t, xml.Unmarshal([]byte(written(t, report.JUnit, refused())), &suites))
	require.Equal(t, 1, suites.Errors, "a refused control is never green")
}

func TestMarkdownIsInert(t *testing.T) {
	for _, text := range []string{hostile, "````` @octocat <b>#1</b> | `x`", "@octocat", "`", "www.evil.example"} {
		r := everywhere(text)
		for range 2 {
			got := outsideCode(written(t, report.Markdown, r))
			require.NotRegexp(t, `@[a-z]|#[0-9]|<b>|<script|!\[|www\.|\x60`, got)
			require.Equal(t, strings.Count(got, "<details>"), strings.Count(got, "</details>"))
			r.Diagnosis = []string{text}
		}
	}
}

// outsideCode removes fenced blocks and code spans, as CommonMark finds them.
func outsideCode(text string) string {
	var kept []string
	fence := ""
	for _, line := range strings.Split(text, "\n") {
		ticks := regexp.MustCompile("^ {0,3}(`{3,})([^`]*)$").FindStringSubmatch(line)
		switch {
		case fence == "" && ticks != nil:
			fence = ticks[1]
		case fence == "":
			kept = append(kept, line)
		case ticks != nil && len(ticks[1]) >= len(fence) && strings.TrimSpace(ticks[2]) == "":
			fence = ""
		}
	}
	return withoutSpans(strings.ReplaceAll(strings.Join(kept, "\n"), "\\`", ""))
}

// withoutSpans removes code spans: a run of backticks up to the next run as long.
func withoutSpans(text string) string {
	runs := regexp.MustCompile("`+").FindAllStringIndex(text, -1)
	var b strings.Builder
	from := 0
	for i := 0; i < len(runs); i++ {
		long := runs[i][1] - runs[i][0]
		end := slices.IndexFunc(runs[i+1:], func(run []int) bool { return run[1]-run[0] == long })
		if end < 0 {
			break
		}
		b.WriteString(text[from:runs[i][0]])
		i += 1 + end
		from = runs[i][1]
	}
	return b.String() + text[from:]
}

func TestMarkdownFitsIntoAComment(t *testing.T) {
	realpart.Long(t)
	r := sample()
	failure := r.Cases[4]
	failure.Cause, failure.Actual = "", strings.Repeat("ü", 9000)
	for range 200 {
		r.Cases = append(r.Cases, failure)
	}
	got := written(t, report.Markdown, summed(r))
	require.Less(t, len(got), 1<<16)
	require.Contains(t, got, " did not fit: see the HTML report")
}

func TestFailuresComeFirst(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(written(t, inText, sample())), "\n")
	require.Equal(t, "6 passed, 3 failed, 2 warnings, 2 info, 1 inconclusive, 4 skipped", lines[len(lines)-1])
	text := strings.Join(lines, "\n")
	order := []string{"\nFAIL  ", "\nWARN  ", "\nINFO  ", "\n1 inconclusive:", "\n4 skipped:", "\n1 passed with a remark:", "\ncontrol "}
	for i := range order[1:] {
		require.Less(t, strings.Index(text, order[i]), strings.Index(text, order[i+1]), "%q before %q", order[i], order[i+1])
	}
	requireOrder(t, written(t, report.JSON, sample()), `"verdict":"fail"`, `"verdict":"warn"`, `"verdict":"info"`, `"verdict":"inconclusive"`, `"verdict":"skip"`, `"verdict":"pass"`)
	for suite := range strings.SplitSeq(written(t, report.JUnit, sample()), "</testsuite>") {
		requireOrder(t, suite, "<failure", "<skipped")
	}
	requireOrder(t, written(t, report.JUnit, sample()), "<failure", "<skipped")
	require.Contains(t, text, "\n      reproduce  "+sample().Cases[4].Reproduce+"\n", "a command to copy is one line")
	require.NotContains(t, written(t, inText, refused()), "signature/unsigned", "a diagnosis stands alone")
}

// requireOrder looks for markers of which each comes after the last one before.
func requireOrder(t *testing.T, text string, markers ...string) {
	t.Helper()
	for i, marker := range markers[1:] {
		if strings.Contains(text, marker) {
			require.Less(t, strings.LastIndex(text, markers[i]), strings.Index(text, marker), "%s before %s", markers[i], marker)
		}
	}
}

// Flags that all commands share are said once, and programs get whole commands.
func TestSharedCommand(t *testing.T) {
	const flags = " --to http://127.0.0.1:4242/webhook --state-cmd 'cat state.json'"
	shared := sample()
	for i := range shared.Cases {
		if shared.Cases[i].Reproduce != "" {
			shared.Cases[i].Reproduce = "fakestripe check " + shared.Cases[i].ID + flags
		}
	}
	for _, format := range []string{"txt", "md"} {
		got := written(t, writers[format], shared)
		require.Equal(t, 1, strings.Count(got, "--state-cmd 'cat state.json'"), "%s: %s", format, got)
		require.Contains(t, got, "fakestripe check CASE"+flags)
	}
	for _, format := range []string{"txt", "md", "html", "github", "xml"} { // each finding of the contract is explained
		got := written(t, writers[format], shared)
		for _, id := range []string{"signature/unsigned", "signature/rolled-second", "signature/bad-is-4xx", "body/not-json"} {
			require.Contains(t, got, "fakestripe explain "+id, format)
		}
	}
	require.Equal(t, 1, strings.Count(written(t, report.HTML, shared), "fakestripe check CASE --to"))
	for _, write := range []writer{report.JSON, report.JUnit} {
		got := written(t, write, shared)
		require.NotContains(t, got, "CASE --to")
		require.Contains(t, got, "fakestripe check signature/unsigned --to")
	}
	shared.Cases[4].Reproduce += " --seed 8"
	require.NotContains(t, written(t, inText, shared), "CASE", "not all are the same")
}

// Each line of a report that says what to do is there, and none that does nothing.
func TestTextSaysMore(t *testing.T) {
	text := written(t, inText, sample())
	require.Contains(t, text, "\n      explain  fakestripe explain control/clock\n")
	require.NotContains(t, text, "explain http/no-traces", "it is not known to be of the contract")
	require.Equal(t, 1, strings.Count(text, "note       only a warning: this much is recommended"), "a should needs no excuse")
	require.Contains(t, text, "[[[…\n")
	require.NotContains(t, text, strings.Repeat("[", 200))
	require.Contains(t, written(t, report.JSON, sample()), strings.Repeat("[", 300), "programs get all of it")
	require.Contains(t, written(t, report.Markdown, sample()), "fakestripe explain control/clock")
}

// A report without a seed, because nothing was made, does not name one.
func TestNoSeed(t *testing.T) {
	unseeded := sample()
	unseeded.Seed = 0
	for name, write := range writers {
		require.Contains(t, strings.ToLower(written(t, write, sample())), "seed", name)
		if name != "json" {
			require.NotRegexp(t, `(?i)seed(</dt><dd>|"? value="| )0`, written(t, write, unseeded), name)
		}
	}
	require.Equal(t, "http://127.0.0.1:4242/webhook (API version 2023-10-16)", strings.SplitN(written(t, inText, unseeded), "\n", 2)[0])
}

func TestHeadline(t *testing.T) {
	for want, verdicts := range map[string][]contract.Verdict{
		"2 requirements not met":                      {"pass", "fail", "fail", "warn"},
		"1 requirement not met":                       {"fail", "skip"},
		"Every requirement met, 1 recommendation not": {"pass", "warn", "skip"},
		"Every requirement met that could be judged":  {"pass", "inconclusive"},
		"Every requirement met":                       {"pass", "info"},
		"Nothing was judged":                          {"skip", "skip", "info"},
	} {
		r := &contract.Report{}
		for _, verdict := range verdicts {
			r.Cases = append(r.Cases, contract.Result{ID: "paid", Verdict: verdict})
		}
		got := written(t, report.Markdown, summed(r))
		require.Equal(t, "## Webhook contract: "+want, strings.SplitN(got, "\n", 2)[0])
		require.Contains(t, written(t, inText, r), "cases  ", "a case without a folder")
	}
}

func TestProseBreaksAtSpacesOnly(t *testing.T) {
	long := strings.Repeat("ü", 100)
	r := everywhere("")
	r.Cases[1].Hint = long + " and\n    " + long + "\n" + strings.Repeat("word ", 20)
	text := written(t, inText, r)
	require.Contains(t, text, "\n      hint  "+long+"\n            and\n                "+long+"\n            word ")
	for _, line := range strings.Split(text, "\n") {
		require.True(t, utf8.RuneCountInString(line) <= 80 || strings.Contains(line, long), line)
	}
}
