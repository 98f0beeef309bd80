package apps

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

var update = flag.Bool("update", false, "write the golden file anew")

// all are the applications.
func all() []app {
	return []app{
		orders, credits, subscriptions, dispatch, refetch, ormSync, connect, jobs, eventLog, audit,
		outbox, softDelete, totals, inbox, refunds, licenses, seats, members, notifier, tasks, givebacks,
	}
}

// run starts an application with its database in memory, or in a file.
func run(t *testing.T, a app, bug, file string) contract.Subject {
	t.Helper()
	d := &deps{db: newDatabase(t, a, file), bug: bug}
	p := &process{app: a, deps: d}
	s := contract.Subject{Handler: p, Secret: secret, State: d.db.dump, Restart: p.restart, API: new(stripeapi.Server)}
	d.api, d.apiURL = apiClient(s.API), "http://api.invalid"
	if a.breaks != "" {
		s.Break = func(context.Context) error { return d.db.breakTable(a.breaks) }
		s.Heal = func(context.Context) error { return d.db.heal() }
	}
	a.subject(d, &s)
	p.start()
	t.Cleanup(p.Close)
	return s
}

func check(t *testing.T, a app, bug, file string) *contract.Report {
	t.Helper()
	s := run(t, a, bug, file)
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return s }, Seed: 7, MaxTime: time.Hour})
	require.NoError(t, err)
	return report
}

// findings are the causes that a report tells, each with its cases.
func findings(report *contract.Report) map[string][]string {
	marks := map[contract.Verdict]string{contract.Fail: "", contract.Warn: "~", contract.Info: "?"}
	found := make(map[string][]string)
	for _, result := range report.Cases {
		if mark, short := marks[result.Verdict]; short && !slices.Contains(ofStripeGo, result.ID) {
			cause := cmp.Or(result.Cause, result.Headline)
			found[cause] = append(found[cause], mark+result.ID)
		}
	}
	return found
}

// ofStripeGo is what every handler with that SDK is told, for information.
var ofStripeGo = []string{"freshness/far-future", "version/foreign", "version/other-train"}

// bubble runs a test whose clock moves on only when all goroutines wait, begun in our days:
// what looks like a time is taken for one.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)))
		test(t)
	})
}

// TestInMemory runs the contract against every application, sound and with each bug.
// Nobody waits in a bubble of synctest.
func TestInMemory(t *testing.T) {
	for _, a := range all() {
		for _, b := range append([]bug{{}}, a.bugs...) {
			t.Run(nameOf(a, b), func(t *testing.T) {
				t.Parallel()
				bubble(t, func(t *testing.T) { judge(t, a, nameOf(a, b), check(t, a, b.name, "")) })
			})
		}
	}
}

// TestInFile runs it against sound applications, each with its database in a file. With
// FAKESTRIPE_THOROUGH also against those with bugs, or a share of them.
func TestInFile(t *testing.T) {
	for _, a := range all() {
		bugs := []bug{{}}
		if os.Getenv("FAKESTRIPE_THOROUGH") != "" {
			bugs = append(bugs, realpart.Share(t, a.bugs)...)
		}
		for _, b := range bugs {
			t.Run(nameOf(a, b), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "app.db")
				bubble(t, func(t *testing.T) { judge(t, a, nameOf(a, b), check(t, a, b.name, file)) })
			})
		}
	}
}

func nameOf(a app, b bug) string { return a.name + "/" + cmp.Or(b.name, "sound") }

// goldenFile has a line for each application and bug: the one cause that it is told, and
// its cases, ~ those that are a should.
const goldenFile = "testdata/findings.golden"

// golden are the lines of the golden file, by the name of the application and its bug.
var golden = sync.OnceValue(func() map[string]string {
	lines := make(map[string]string)
	text, _ := os.ReadFile(goldenFile)
	for line := range strings.Lines(string(text)) {
		name, found, _ := strings.Cut(strings.TrimSpace(line), ":")
		lines[name] = strings.TrimSpace(found)
	}
	return lines
})

var writing sync.Mutex // the golden file

// judge compares what a report tells with the golden file. A sound application is told
// nothing, and judged in all that it need not skip; a bug is told once.
func judge(t *testing.T, a app, name string, report *contract.Report) {
	t.Helper()
	found := findings(report)
	delete(found, a.told)
	causes := slices.Sorted(maps.Keys(found))
	if strings.HasSuffix(name, "/sound") {
		require.Empty(t, causes, "%s", told(report))
		for _, result := range report.Cases {
			require.NotEqual(t, contract.Inconclusive, result.Verdict, "%s: %s", result.ID, result.Reason)
		}
		return
	}
	require.Len(t, causes, 1, "%s", told(report))
	line := causes[0] + ": " + strings.Join(found[causes[0]], " ")
	if *update {
		writing.Lock()
		defer writing.Unlock()
		golden()[name] = line
		writeGolden(t)
	}
	want := golden()[name]
	if cause, ids, _ := strings.Cut(want, ": "); racy[name] { // how often, is chance
		require.Equal(t, cause, causes[0])
		require.NotEmpty(t, ids)
		return
	}
	require.Equal(t, want, line)
}

// racy are the bugs that some of their cases show only if deliveries meet.
var racy = map[string]bool{
	"orders/check-then-ship": true, "credits/read-modify-write": true, "jobs/unclaimed": true, "credits/every-copy": true,
	"totals/lost-update": true, "refetch/marks-first": true, "notifier/forgets": true,
}

func writeGolden(t *testing.T) {
	t.Helper()
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(golden())) {
		fmt.Fprintf(&text, "%s: %s\n", name, golden()[name])
	}
	require.NoError(t, os.WriteFile(goldenFile, []byte(text.String()), 0o644))
}

// told is what a report says that falls short.
func told(report *contract.Report) string {
	var text strings.Builder
	for _, result := range report.Cases {
		if result.Verdict == contract.Fail || result.Verdict == contract.Warn || result.Verdict == contract.Inconclusive {
			fmt.Fprintf(&text, "%s\n", result)
		}
	}
	return text.String()
}
