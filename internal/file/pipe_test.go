//go:build unix

package file_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/file"
)

func pipe(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(name, 0o600))
	return name
}

// open opens a pipe for reading and writing, which never waits.
func open(t *testing.T, name string) *os.File {
	t.Helper()
	end, err := os.OpenFile(name, os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = end.Close() })
	return end
}

// TestPipes are read and written, as those of a shell's <(…) and >(…) are.
func TestPipes(t *testing.T) {
	t.Parallel()
	name := pipe(t)
	sent := make(chan error, 1)
	go func() { sent <- file.Send(context.Background(), name, []byte("text")) }()
	data, err := file.Read(t.Context(), name, 4)
	require.NoError(t, err)
	require.Equal(t, "text", string(data))
	require.NoError(t, <-sent)
}

// TestInterrupted: whoever waits at a pipe for the other end, for what it sends, or for
// room in it, is let go.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	read := func(ctx context.Context, name string) error {
		_, err := file.Read(ctx, name, 1)
		return err
	}
	write := func(ctx context.Context, name string) error { return file.Send(ctx, name, make([]byte, 8<<20)) }
	for _, test := range []struct {
		name   string
		opened bool
		do     func(context.Context, string) error
	}{
		{"nobody writes", false, read},
		{"the writer is silent", true, read},
		{"nobody reads", false, write},
		{"the reader is idle", true, write},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			name := pipe(t)
			if test.opened {
				open(t, name)
			}
			ctx, interrupt := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- test.do(ctx, name) }()
			interrupt()
			require.ErrorIs(t, <-ended, file.ErrInterrupted)
			open(t, name) // lets go of the goroutine that waits for the other end
		})
	}
}

// TestStandardInputIsInterrupted, which is open before and may never say anything.
func TestStandardInputIsInterrupted(t *testing.T) {
	t.Parallel()
	silent, writer := io.Pipe()
	defer writer.Close()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	_, err := file.ReadAll(file.Interruptible(ctx, silent), 1)
	require.ErrorIs(t, err, file.ErrInterrupted)
}

// TestRefused is what is no file, or has no end.
func TestRefused(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "s")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	defer syscall.Close(fd)
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrUnix{Name: socket}))
	for name, want := range map[string]string{
		t.TempDir():       "a folder: want a file",
		socket:            "a socket: want a file",
		"/dev/zero":       "larger than 4 KiB",
		"/nowhere/at/all": "no such file or directory",
	} {
		_, err := file.Read(t.Context(), name, 4<<10)
		require.EqualError(t, err, want, name)
	}
	for _, name := range []string{t.TempDir(), socket, "/dev/zero", pipe(t)} {
		_, err := file.ReadRegular(file.Here{}, name, 1)
		require.ErrorContains(t, err, "not a regular file", name)
	}
	for _, name := range []string{"/dev/zero", pipe(t), socket} {
		_, err := file.OpenRoot(name)
		require.EqualError(t, err, "not a folder", name)
	}
}
