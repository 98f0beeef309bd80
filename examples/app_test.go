//go:build unix

package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "fakestripe-examples-")
	if err != nil {
		panic(err)
	}
	built = filepath.Join(folder, "fakestripe")
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder) // a folder of temporary files
		os.Exit(code)
	}))
}

// built is the folder for the command, built on first use.
var built string

// fakestripe returns the command.
var fakestripe = sync.OnceValues(func() (string, error) {
	out, err := exec.Command("go", "build", "-o", built, "../cmd/fakestripe").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build of the command: %w: %s", err, out)
	}
	return built, nil
})

// secret signs the events of the examples.
const secret = "whsec_test"

// ready is the time for an app to answer, on any machine: a first `go run` compiles.
const ready = 5 * time.Minute

// An app is an example in its own process, on its own port.
type app struct {
	folder  string
	env     []string
	command []string

	port   string
	output lines
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process ends
	client http.Client
}

// start starts an app and waits until it answers. PORT in a word of the command is
// replaced by the port, which is also in the environment.
func start(t *testing.T, folder string, env []string, command ...string) *app {
	t.Helper()
	a := &app{folder: folder, env: env, port: freePort(t)}
	for _, word := range command {
		a.command = append(a.command, strings.ReplaceAll(word, "PORT", a.port))
	}
	t.Cleanup(func() {
		a.stop()
		a.client.CloseIdleConnections()
		if t.Failed() {
			t.Logf("%s said:\n%s", strings.Join(a.command, " "), a.output.last(40))
		}
	})
	watch(t, folder)
	require.NoError(t, a.launch(t.Context()))
	return a
}

// watch reads folders to keep go test from caching a result across changes there: it
// tracks only files opened by the test itself.
func watch(t *testing.T, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		_, err := os.ReadDir(folder)
		require.NoError(t, err)
	}
}

// launch starts the process in a group with its children.
func (a *app) launch(ctx context.Context) error {
	a.client.Transport = &http.Transport{DisableKeepAlives: true}
	a.cmd = exec.Command(a.command[0], a.command[1:]...)
	a.cmd.Dir, a.cmd.Stdout, a.cmd.Stderr = a.folder, &a.output, &a.output
	a.cmd.Env = append(os.Environ(), append([]string{"PORT=" + a.port, "SHOW_STATE=1", "STRIPE_WEBHOOK_SECRET=" + secret}, a.env...)...)
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	a.cmd.WaitDelay = 5 * time.Second
	if err := a.cmd.Start(); err != nil {
		return err
	}
	a.ended = make(chan struct{})
	go func() {
		_ = a.cmd.Wait() // stop has ended it, or its output says why it ended
		close(a.ended)
	}()
	return a.wait(ctx)
}

// wait returns when the app answers anything.
func (a *app) wait(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for {
		if answer, err := a.get(ctx, "/"); err == nil {
			return answer.Body.Close()
		}
		select {
		case <-poll.C:
		case <-a.ended:
			return fmt.Errorf("%s has ended", strings.Join(a.command, " "))
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w", strings.Join(a.command, " "), ctx.Err())
		}
	}
}

func (a *app) stop() {
	if a.ended == nil {
		return // it never started
	}
	_ = syscall.Kill(-a.cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	<-a.ended
}

// restart kills the app and starts it again at the same address.
func (a *app) restart(ctx context.Context) error {
	a.stop()
	return a.launch(ctx)
}

func (a *app) get(ctx context.Context, path string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost:"+a.port+path, nil)
	if err != nil {
		return nil, err
	}
	return a.client.Do(request)
}

// url is the app's address for events.
func (a *app) url() string { return "http://localhost:" + a.port + "/webhook" }

// state is the app's address for its state.
func (a *app) state(ctx context.Context) (state any, err error) {
	return state, a.show(ctx, &state)
}

// show decodes the app's state.
func (a *app) show(ctx context.Context, into any) error {
	answer, err := a.get(ctx, "/state")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	return json.NewDecoder(answer.Body).Decode(into)
}

// subject is the app as the subject of the contract.
func (a *app) subject(handles ...string) contract.Subject {
	return contract.Subject{URL: a.url(), Secret: secret, Handles: handles, State: a.state}
}

// check runs the contract against a subject.
func check(t *testing.T, subject contract.Subject) *contract.Report {
	t.Helper()
	report, err := contract.Check(t.Context(), contract.Suite{New: func() contract.Subject { return subject }})
	require.NoError(t, err)
	return report
}

// requireSound fails unless all applicable cases are met, and lists the others.
func requireSound(t *testing.T, report *contract.Report) {
	t.Helper()
	for _, result := range report.Cases {
		if result.Verdict == contract.Fail || result.Verdict == contract.Warn {
			t.Errorf("%s %s: %s", result.Verdict, result.ID, result)
		}
	}
	require.Empty(t, report.Diagnosis)
	require.Greater(t, report.Summary[contract.Pass], 80, "most cases must have been judged: %v", report.Summary)
}

// ports are those taken by tests of this process.
var ports sync.Map

// freePort returns a port for a server. It avoids the range from which the system assigns
// free ports, as to the servers of other tests.
func freePort(t *testing.T) string {
	t.Helper()
	const first, many = 20000, 10000
	for range 100 {
		port := strconv.Itoa(first + rand.IntN(many))
		if _, taken := ports.LoadOrStore(port, true); taken {
			continue // by a parallel test, which may not listen yet
		}
		if listener, err := net.Listen("tcp", ":"+port); err == nil { // for both IPv4 and IPv6
			require.NoError(t, listener.Close())
			return port
		}
	}
	t.Fatal("no free port was found")
	return ""
}

// needProcesses skips a test that starts an app or builds the command in short mode.
func needProcesses(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes, which takes seconds")
	}
}

// needGate skips a long test outside of .ci/run.
func needGate(t *testing.T, reason string) {
	t.Helper()
	if os.Getenv("FAKESTRIPE_REAL_PARTS") == "" {
		t.Skipf("kept for .ci/run: %s (FAKESTRIPE_REAL_PARTS=1 runs it)", reason)
	}
}

// lines collects the output of a process.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) last(n int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := strings.Split(strings.TrimSpace(l.text.String()), "\n")
	return strings.Join(all[max(0, len(all)-n):], "\n")
}
