package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A server that a hook leaves running has its output still, and is not waited for.
func TestHookLeavesAServerRunning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("$! is no process id of Windows")
	}
	t.Chdir(t.TempDir())
	require.NoError(t, hook(`(while sleep 0.01; do echo working; echo . >> log; done) & echo $! > server.pid`, hookTimeout)(t.Context()))
	text, err := os.ReadFile("server.pid")
	require.NoError(t, err)
	t.Cleanup(func() { kill(t, text) })
	written := func() int { log, _ := os.ReadFile("log"); return len(log) }
	before := written()
	require.Eventually(t, func() bool { return written() > before+4 }, patience, time.Millisecond, "its log did not end it")
}

func TestHook(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no sh that exec replaces")
	}
	t.Setenv("TMPDIR", t.TempDir())
	ctx := t.Context()
	require.Nil(t, hook("", hookTimeout))
	require.EqualError(t, hook("echo no database >&2; exit 3", hookTimeout)(ctx), "echo no database >&2; exit 3: exit status 3: no database")
	require.EqualError(t, hook("exec sleep 600", time.Millisecond)(ctx),
		"exec sleep 600: did not finish within 1ms (start a server in the background: ./server &)")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, hook("exec sleep 600", hookTimeout)(ended), context.Canceled)
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "fakestripe-hook-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// What a command prints takes no more memory than there is room for, and no time
// once there is too much.
func TestPrintedIsBounded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("has no /dev/zero")
	}
	t.Parallel()
	if testing.Short() {
		t.Skip("waits ten seconds for what may still be printed")
	}
	output, err := printed(t.Context(), "echo 12345", 6)
	require.NoError(t, err)
	require.Equal(t, "12345\n", string(output))
	_, err = printed(t.Context(), "yes", 1<<20)
	require.EqualError(t, err, "yes: larger than 1 MiB")
	_, err = printed(t.Context(), "head -c 100000 /dev/zero >&2; exit 1", 1<<20)
	require.Len(t, err.Error(), len("head -c 100000 /dev/zero >&2; exit 1: exit status 1: ")+maxSaid)
	output, err = printed(t.Context(), "sleep 600 & echo $!", 1<<20)
	require.NoError(t, err, "what it leaves running is not waited for")
	kill(t, output)
}

// kill ends the process of this id.
func kill(t *testing.T, id []byte) {
	t.Helper()
	pid, err := strconv.Atoi(strings.TrimSpace(string(id)))
	require.NoError(t, err)
	process, err := os.FindProcess(pid)
	require.NoError(t, err)
	require.NoError(t, process.Kill())
}
