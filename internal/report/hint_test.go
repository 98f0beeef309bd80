package report_test

import (
	"html"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/report"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A finding of several cases says all that there is to do, and nothing twice.
func TestEachHintIsTold(t *testing.T) {
	type hints = [][2]string
	for name, test := range map[string]struct {
		cases hints
		want  []string
	}{
		"the same hint": {hints{{"body/compact", "H1"}, {"body/unicode", "H1"}}, []string{"H1"}},
		"other hints": {
			hints{{"ordering/stale-update", "H1"}, {"ordering/after-deleted", "H2"}, {"ordering/deleted-first", "H2"}},
			[]string{"H1", "ordering/after-deleted, ordering/deleted-first: H2"},
		},
		"hints that the first contains": {
			hints{{"idempotency/redelivered", "H1"}, {"idempotency/concurrent", "H2"}, {"idempotency/interleaved", "H3"}},
			[]string{"H1", "idempotency/concurrent: H2"},
		},
		"hints that another contains": {
			hints{{"signature/unsigned", "H1"}, {"signature/v0-only", "H2"}, {"signature/wrong-secret", "H3"}},
			[]string{"H1", "signature/wrong-secret: H3"},
		},
		"the beginning of another": {
			hints{{"dispatch/unknown-type", "H1"}, {"dispatch/unhandled-type", "H1 More."}},
			[]string{"H1 More."},
		},
		"no hint": {hints{{"body/compact", ""}, {"body/unicode", "H2"}}, []string{"body/unicode: H2"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &contract.Report{}
			for _, c := range test.cases {
				r.Cases = append(r.Cases, contract.Result{ID: c[0], Headline: "It.", Cause: "C", Verdict: contract.Fail, Level: "must", Hint: c[1]})
			}
			r = summed(r)
			require.Contains(t, written(t, inText, r), "\n      hint     "+strings.Join(test.want, "\n               ")+"\n      seen in")
			require.Contains(t, written(t, annotated, r), "hint     "+strings.Join(test.want, "%0A         ")+"%0Aseen in")
			require.Contains(t, html.UnescapeString(written(t, report.HTML, r)), "<b>Hint</b><span>"+strings.Join(test.want, "\n")+"</span>")
			markdown := strings.NewReplacer(`\`, "", "<br>", "").Replace(written(t, report.Markdown, r))
			require.Contains(t, markdown, "**Hint:** "+strings.Join(test.want, "\n")+"\n")
		})
	}
}

// The cases that settle others, and those that they settle, are cases of the contract.
func TestSettledCasesExist(t *testing.T) {
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	for id, others := range report.Settled {
		for _, pattern := range append(others, id) {
			require.True(t, slices.ContainsFunc(cases, func(c contract.Case) bool {
				matches, err := path.Match(pattern, c.ID)
				return matches && err == nil
			}), pattern)
		}
	}
}

// What every format says of a finding, whatever the verdict, and of the run.
func TestFormatsSayTheSame(t *testing.T) {
	for _, verdict := range []contract.Verdict{contract.Fail, contract.Warn, contract.Info} {
		r := summed(&contract.Report{Notes: []string{"the machine stalls"}, Cases: []contract.Result{{
			ID: "version/foreign", Headline: "It did that", Level: "must", Verdict: verdict, Sent: "an event of old", Actual: "400 Bad Request",
			Hint: "Refuse it with 400", Reproduce: "fakestripe check version/foreign",
		}}})
		for ending, write := range writers {
			text := strings.NewReplacer(`\`, "", "&#39;", "'").Replace(written(t, write, r))
			for _, said := range []string{"It did that", "an event of old", "400 Bad Request", "Refuse it with 400", "version/foreign", "the machine stalls"} {
				if ending != "github" || said != "the machine stalls" { // which the job summary says
					require.Contains(t, text, said, "%s: %s", ending, verdict)
				}
			}
		}
	}
}

// An annotation has room for a finding of many cases.
func TestAnnotationsAreWhole(t *testing.T) {
	r := &contract.Report{}
	for i := range 30 {
		r.Cases = append(r.Cases, contract.Result{ID: "case/" + strconv.Itoa(i), Headline: strings.Repeat("x", 80), Cause: "C", Verdict: contract.Fail, Level: "must"})
	}
	text := written(t, annotated, summed(r))
	require.Contains(t, text, "case/29")
	require.LessOrEqual(t, len(text), 4096, "GitHub's runner cuts what is longer")
}
