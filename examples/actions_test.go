//go:build unix

package examples_test

import (
	"context"
	"encoding/xml"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"go.yaml.in/yaml/v3"
)

// A workflow is the part of a workflow used by the test.
type workflow struct {
	Jobs map[string]struct {
		Env   map[string]string
		Steps []step
	}
}

type step struct {
	Name, Uses, Run, If string
}

// TestGitHubActions runs the steps of the workflow like a GitHub runner, each in its own
// bash: the contract is met, and the reports are in place.
func TestGitHubActions(t *testing.T) {
	r := newRunner(t)
	for _, step := range r.steps {
		require.NoError(t, r.take(t, step), "step %q", step.Name)
	}
	summary := read(t, r.summary)
	require.Contains(t, summary, "## Webhook contract")
	require.NotContains(t, summary, "### Failed")
	require.Zero(t, r.failures(t))
}

// TestGitHubActionsFails: a service with a bug fails the job, and the page of the run
// still says why.
func TestGitHubActionsFails(t *testing.T) {
	r := newRunner(t)
	for _, step := range r.steps {
		step.Run = strings.ReplaceAll(step.Run, "--handles payment_intent.succeeded,", "--handles customer.updated,") // ignored by the shop
		err := r.take(t, step)
		if step.Name == "Run the contract" {
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 1, exit.ExitCode())
		} else {
			require.NoError(t, err, "step %q", step.Name)
		}
	}
	summary := read(t, r.summary)
	require.Contains(t, summary, "### Failed")
	require.Contains(t, summary, "`control/effect`")
	require.Equal(t, 1, r.failures(t))
}

// A runner has folders and variables that outlive a step, like GitHub's.
type runner struct {
	steps         []step
	temp, summary string
	env           []string
}

// failures counts the failures in the JUnit file.
func (r *runner) failures(t *testing.T) int {
	t.Helper()
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
	}
	require.NoError(t, xml.Unmarshal([]byte(read(t, filepath.Join(r.temp, "contract.xml"))), &junit))
	require.Greater(t, junit.Tests, 100)
	return junit.Failures
}

// newRunner reads the workflow and cleans up after its steps.
func newRunner(t *testing.T) *runner {
	t.Helper()
	needGate(t, "the steps of the workflow install the command and run the whole contract")
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			realpart.Missing(t, tool+": apt install "+tool)
		}
	}
	watch(t, "../cmd/fakestripe", "../internal/report", "nethttp", "nethttp/shop")
	free(t, "localhost:4242")
	var flow workflow
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "github-actions/contract.yml")), &flow))
	require.Contains(t, flow.Jobs, "contract")
	job := flow.Jobs["contract"]
	r := &runner{temp: t.TempDir(), summary: filepath.Join(t.TempDir(), "summary.md")}
	for _, step := range job.Steps {
		if step.Uses == "" {
			r.steps = append(r.steps, step)
		}
	}
	require.Len(t, r.steps, 3, "steps with commands")
	bin := t.TempDir()
	r.env = append(os.Environ(), "RUNNER_TEMP="+r.temp, "GITHUB_STEP_SUMMARY="+r.summary,
		"GOBIN="+bin, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, value := range job.Env {
		r.env = append(r.env, name+"="+value)
	}
	return r
}

// take runs the commands of a step, in the repository's root. Background processes live
// until the end of the test.
func (r *runner) take(t *testing.T, step step) error {
	t.Helper()
	script := filepath.Join(t.TempDir(), "step.sh")
	commands := strings.ReplaceAll(step.Run, "github.com/fakestripe/fakestripe/cmd/fakestripe@latest", "./cmd/fakestripe")
	require.NoError(t, os.WriteFile(script, []byte(commands), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), ready)
	defer cancel()
	command := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	command.Dir, command.Env = "..", r.env
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.WaitDelay = 5 * time.Second
	out, err := command.CombinedOutput()
	if command.Process != nil {
		t.Cleanup(func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }) // most have ended by themselves
	}
	t.Logf("%s: %v\n%s", step.Name, err, out)
	return err
}

// free waits for the port of the workflow's service: the last test has just killed its
// owner.
func free(t *testing.T, address string) {
	t.Helper()
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for range 3000 { // a minute, for a busy machine
		if listener, err := net.Listen("tcp", address); err == nil {
			require.NoError(t, listener.Close())
			return
		}
		<-poll.C
	}
	realpart.Missing(t, "a free port for the service: something listens on "+address)
}
