//go:build unix

package examples_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/fakestripe/fakestripe/examples/nethttp/shop"
	"github.com/fakestripe/fakestripe/internal/realpart"
)

// An action is the part of action.yml used by the test.
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

// TestAction runs the steps of the action in the repository's root, like a GitHub runner.
func TestAction(t *testing.T) {
	t.Parallel()
	const handles = "payment_intent.succeeded,charge.dispute.created,balance.available"
	config := filepath.Join(t.TempDir(), "fakestripe.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"handles": "payment_intent.succeeded", "api-version": "2024-06-20"}`), 0o600))
	tests := []struct {
		name, reason string
		with         map[string]string
		exit         int
		shows        string // in the summary
	}{
		{"sound", "the shop meets all that applies", map[string]string{"handles": handles}, 0, "## Webhook contract"},
		{"short", "it does nothing for customer.updated", map[string]string{"handles": "customer.updated"}, 1, "`control/effect`"},
		{"arguments", "words in quotes are one", map[string]string{"args": `signature --header "X-Test: a b"`, "strict": "true"}, 0, "## Webhook contract"},
		{"version and command", "each input becomes its flag", map[string]string{"args": "signature/unsigned control/accepted control/effect", "handles": "payment_intent.succeeded", "api-version": "2024-06-20", "state-url": "", "state-cmd": "echo '[]'"}, 2, `2024\-06\-20`},
		{"config", "a file has the settings: stripe-go v76 refuses that version", map[string]string{"args": "signature/unsigned control/accepted", "config": config}, 2, `2024\-06\-20`},
		{"no target", "neither the input nor the file has one", map[string]string{"to": ""}, 2, ""},
		{"another secret", "nothing can be judged", map[string]string{"secret": "whsec_another"}, 2, "refused"},
		{"injection", "what a user gives is not run", map[string]string{"args": "$(exit)"}, 2, ""},
		{"wrong flag", "there is no report to show", map[string]string{"args": "--no-such-flag"}, 2, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.name != "arguments" { // "arguments" has the same steps, with few cases
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

// A tag is a release: it is downloaded and verified, or built if the download fails.
func TestActionDownloadsTheRelease(t *testing.T) {
	t.Parallel()
	needProcesses(t)
	realpart.Need(t, "apt-get install bash", "bash")
	realpart.Need(t, "apt-get install curl", "curl")
	archive := archived(t, "fakestripe", "#!/bin/sh\n")
	sum := fmt.Sprintf("%x", sha256.Sum256(archive))
	for _, test := range []struct {
		name, ref, changelog, sum string
		found                     bool
		exit                      int
	}{
		{"a version", "v1.2.3", "# Changelog\n\n## 1.2.3 (2026-11-28)\n\n## 1.2.2\n", sum, true, 0},
		{"the newest version", "v1", "## 1.2.3\n", sum, true, 0},
		{"a branch", "main", "## 1.2.3\n", sum, false, 0},
		{"not released yet", "v1", "## Unreleased\n\n## 1.2.3\n", sum, false, 0},
		{"not there", "v1.2.4", "## 1.2.4\n", sum, false, 0},
		{"another file", "v1.2.3", "## 1.2.3\n", strings.Repeat("0", 64), false, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const folder = "/fakestripe/fakestripe/releases/download/v1.2.3/"
			mux := http.NewServeMux()
			mux.HandleFunc("GET "+folder+"fakestripe_1.2.3_linux_amd64.tar.gz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(archive) })
			mux.HandleFunc("GET "+folder+"checksums.txt", func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintf(w, "%064d  fakestripe_1.2.3_darwin_arm64.tar.gz\n%s  fakestripe_1.2.3_linux_amd64.tar.gz\n", 0, test.sum)
			})
			server := httptest.NewServer(mux)
			defer server.Close()

			checkout, temp, output := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "output")
			require.NoError(t, os.WriteFile(filepath.Join(checkout, "CHANGELOG.md"), []byte(test.changelog), 0o600))
			require.NoError(t, os.WriteFile(output, nil, 0o600))
			command := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", releaseStep(t))
			command.Dir = checkout
			command.Env = append(os.Environ(), "REF="+test.ref, "REPOSITORY=fakestripe/fakestripe", "RUNNER_OS=Linux", "RUNNER_ARCH=X64",
				"RUNNER_TEMP="+temp, "GITHUB_OUTPUT="+output, "GITHUB_SERVER_URL="+server.URL, "no_proxy=*")
			out, err := command.CombinedOutput()
			require.Equal(t, test.exit, command.ProcessState.ExitCode(), "%v: %s", err, out)
			require.Equal(t, test.found, read(t, output) == "found=true\n", "%s", out)
			_, err = os.Stat(filepath.Join(temp, "fakestripe", "fakestripe"))
			require.Equal(t, test.found, err == nil)
		})
	}
}

// releaseStep returns the commands of the step that downloads the release.
func releaseStep(t *testing.T) string {
	t.Helper()
	var a action
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "../action.yml")), &a))
	i := slices.IndexFunc(a.Runs.Steps, func(s actionStep) bool { return s.ID == "release" })
	require.NotEqual(t, -1, i)
	return a.Runs.Steps[i].Run
}

// archived returns a file from a .tar.gz.
func archived(t *testing.T, name, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	compressed := gzip.NewWriter(&out)
	archive := tar.NewWriter(compressed)
	require.NoError(t, archive.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}))
	_, err := archive.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, archive.Close())
	require.NoError(t, compressed.Close())
	return out.Bytes()
}

// An actionRunner has a shop, and what GitHub's runners provide.
type actionRunner struct {
	action                action
	temp, summary, output string
	values                *strings.Replacer // values of ${{ … }}
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
		require.NoError(t, os.WriteFile(file, nil, 0o600)) // a runner creates them
	}
	require.NoError(t, yaml.Unmarshal([]byte(read(t, "../action.yml")), &r.action))
	require.Equal(t, "composite", r.action.Runs.Using)
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	values := []string{"${{ github.action_path }}", root, "${{ github.action_ref }}", "main", "${{ github.action_repository }}", "fakestripe/fakestripe"}
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

// startShop serves a correct shop and its ledger.
func startShop(t *testing.T) (url string) {
	t.Helper()
	s := shop.New(secret)
	mux := http.NewServeMux()
	mux.Handle("POST /webhook", s)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(s.Ledger()) // the client may have left
	})
	server := httptest.NewServer(mux) // none of its handlers waits
	t.Cleanup(server.Close)
	return server.URL
}

// run runs all steps and returns the exit status of the check. All others must succeed.
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

// command runs a step in its own bash, as with "shell: bash".
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
