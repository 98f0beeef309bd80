// Package realpart finds the external programs that tests use: a browser, Node, curl. A
// test finds its program, and whether it has the time, before it starts anything.
package realpart

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// browsers are the names of supported browsers.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// Browser returns the path of a browser. It skips the test without one, and with -short:
// a browser takes seconds to start.
func Browser(t testing.TB) string {
	t.Helper()
	if testing.Short() && !Wanted() {
		t.Skip("starts a browser, which takes seconds: run it without -short")
	}
	return Need(t, "apt-get install chromium", browsers...)
}

// FindBrowser returns the path of a browser, or "".
func FindBrowser() string { return find(browsers...) }

// Need returns the path of the first installed program. Without any, the test is Missing
// it; install says how to get it.
func Need(t testing.TB, install string, names ...string) string {
	t.Helper()
	path := find(names...)
	if path == "" {
		Missing(t, strings.Join(names, ", ")+" ("+install+")")
	}
	return path
}

// Long skips a test with -short: it takes a tenth of a second or more.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() && !Wanted() {
		t.Skip("takes long: run it without -short")
	}
}

// Gate skips a test that takes a minute, unless it runs in .ci/run.
func Gate(t testing.TB) {
	t.Helper()
	if !Wanted() {
		t.Skip("takes a minute: set FAKESTRIPE_REAL_PARTS=1, as .ci/run does")
	}
}

// Sample returns the whole list in .ci/run, elsewhere every step-th element, and with
// -short a third of these.
func Sample[T any](list []T, step int) []T {
	switch {
	case Wanted():
		return list
	case testing.Short():
		step *= 3
	}
	return Every(list, step)
}

// Every returns every step-th element of a list, starting with the first.
func Every[T any](list []T, step int) (some []T) {
	for i := 0; i < len(list); i += step {
		some = append(some, list[i])
	}
	return some
}

// Share returns the part of a list that FAKESTRIPE_SHARE asks for: with 2/3, the second
// third. .ci/run takes another third for each commit, of what takes too long to run whole
// each time. Without the variable it is the whole list.
func Share[T any](t testing.TB, list []T) []T {
	t.Helper()
	share := os.Getenv("FAKESTRIPE_SHARE")
	if share == "" {
		return list
	}
	part, parts := 0, 0
	if n, err := fmt.Sscanf(share, "%d/%d", &part, &parts); n < 2 || err != nil || part < 1 || part > parts {
		t.Fatalf("FAKESTRIPE_SHARE=%s: must be a part of a number of parts, e.g. 2/3", share)
	}
	return Every(list[min(part-1, len(list)):], parts)
}

// Times returns the number of repetitions: often in .ci/run, elsewhere a share of that.
func Times(often, share int) int {
	if Wanted() {
		return often
	}
	return often / share
}

// Missing skips a test for lack of a program, or fails it if all are Wanted.
func Missing(t testing.TB, what string) {
	t.Helper()
	if Wanted() {
		t.Fatalf("missing %s", what)
	}
	t.Skipf("skipped: missing %s", what)
}

// Wanted reports whether all programs are required, as in .ci/run.
func Wanted() bool { return os.Getenv("FAKESTRIPE_REAL_PARTS") != "" }

func find(names ...string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
