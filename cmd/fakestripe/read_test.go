//go:build unix

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o600))
	return name
}

// TestPipesAreRead, as those of a shell's <(…) are.
func TestPipesAreRead(t *testing.T) {
	t.Parallel()
	name := pipe(t)
	go func() { _ = os.WriteFile(name, []byte(`{"type": "x"}`), 0) }()
	data, err := readPayload(interruptible{t.Context(), strings.NewReader("")}, name)
	require.NoError(t, err)
	require.Equal(t, `{"type": "x"}`, string(data))
}

// TestAnInterruptEndsReading of a pipe that nobody opens, and of one that nobody
// writes to.
func TestAnInterruptEndsReading(t *testing.T) {
	t.Parallel()
	for _, opened := range []bool{false, true} {
		name := pipe(t)
		ctx, interrupt := context.WithCancel(t.Context())
		if opened {
			silent, err := os.OpenFile(name, os.O_RDWR, 0)
			require.NoError(t, err)
			defer silent.Close()
		}
		ended := make(chan error, 1)
		go func() {
			_, err := readPayload(interruptible{ctx, strings.NewReader("")}, name)
			ended <- err
		}()
		interrupt()
		require.ErrorContains(t, <-ended, "pipe: interrupted")
		if !opened { // lets go of who still waits for the pipe
			writer, err := os.OpenFile(name, os.O_RDWR, 0)
			require.NoError(t, err)
			require.NoError(t, writer.Close())
		}
	}
}

func TestReadingIsBounded(t *testing.T) {
	t.Parallel()
	_, err := readFile(t.Context(), "/dev/zero", 4<<10)
	require.EqualError(t, err, "/dev/zero: larger than 4 KiB")
	large := filepath.Join(t.TempDir(), "large")
	require.NoError(t, os.WriteFile(large, make([]byte, 2<<20+1), 0o600))
	_, err = readRegular(large, 2<<20)
	require.EqualError(t, err, large+": larger than 2 MiB")
	data, err := readRegular(large, 3<<20)
	require.NoError(t, err)
	require.Len(t, data, 2<<20+1)
	_, err = readRegular("/dev/zero", 1<<20)
	require.ErrorContains(t, err, "/dev/zero: not a regular file")
}
