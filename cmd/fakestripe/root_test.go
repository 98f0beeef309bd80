package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOneSubcommand: a command line gets the subcommand that it names, and no other; every
// other line gets all of them, for help, completion and suggestions.
func TestOneSubcommand(t *testing.T) {
	t.Parallel()
	sh := shell{out: io.Discard, err: io.Discard, getenv: func(string) string { return "" }}
	all := newRoot(sh).Commands()
	require.NotEmpty(t, all)
	for _, sub := range all {
		root := rootFor(sh, []string{sub.Name(), "--help"})
		require.Len(t, root.Commands(), 1)
		only := root.Commands()[0]
		require.Equal(t, sub.Name(), only.Name())
		require.Equal(t, sub.UsageString(), only.UsageString())
	}
	for _, args := range [][]string{nil, {"--help"}, {"help", "send"}, {"sned"}, {"__complete", ""}, {"completion", "bash"}} {
		require.Len(t, rootFor(sh, args).Commands(), len(all), args)
	}
}

// TestNothingIsDoneAtStart: what a package makes when the program starts is paid by each
// command, also by those that never use it. A regular expression alone is 10 kB.
func TestNothingIsDoneAtStart(t *testing.T) {
	t.Parallel()
	const most = 10_000 // bytes, of a package
	var said bytes.Buffer
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.list", "^$")
	command.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	command.Stderr = &said
	require.NoError(t, command.Run())
	lines := regexp.MustCompile(`(?m)^init github\.com/fakestripe/fakestripe/(\S+) .* (\d+) bytes`).FindAllStringSubmatch(said.String(), -1)
	require.NotEmpty(t, lines, said.String())
	for _, line := range lines {
		if line[1] == "cmd/fakestripe" {
			continue // has the variables of its tests in it
		}
		bytes, err := strconv.Atoi(line[2])
		require.NoError(t, err)
		require.LessOrEqual(t, bytes, most, "%s: make it on first use (sync.OnceValue)", line[1])
	}
}
