package webhooktest_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// checkZoo runs the suite against one handler of the zoo.
func checkZoo(t *testing.T, s webhooktest.Subject) *webhooktest.Report {
	t.Helper()
	report, err := webhooktest.Check(t.Context(), webhooktest.Suite{New: func() webhooktest.Subject { return s }, Seed: 7})
	require.NoError(t, err)
	return report
}

// shortfalls are the ids of the cases with a verdict.
func shortfalls(report *webhooktest.Report, verdicts ...webhooktest.Verdict) (ids []string) {
	for _, result := range report.Cases {
		if slices.Contains(verdicts, result.Verdict) {
			ids = append(ids, result.ID)
		}
	}
	return ids
}

// fewer keeps every tenth handler, unless all are asked for as .ci/run does: there
// are two hundred, and each takes a fifth of a second.
func fewer(bugs []zooBug) []zooBug {
	if os.Getenv("FAKESTRIPE_WHOLE_ZOO") != "" || *update {
		return bugs
	}
	var some []zooBug
	for i := 0; i < len(bugs); i += 10 {
		some = append(some, bugs[i])
	}
	return some
}

// zooWarned are the shortfalls of sound handlers that are real, and no more than a
// should.
var zooWarned = map[string][]string{
	"refuses-with-500": {"signature/client-error", "signature/empty-header", "signature/malformed-header", "signature/unsigned"},
	"64-KiB":           {"body/over-64-kilobytes"},
	"100-kB":           {"body/over-64-kilobytes"},
	"one-at-a-time":    {"resilience/burst", "resilience/same-customer"},
	"counters":         {"dispatch/handled-type-works"}, // they do not show subscriptions
	"map-by-object":    {"dispatch/handled-type-works"},
	"number":           {"dispatch/handled-type-works"},
	"floats":           {"dispatch/handled-type-works"},
	"last-three":       {"resilience/same-customer"}, // they show three of ten
}

// Nobody is accused unheard: sound handlers fail nothing.
func TestSoundHandlersPass(t *testing.T) {
	t.Parallel()
	inZoo(t, fewer(zooSound()), func(t *testing.T, bug zooBug, s webhooktest.Subject) {
		for _, result := range checkZoo(t, s).Cases {
			require.NotEqual(t, webhooktest.Fail, result.Verdict, "%s: %s", result.ID, result)
			if result.Verdict == webhooktest.Warn {
				require.Contains(t, zooWarned[bug.name], result.ID, "%s", result)
			}
		}
	})
}

// Each bug is found by a case that testdata/zoo.golden lists for it. Those that
// race with themselves are not found by the same cases each time.
func TestBugsAreFound(t *testing.T) {
	const golden = "testdata/zoo.golden"
	found := make(map[string][]string)
	var mu sync.Mutex
	t.Run("zoo", func(t *testing.T) {
		inZoo(t, fewer(zooBugs()), func(t *testing.T, bug zooBug, s webhooktest.Subject) {
			ids := shortfalls(checkZoo(t, s), webhooktest.Fail, webhooktest.Warn, webhooktest.Info)
			mu.Lock()
			defer mu.Unlock()
			found[bug.name] = slices.DeleteFunc(ids, func(id string) bool { return id == "freshness/far-future" }) // as of the sound one
		})
	})
	if *update {
		var text strings.Builder
		for _, bug := range zooBugs() {
			fmt.Fprintf(&text, "%s: %s\n", bug.name, strings.Join(found[bug.name], " "))
		}
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o644))
	}
	lines, err := os.ReadFile(golden)
	require.NoError(t, err)
	for line := range strings.Lines(string(lines)) {
		name, listed, _ := strings.Cut(strings.TrimSpace(line), ":")
		ids, ran := found[name]
		if !ran || listed == "" {
			continue
		}
		known := func(id string) bool { return slices.Contains(strings.Fields(listed), id) }
		require.True(t, slices.ContainsFunc(ids, known), "%s: found %q, want one of %s", name, ids, listed)
	}
}
