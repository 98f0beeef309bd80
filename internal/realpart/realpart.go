// Package realpart finds the programs that judge what we make in tests: a browser, Node,
// curl. A test asks for its part, and for its time, before it starts anything.
package realpart

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// browsers lists what the browser is called.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// Browser returns the path of a browser. It skips the test where there is none, and with
// -short, since a browser takes seconds to start.
func Browser(t testing.TB) string {
	t.Helper()
	if testing.Short() && !Wanted() {
		t.Skip("starts a browser, which takes seconds: run it without -short")
	}
	return Need(t, "apt-get install chromium", browsers...)
}

// FindBrowser returns the path of a browser, or "".
func FindBrowser() string { return find(browsers...) }

// Need returns the path of the first of several programs that is installed. If none is,
// the test is Missing it; install says how to get it.
func Need(t testing.TB, install string, names ...string) string {
	t.Helper()
	path := find(names...)
	if path == "" {
		Missing(t, strings.Join(names, ", ")+" ("+install+")")
	}
	return path
}

// Long skips a test that takes seconds, with -short.
func Long(t testing.TB) {
	t.Helper()
	if testing.Short() && !Wanted() {
		t.Skip("takes seconds: run it without -short")
	}
}

// Missing skips a test that lacks a real part, or fails it where all are Wanted.
func Missing(t testing.TB, what string) {
	t.Helper()
	if Wanted() {
		t.Fatalf("missing %s", what)
	}
	t.Skipf("skipped: missing %s", what)
}

// Wanted reports whether no real part may be missing, as in .ci/run.
func Wanted() bool { return os.Getenv("FAKESTRIPE_REAL_PARTS") != "" }

func find(names ...string) string {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
