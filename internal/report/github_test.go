package report_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// failing is a report of cases that failed, each for a cause of its own.
func failing(n int) *contract.Report {
	r := &contract.Report{}
	for i := range n {
		r.Cases = append(r.Cases, contract.Result{
			ID: fmt.Sprintf("group/case-%d", i), Title: "T", Headline: fmt.Sprintf("Failed: 100%%, number %d", i), Verdict: contract.Fail, Level: "must",
			Requirement: "It must.", Actual: "50% of: one,\r\n::error::two",
		})
	}
	return summed(r)
}

// Annotations are one line each, whatever the handler answers, and name the case's file.
func TestAnnotate(t *testing.T) {
	var out strings.Builder
	require.NoError(t, report.Annotate(&out, failing(1), "billing/cases"))
	require.Equal(t, `::error file=billing/cases/group/case-0.json,title=Failed%3A 100%25%2C number 0::`+
		`It must.%0Aactual  50%25 of: one,\r%0A        ::error::two`+"\n", out.String())
}

// GitHub shows ten errors of a step: the tenth says how many more there are.
func TestAnnotateTellsHowManyMore(t *testing.T) {
	for n, want := range map[int]string{10: "title=Failed%3A 100%25%2C number 9::It must.", 13: "title=and 4 more findings::Failed: 100%25, number 9%0A"} {
		var out strings.Builder
		require.NoError(t, report.Annotate(&out, failing(n), ""))
		require.Equal(t, 10, strings.Count(out.String(), "\n"))
		require.Contains(t, out.String(), want)
	}
}

func TestAppendSummary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "summary.md")
	require.NoError(t, os.WriteFile(path, []byte("before\n"), 0o600))
	require.NoError(t, report.AppendSummary(path, sample()))
	require.Equal(t, "before\n"+written(t, report.Markdown, sample()), content(t, path))

	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x", 1<<20-10_000)), 0o600))
	require.NoError(t, report.AppendSummary(path, failing(500)))
	require.LessOrEqual(t, len(content(t, path)), 1<<20, "GitHub shows nothing of a longer one")
	require.Contains(t, content(t, path), " did not fit: see the HTML report")

	require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("x", 1<<20)), 0o600))
	require.ErrorContains(t, report.AppendSummary(path, sample()), "cannot write the job summary: ")
	require.ErrorContains(t, report.AppendSummary(filepath.Join(path, "no"), sample()), "cannot write the job summary: ")
}

// One cause is one finding, as grave as its gravest case, whose case shows it best.
func TestCausesAreToldOnce(t *testing.T) {
	r := &contract.Report{}
	add := func(id string, verdict contract.Verdict, headline, reason string) {
		r.Cases = append(r.Cases, contract.Result{
			ID: id, Headline: headline, Cause: "Forged events are accepted", Verdict: verdict, Level: "must", Reason: reason,
			Requirement: "R of " + id + ".", Hint: "H of " + id + ".",
		})
	}
	add("signature/client-error", contract.Warn, "Accepted a forged event: in another way", "")
	add("signature/body-only-mac", contract.Fail, "Accepted a forged event: without the timestamp", "")
	add("signature/wrong-secret", contract.Fail, "Accepted a forged event: with another secret", "")
	add("signature/v0-only", contract.Info, "Accepted a forged event: v0 only", "waived until 2027-01-31: old")
	text := written(t, inText, summed(r))
	require.Contains(t, text, `FAIL  Forged events are accepted (4 cases)
      signature/wrong-secret (must)
      R of signature/wrong-secret.

      hint     H of signature/wrong-secret.
      seen in  signature/wrong-secret: Accepted a forged event: with another
               secret
               signature/body-only-mac: without the timestamp
               signature/client-error: in another way (warn)
               signature/v0-only: v0 only (info: waived until 2027-01-31: old)
`)
	require.NotContains(t, text, "WARN  ")
	require.Equal(t, 1, strings.Count(written(t, annotated, r), "\n"))
	require.Equal(t, 4, strings.Count(written(t, report.JUnit, r), "Forged events are accepted"), "JUnit names the cause of each case")
	page := written(t, report.HTML, r)
	require.Equal(t, 1, strings.Count(page, "<article"))
	require.Contains(t, page, "<dd>Accepted a forged event: with another secret</dd>", "what the best case shows")
	require.Contains(t, page, "v0 only (info: waived until 2027-01-31: old)")
}

// The cases that show a cause best are cases of the contract that have one.
func TestPlainestCasesExist(t *testing.T) {
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	causes := make(map[string]string)
	for _, c := range cases {
		causes[c.ID] = c.Cause
	}
	for _, id := range report.Plainest {
		require.NotEmpty(t, causes[id], id)
	}
}

// However many reasons there are, five lines tell of skipped cases; asked for, all are named.
func TestSkipsAreShort(t *testing.T) {
	r := &contract.Report{}
	for i := range 12 {
		r.Cases = append(r.Cases, skipped(fmt.Sprintf("group/case-%d", i), "T", fmt.Sprintf("needs thing %d", min(i, 7))))
	}
	short := func(w io.Writer, r *contract.Report) error {
		return report.Text(w, r, report.Style{More: "--all"})
	}
	text := written(t, short, summed(r))
	require.Contains(t, text, "12 skipped:\n       5  needs thing 7\n       1  needs thing 0\n       1  needs thing 1\n"+
		"       5  for 5 other reasons (--all names them)\n\n")
	require.Contains(t, written(t, inFull, r), "5 skipped: needs thing 7\n      group/case-7 group/case-8")
}
