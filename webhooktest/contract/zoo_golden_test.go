package contract_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// A zooGolden says which cases each bug fails. Its file has a line for each: ids
// that fail, ~ids that warn, ?ids that inform; in brackets those that are not found
// each time.
type zooGolden map[string]*zooLine

type zooLine struct{ certain, possible []string }

const zooGoldenFile = "testdata/zoo.golden"

func readZooGolden(t *testing.T) zooGolden {
	t.Helper()
	text, err := os.ReadFile(zooGoldenFile)
	require.NoError(t, err)
	golden := make(zooGolden)
	for line := range strings.Lines(string(text)) {
		name, ids, _ := strings.Cut(line, ":")
		certain, possible, _ := strings.Cut(ids, "[")
		golden[name] = &zooLine{strings.Fields(certain), strings.Fields(strings.Trim(possible, "]\n"))}
	}
	return golden
}

func (g zooGolden) write(t *testing.T) {
	var text strings.Builder
	for _, bug := range zooBugs() {
		line := cmp.Or(g[bug.name], new(zooLine))
		fmt.Fprintf(&text, "%s: %s", bug.name, strings.Join(line.certain, " "))
		if len(line.possible) > 0 {
			fmt.Fprintf(&text, " [%s]", strings.Join(line.possible, " "))
		}
		text.WriteByte('\n')
	}
	require.NoError(t, os.WriteFile(zooGoldenFile, []byte(text.String()), 0o644))
}

// ids are the cases that some bug is certain to fail.
func (g zooGolden) ids() (ids []string) {
	for _, line := range g {
		for _, id := range line.certain {
			ids = append(ids, strings.TrimLeft(id, "~?"))
		}
	}
	return ids
}

// newZooLine is what was found, and what is not found each time.
func newZooLine(found, racy []string) *zooLine {
	certain := slices.DeleteFunc(slices.Clone(found), func(id string) bool { return slices.Contains(racy, id) })
	unmarked := func(a, b string) int { return strings.Compare(strings.TrimLeft(a, "~?"), strings.TrimLeft(b, "~?")) }
	slices.SortFunc(certain, unmarked)
	return &zooLine{certain, racy}
}

// require demands exactly what the line says.
func (l *zooLine) require(t *testing.T, found []string) {
	t.Helper()
	require.NotNil(t, l, "no line in %s: write it with -update", zooGoldenFile)
	require.Subset(t, found, l.certain)
	require.Subset(t, slices.Concat(l.certain, l.possible), found)
}

// zooMarks are how a golden line marks a verdict.
var zooMarks = map[contract.Verdict]string{contract.Fail: "", contract.Warn: "~", contract.Info: "?"}

// zooShortfalls are the marked ids of what a report finds fault with, but for what
// the sound handler is told too.
func zooShortfalls(report *contract.Report) (ids []string) {
	for _, result := range report.Cases {
		if mark, short := zooMarks[result.Verdict]; short && result.ID != zooOfAll {
			ids = append(ids, mark+result.ID)
		}
	}
	return ids
}

// zooCauses counts what a report tells: the causes, and the cases without one.
func zooCauses(report *contract.Report) int {
	causes := make(map[string]bool)
	for _, result := range report.Cases {
		if _, short := zooMarks[result.Verdict]; short && result.ID != zooOfAll {
			causes[cmp.Or(result.Cause, result.ID)] = true
		}
	}
	return len(causes)
}

// zooSeveral are the bugs that are told as more than one finding, and as how many.
var zooSeveral = map[string]int{
	"objects-once":     3, // an order that is paid later, an order of arrival, a type without effect
	"ten-seconds":      2, // copies that wait for each other are older than that
	"second-by-second": 2, // loses events, and so what a subscription after another brings
	"sulks":            3, // refuses what comes after it was angered, once

	// Of what they do for other types their state shows nothing.
	"twice-in-own-ids": 2, "twice-in-text-table": 2, "twice-in-json-values": 2, "twice-in-payments": 2, "twice-in-by-second": 2, "twice-in-counters": 2, "twice-in-last-payment-at": 2,
	"twice-in-number": 2, "twice-in-floats": 2, "twice-in-decimal-sums": 2, "twice-in-paid-by-object": 2,
	"twice-in-worker-names": 2, "twice-in-worker-numbers": 2,
	"twice-in-by-order": 2, "twice-in-by-email": 2, "twice-in-by-email-and-order": 2, "twice-in-by-composite-key": 2,
}

// zooOfAll is what the sound handler is told, as stripe-go is.
const zooOfAll = "freshness/far-future"

// zooUnfailed are the cases that no handler of the zoo fails, and why.
var zooUnfailed = map[string]string{
	zooOfAll: "the sound one does, and those that differ from it by another bug",

	"http/no-redirect": "whoever fails it does so at the first genuine event: control/accepted tells",
	"http/tls":         "whoever fails it does so at the first genuine event: control/accepted tells",
	"version/declared": "whoever fails it does so at the first genuine event: control/accepted tells",

	"version/other-train": "only sound handlers do, such as those with stripe-go",
}
