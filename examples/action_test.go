//go:build unix

package examples_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

// An action is what the test reads of action.yml.
type action struct {
	Inputs map[string]struct {
		Required bool
		Default  string
	}
	Runs struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	step  `yaml:",inline"`
	ID    string
	Shell string
	Env   map[string]string
	In    string `yaml:"working-directory"`
}

// TestAction takes the steps of the action in the root of the repository, as a runner
// does.
func TestAction(t *testing.T) {
	t.Parallel()
	const handles = "payment_intent.succeeded,charge.dispute.created,balance.available"
	tests := []struct {
		name, reason string
		with         map[string]string
		exit         int
		shows        string // in the summary
	}{
		{"sound", "the shop meets all that applies", map[string]string{"handles": handles}, 0, "## Webhook contract"},
		{"short", "it does nothing for customer.updated", map[string]string{"handles": "customer.updated"}, 1, "`control/effect`"},
		{"arguments", "words in quotes are one", map[string]string{"args": `signature --header "X-Test: a b"`, "strict": "true"}, 0, "## Webhook contract"},
		{"version and command", "each input becomes its flag", map[string]string{"args": "signature/unsigned control/accepted control/effect", "handles": "payment_intent.succeeded", "api-version": "2020-08-27", "state-url": "", "state-cmd": "echo '[]'"}, 2, `2020\-08\-27`},
		{"another secret", "nothing can be judged", map[string]string{"secret": "whsec_another"}, 2, "refused"},
		{"injection", "what a user gives is not run", map[string]string{"args": "$(exit)"}, 2, ""},
		{"wrong flag", "there is no report to show", map[string]string{"args": "--no-such-flag"}, 2, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.name != "arguments" { // which takes the same steps, with few cases
				needGate(t, "each builds the command, and most run the whole contract")
			}
			r := newActionRunner(t, test.with)
			require.Equal(t, test.exit, r.run(t), test.reason)
			require.Contains(t, read(t, r.summary), test.shows)
			if test.shows != "" {
				_, junit, _ := strings.Cut(strings.TrimSpace(read(t, r.output)), "junit=")
				require.Contains(t, read(t, junit), "<testsuites")
			}
		})
	}
}

// An actionRunner has a shop, and what GitHub's runners have.
type actionRunner struct {
	action                action
	temp, summary, output string
	values                *strings.Replacer // what ${{ … }} stands for
}

func newActionRunner(t *testing.T, with map[string]string) *actionRunner {
	t.Helper()
	needProcesses(t)
	if _, err := exec.LookPath("bash"); err != nil {
		realpart.Missing(t, "bash: apt install bash")
	}
	watch(t, "../cmd/fakestripe", "../internal/report")
	r := &actionRunner{temp: t.TempDir(), summary: filepath.Join(t.TempDir(), "summary.md"), output: filepath.Join(t.TempDir(), "output")}
	for _, file := range []string{r.summary, r.output} {
		require.NoError(t, os.WriteFile(file, nil, 0o600)) // a runner makes them
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "../action.yml")), &r.action))
	require.Equal(t, "composite", r.action.Runs.Using)
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	values := []string{"${{ github.action_path }}", root}
	service := startShop(t)
	inputs := map[string]string{"to": service + "/webhook", "state-url": service + "/ledger", "secret": secret}
	for name, value := range with {
		require.Contains(t, r.action.Inputs, name)
		inputs[name] = value
	}
	for name, input := range r.action.Inputs {
		value, given := inputs[name]
		if !given {
			require.False(t, input.Required, name)
			value = input.Default
		}
		values = append(values, "${{ inputs."+name+" }}", value)
	}
	r.values = strings.NewReplacer(values...)
	return r
}

// startShop serves a sound shop and its ledger.
func startShop(t *testing.T) (url string) {
	t.Helper()
	s := shop.New(secret)
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(s.Ledger()) // who asked may be gone
	})
	server := httptest.NewServer(mux) // none of its handlers waits
	t.Cleanup(server.Close)
	return server.URL
}

// run takes all steps and returns the exit status of the one that checks. All others
// must succeed.
func (r *actionRunner) run(t *testing.T) (status int) {
	t.Helper()
	for _, step := range r.action.Runs.Steps {
		if step.Run == "" {
			continue // another action
		}
		command := r.command(t, step)
		out, err := command.CombinedOutput()
		t.Logf("%s: %v\n%s", step.Name, err, out)
		if step.ID == "check" {
			status = command.ProcessState.ExitCode()
		} else {
			require.NoError(t, err, step.Name)
		}
	}
	return status
}

// command is a step in a bash of its own, as "shell: bash" means.
func (r *actionRunner) command(t *testing.T, step actionStep) *exec.Cmd {
	t.Helper()
	require.Equal(t, "bash", step.Shell)
	require.NotContains(t, step.Run, "${{", "what a user gives must not be run: it belongs into env")
	script := filepath.Join(t.TempDir(), "step.sh")
	require.NoError(t, os.WriteFile(script, []byte(step.Run), 0o600))
	command := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	command.Dir = r.values.Replace(step.In)
	command.Env = append(os.Environ(), "RUNNER_TEMP="+r.temp, "GITHUB_STEP_SUMMARY="+r.summary, "GITHUB_OUTPUT="+r.output)
	for name, value := range step.Env {
		command.Env = append(command.Env, name+"="+r.values.Replace(value))
	}
	return command
}
