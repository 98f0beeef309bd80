//go:build unix

package child_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/child"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/internal/sockets"
)

// The test binary is an app that listens, or a command that runs one.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv("CHILD_LISTEN") != "":
		listen(os.Getenv("CHILD_LISTEN"))
	case os.Getenv("CHILD_RUN") != "":
		_, err := child.Start(context.Background(), child.Config{
			Args: []string{"sh", "-c", family}, Stdout: os.Stdout, Stderr: os.Stderr, Folder: os.Getenv("CHILD_RUN"),
		})
		if err != nil {
			panic(err)
		}
		select {}
	}
	os.Exit(m.Run())
}

func listen(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	fmt.Println("listening", os.Getpid())
	for {
		if c, err := listener.Accept(); err == nil {
			_ = c.Close()
		}
	}
}

// family has a child that ignores requests to end, one that left the group, and one that
// has neither the group nor a parent any more. All have the standard output.
const family = `
(trap '' TERM; sleep 1000; sleep 1000) &
command -v setsid >/dev/null && setsid sh -c 'sleep 1000' &
(trap '' HUP; sleep 1000 &)
echo started
wait`

func self() []string { return []string{os.Args[0], "-test.run=^$"} }

// start starts an app that is stopped at the end of the test.
func start(t *testing.T, config child.Config) (*child.App, error) {
	t.Helper()
	config.Grace = time.Second
	app, err := child.Start(t.Context(), config)
	if app != nil {
		t.Cleanup(app.Stop)
	}
	return app, err
}

// freeAddress is one that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	address := listener.Addr().String()
	for sockets.Reachable(t.Context(), address) {
		runtime.Gosched() // a process that is being started has a copy until it runs its program
	}
	return address
}

// TestStopEndsTheFamily: the standard output ends when the last one that has it is gone.
func TestStopEndsTheFamily(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	folder := t.TempDir()
	app, err := start(t, child.Config{Args: []string{"sh", "-c", family}, Stdout: write, Stderr: write, Folder: folder})
	require.NoError(t, err)
	require.NoError(t, write.Close())
	output := bufio.NewReader(read)
	line, err := output.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started\n", line)

	app.Stop()
	_, err = io.ReadAll(output)
	require.NoError(t, err)
	require.NoDirExists(t, folder)
	app.Stop() // again: there is nothing to do
}

// TestKilledCommand: one that is killed cannot end its app, and nothing is left all the same.
func TestKilledCommand(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "private")
	require.NoError(t, os.Mkdir(folder, 0o700))
	command := exec.Command(self()[0], self()[1:]...)
	command.Env = append(os.Environ(), "CHILD_RUN="+folder)
	stdout, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	output := bufio.NewReader(stdout)
	line, err := output.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "started\n", line)

	require.NoError(t, command.Process.Kill())
	_, err = io.ReadAll(output)
	require.NoError(t, err)
	require.Error(t, command.Wait())
	require.Eventually(t, func() bool { _, err := os.Stat(folder); return os.IsNotExist(err) }, time.Minute, 10*time.Millisecond)
}

func TestHowAnAppEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script string
		status       int
		output       string
	}{
		{"by itself", "echo done", 0, "done"},
		{"with an error", "echo no database >&2; exit 3", 3, "no database"},
		{"by a signal", "kill -KILL $$", 137, ""},
		{"after much output", "i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done; exit 1", 1, "line 500"},
		{"with output that is no text", `printf 'a\377b'; exit 1`, 1, "a\uFFFDb"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			died := make(chan *child.EndedError, 1)
			app, err := start(t, child.Config{Args: []string{"sh", "-c", c.script}, Died: func(e *child.EndedError) { died <- e }})
			require.NoError(t, err)
			failure := app.Failure()
			require.Equal(t, c.status, failure.Status())
			require.Contains(t, failure.Output, c.output)
			require.Less(t, len(failure.Output), 1000)
			require.Same(t, failure, <-died)
		})
	}
}

func TestAppListens(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	address := freeAddress(t)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	defer read.Close()
	defer write.Close()
	config := child.Config{
		Args: self(), Env: append(os.Environ(), "CHILD_LISTEN="+address), Stdout: write, Stderr: write,
		Listens: address, Patience: time.Minute,
	}
	app, err := start(t, config)
	require.NoError(t, err)
	lines := bufio.NewReader(read)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)

	_, err = child.Start(t.Context(), config)
	require.ErrorContains(t, err, "something already listens on "+address)

	if child.SeesPorts {
		ports, err := app.Ports(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{address[strings.LastIndex(address, ":")+1:]}, ports)
	}

	require.NoError(t, app.Restart(t.Context()))
	require.True(t, sockets.Reachable(t.Context(), address))
	second, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.NotEqual(t, first, second, "another process")
	select {
	case <-app.Ended():
		t.Fatal("a restart is no end")
	default:
	}
	app.Stop()
	require.False(t, sockets.Reachable(t.Context(), address))
}

func TestAppDoesNotListen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script, want string
		patience           time.Duration
	}{
		{"ends before", "echo no port; exit 3", "the app ended: exit status 3; it said last:\nno port", time.Minute},
		{"ends well before", "exit 0", "the app ended: status 0", time.Minute},
		{"never does", "sleep 1000", "does not listen on", time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := start(t, child.Config{Args: []string{"sh", "-c", c.script}, Listens: freeAddress(t), Patience: c.patience})
			require.ErrorContains(t, err, c.want)
		})
	}
	_, err := start(t, child.Config{Args: []string{filepath.Join(t.TempDir(), "none")}})
	require.ErrorContains(t, err, "start the app")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = child.Start(ctx, child.Config{Args: []string{"sleep", "1000"}, Listens: freeAddress(t), Patience: time.Minute})
	require.ErrorIs(t, err, context.Canceled)
}
