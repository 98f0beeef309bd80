package contract_test

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/racetest"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// checkZoo runs the suite, or some cases of it, against a handler of the zoo: in a
// bubble, for some are slow, or over the network if only there it can be seen.
func checkZoo(t *testing.T, bug zooBug, only ...string) (report *contract.Report) {
	t.Helper()
	check := func(t *testing.T, s contract.Subject) {
		suite := contract.Suite{New: func() contract.Subject { return s }, Only: only, Seed: 7, MaxTime: time.Hour}
		var err error
		report, err = contract.Check(t.Context(), suite)
		require.NoError(t, err)
	}
	if !bug.network {
		bubble(t, func(t *testing.T) {
			s := bug.subject(bug.build())
			defer s.Handler.(zooKeeper).Close()
			check(t, s)
		})
		return report
	}
	s := bug.subject(bug.build())
	t.Cleanup(s.Handler.(zooKeeper).Close)
	check(t, bug.serve(t, s))
	return report
}

// wholeZoo is whether everything is asked for, as by .ci/run: there are more than two
// hundred handlers, and a run of the suite takes half a second of a processor.
func wholeZoo() bool { return os.Getenv("FAKESTRIPE_WHOLE_ZOO") != "" || *update }

// inGate is whether .ci/run runs the tests, which has more time than a user.
func inGate() bool { return wholeZoo() || os.Getenv("FAKESTRIPE_REAL_PARTS") != "" }

// thorough is whether the tests have the time of .ci/run, which sets this.
func thorough() bool { return os.Getenv("FAKESTRIPE_THOROUGH") != "" }

// fewer keeps one handler of so many when thorough, of ten in the gate (of thirty with the
// race detector), of two hundred with -short, and of eight times so many otherwise, unless
// all are asked for.
func fewer(bugs []zooBug, step int) []zooBug {
	switch {
	case wholeZoo():
		return bugs
	case inGate() && racetest.Enabled:
		step = 30
	case inGate():
		step = 10
	case testing.Short():
		step = 200
	case !thorough():
		step *= 16
	}
	return realpart.Every(bugs, step)
}

// zooWarned are the shortfalls of sound handlers that are real, and no more than a
// should.
var zooWarned = map[string][]string{
	"refuses-with-500": {"signature/client-error", "signature/empty-header", "signature/malformed-header", "signature/unsigned"},
	"64-KiB":           {"body/over-64-kilobytes"},
	"100-kB":           {"body/over-64-kilobytes"},
	"one-at-a-time":    {"resilience/burst", "resilience/same-customer"},
	"waits-for-object": {"ordering/early-update"},
	"by-second":        {"dispatch/handled-type-works"}, // here and below, not every type shows
	"by-order":         {"dispatch/handled-type-works"},
	"by-email":         {"dispatch/handled-type-works"},
	"by-composite-key": {"dispatch/handled-type-works"},
	"counters":         {"dispatch/handled-type-works"},
	"decimal-sums":     {"dispatch/handled-type-works"},
	"floats":           {"dispatch/handled-type-works"},
	"last-payment-at":  {"dispatch/handled-type-works"},
	"map-by-object":    {"dispatch/handled-type-works"},
	"number":           {"dispatch/handled-type-works"},
	"paid-at":          {"dispatch/handled-type-works"},
	"worker-names":     {"dispatch/handled-type-works"},
	"worker-numbers":   {"dispatch/handled-type-works"},
	"own-ids":          {"dispatch/handled-type-works"},
	"text-table":       {"dispatch/handled-type-works"},
	"json-values":      {"dispatch/handled-type-works"},
	"paid-by-object":   {"dispatch/handled-type-works"},
	"payments":         {"dispatch/handled-type-works"},

	"by-email-and-order": {"dispatch/handled-type-works"},
}

// zooUnlucky are the shortfalls that depend on which delivery a handler's luck runs out
// at: one of a burst of fifty may be the seventieth.
var zooUnlucky = map[string][]string{"hiccups": {"resilience/burst", "resilience/same-customer"}}

// Nobody is accused unheard: sound handlers fail nothing.
func TestSoundHandlersPass(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	for _, bug := range fewer(zooSound(), 12) {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			var warned []string
			for _, result := range checkZoo(t, bug).Cases {
				require.NotEqual(t, contract.Fail, result.Verdict, "%s: %s", result.ID, result)
				if result.Verdict == contract.Warn && !slices.Contains(zooUnlucky[bug.name], result.ID) {
					warned = append(warned, result.ID)
				}
			}
			require.ElementsMatch(t, zooWarned[bug.name], warned)
		})
	}
}

// Each bug fails the cases that testdata/zoo.golden lists for it, and no others. Who
// refuses genuine events is told why.
func TestBugsAreFound(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	golden := readZooGolden(t)
	var mu sync.Mutex
	if *update {
		t.Cleanup(func() { golden.write(t) })
	}
	for _, bug := range fewer(zooBugs(), 20) {
		t.Run(bug.name, func(t *testing.T) {
			t.Parallel()
			report := checkZoo(t, bug)
			require.Contains(t, strings.Join(report.Diagnosis, "\n"), bug.refuses)
			found := zooShortfalls(report)
			mu.Lock()
			defer mu.Unlock()
			if *update {
				golden[bug.name] = newZooLine(found, bug.racy)
			}
			golden[bug.name].require(t, found)
			if !bug.network { // which chance has a part in
				require.LessOrEqual(t, zooCauses(report), max(1, zooSeveral[bug.name]), "one bug is told once")
			}
		})
	}
}

// What cannot be judged is never a pass.
func TestUnjudgedIsSaid(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, id, reason string }{
		{"sulks", "signature/wrong-secret", "the control, a genuine payment_intent.succeeded, was not accepted"},
		{"sulks", "signature/malformed-header", "the control, a genuine payment_intent.succeeded, was not accepted"},
		{"ledger", "control/effect", "every event changes the state"},
		{"number", "idempotency/two-changes", "no event of this case changes the state when it is delivered alone"},
		{"counters", "idempotency/two-changes", "the state is the same with and without what the case is about (quantity, status), even after clean delivery"},
		{"times-in-german", "ordering/stale-update", "nothing in the state is comparable"},
		{"first-only", "control/second-event", "a genuine payment_intent.succeeded does not change the state"},
	}
	realpart.Long(t)
	for _, test := range tests {
		t.Run(test.name+"/"+path.Base(test.id), func(t *testing.T) {
			t.Parallel()
			results := checkZoo(t, zooNamed(t, test.name), "signature/changed-body", test.id).Cases
			at := slices.IndexFunc(results, func(r contract.Result) bool { return r.ID == test.id })
			require.Equal(t, contract.Inconclusive, results[at].Verdict, "%s", results[at])
			require.Contains(t, results[at].Reason, test.reason)
		})
	}
}

// Every bug is found, if only by a case that informs.
func TestEveryBugHasItsCase(t *testing.T) {
	t.Parallel()
	golden := readZooGolden(t)
	require.Len(t, golden, len(zooBugs()))
	for _, bug := range zooBugs() {
		require.NotNil(t, golden[bug.name], bug.name)
		require.NotEmpty(t, slices.Concat(golden[bug.name].certain, bug.racy), bug.name)
	}
}

// The figures of docs/coverage.md are those of the zoo.
func TestDocsCountTheZoo(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/coverage.md")
	require.NoError(t, err)
	require.Contains(t, string(text), fmt.Sprintf("a zoo of %d handlers with one bug each and %d sound ones", len(zooBugs()), len(zooSound())))
	require.Contains(t, string(text), fmt.Sprintf("the %d types that npm stripe 23.1 declares", len(fixtures.ThinTypes())))
}

// Every case is there for a mistake that somebody makes.
func TestEveryCaseIsFailed(t *testing.T) {
	t.Parallel()
	cases, err := contract.Suite{}.Cases()
	require.NoError(t, err)
	failed := readZooGolden(t).ids()
	for _, bug := range loyaltyBugs() {
		failed = append(failed, bug.fails...)
	}
	for _, bug := range thinBugs() {
		failed = slices.Concat(failed, bug.fails, bug.warns)
	}
	for _, c := range cases {
		_, excused := zooUnfailed[c.ID]
		require.Equal(t, excused, !slices.Contains(failed, c.ID), "%s: is failed by no handler, or need not be excused", c.ID)
	}
}
