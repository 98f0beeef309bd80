package main

import (
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/spf13/cobra/doc"
	"github.com/stretchr/testify/require"
)

// A test writes them, not the command: what writes pages would be a part of every
// download.
var manPages = flag.String("man", "", "keep the manual pages in this `folder`, which is made")

// TestManPages writes a manual page for each command. A release ships them: .ci/extras
// calls this test for them.
func TestManPages(t *testing.T) {
	if testing.Short() {
		t.Skip("has groff format every page, which takes seconds")
	}
	folder := *manPages
	if folder == "" {
		folder = t.TempDir()
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))
	root := newRoot(shell{out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }})
	root.InitDefaultCompletionCmd() // cobra adds it when a command line is executed
	root.DisableAutoGenTag = true
	header := &doc.GenManHeader{Section: "1", Source: "fakestripe", Manual: "fakestripe"} // dated by SOURCE_DATE_EPOCH
	require.NoError(t, doc.GenManTree(root, header, folder))

	pages, err := filepath.Glob(filepath.Join(folder, "*.1"))
	require.NoError(t, err)
	for _, command := range root.Commands() {
		if command.IsAvailableCommand() { // help is none by itself
			require.Contains(t, pages, filepath.Join(folder, "fakestripe-"+command.Name()+".1"))
		}
	}
	check, err := os.ReadFile(filepath.Join(folder, "fakestripe-check.1"))
	require.NoError(t, err)
	require.Contains(t, string(check), `\fB--handles\fP`)
	requireRendered(t, pages)
}

// requireRendered has a real formatter read the pages, where there is one.
func requireRendered(t *testing.T, pages []string) {
	t.Helper()
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Log("not rendered for want of groff: apt install groff-base")
		return
	}
	for _, page := range pages {
		out, err := exec.CommandContext(t.Context(), groff, "-k", "-man", "-Tutf8", "-z", "-ww", page).CombinedOutput()
		require.NoError(t, err)
		require.Empty(t, string(out), page)
	}
}
