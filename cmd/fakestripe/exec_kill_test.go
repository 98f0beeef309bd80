package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// stubborn is an app that does not end when it is asked to, with a child in a session of
// its own. Both have the output.
const stubborn = `trap '' TERM; setsid sh -c "trap '' TERM; sleep 1000; sleep 1000" & echo started; wait; sleep 1000`

// TestExecLeavesNothing: however the command ends, the app and its children end with it,
// and the folder with the certificate is gone. The output ends when the last one
// that has it is gone.
func TestExecLeavesNothing(t *testing.T) {
	t.Parallel()
	needInterrupts(t)
	if _, err := exec.LookPath("setsid"); err != nil {
		t.Skip("skipped: missing setsid")
	}
	shop := []string{"exec", "--listen", "127.0.0.1:0", "--", "sh", "-c", stubborn}
	port, err := unusedPort()
	require.NoError(t, err)
	check := []string{"check", "--exec", stubborn, "--exec-output", "--to", port + "/webhook"} // where it never listens
	for _, c := range []struct {
		name    string
		args    []string
		signals []os.Signal
		want    int
	}{
		{"interrupted", shop, []os.Signal{syscall.SIGINT}, 0},
		{"terminated", shop, []os.Signal{syscall.SIGTERM}, 0},
		{"interrupted twice", shop, []os.Signal{syscall.SIGINT, syscall.SIGINT}, exitInterrupted},
		{"killed", shop, []os.Signal{syscall.SIGKILL}, -1},
		{"check interrupted", check, []os.Signal{syscall.SIGINT}, exitUsage},
		{"check terminated", check, []os.Signal{syscall.SIGTERM}, exitUsage},
		{"check killed", check, []os.Signal{syscall.SIGKILL}, -1},
		{"check without an address killed", check[:4], []os.Signal{syscall.SIGKILL}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			command := exec.Command("fakestripe", c.args...)
			command.Env = append(os.Environ(), "TMPDIR="+folder)
			printed, write, err := os.Pipe()
			require.NoError(t, err)
			defer printed.Close()
			command.Stdout, command.Stderr = write, write
			require.NoError(t, command.Start())
			t.Cleanup(func() { _ = command.Process.Kill() })
			require.NoError(t, write.Close())
			output := bufio.NewReader(printed)
			for line := ""; line != "started\n"; {
				line, err = output.ReadString('\n')
				require.NoError(t, err)
			}
			made, err := os.ReadDir(folder)
			require.NoError(t, err)
			require.Len(t, made, 1)

			for _, signal := range c.signals {
				_ = command.Process.Signal(signal) // two may end it before the second
			}
			_, err = io.ReadAll(output)
			require.NoError(t, err)
			_ = command.Wait() // the status says it
			if code := command.ProcessState.ExitCode(); len(c.signals) == 1 {
				require.Equal(t, c.want, code)
			}
			require.Eventually(t, func() bool {
				left, err := os.ReadDir(folder)
				return err == nil && len(left) == 0
			}, time.Minute, 10*time.Millisecond)
		})
	}
}

// TestAppThatDies: listen ends with it, and says how.
func TestAppThatDies(t *testing.T) {
	t.Parallel()
	needInterrupts(t)
	if runtime.GOOS != "linux" {
		t.Skip("the app is one in Go, which asks the system for its authorities here")
	}
	port, err := unusedPort()
	require.NoError(t, err)
	command := exec.Command("fakestripe", "listen", "--listen", "127.0.0.1:0", "--format", "json", "-f", port+"/webhook", "--exec", "app "+port)
	said, err := command.StderrPipe()
	require.NoError(t, err)
	printed, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() { _ = command.Process.Kill() })
	if _, err = bufio.NewReader(printed).ReadString('\n'); err == nil { // it is ready
		_, err = http.Post("http://127.0.0.1:"+port+"/die", "text/plain", nil)
		require.Error(t, err)
	}
	text, err := io.ReadAll(said)
	require.NoError(t, err)
	require.Error(t, command.Wait())
	require.Equal(t, 4, command.ProcessState.ExitCode(), string(text))
	require.Contains(t, string(text), "the app ended: exit status 4; it said last:\napp: made nora@example.com\napp: out of memory\n")
}
