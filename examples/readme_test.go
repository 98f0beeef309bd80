//go:build unix

package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// TestReadmes follows the README of each example: it starts the app with the first
// command, on its own port, and runs the second. Warnings count.
func TestReadmes(t *testing.T) {
	tests := []struct {
		folder string
		need   func(*testing.T)
	}{
		{"flask", func(t *testing.T) { flaskPython(t) }},
		{"sinatra", needSinatra},
		{"stripe-go-latest", needStripeGo},
	}
	for _, test := range tests {
		t.Run(test.folder, func(t *testing.T) {
			t.Parallel()
			test.need(t)
			serve, check := commands(t, test.folder)
			env := []string{"DATABASE=" + filepath.Join(t.TempDir(), "shop.db"), "PATH=" + path(t, test.folder)}
			app := start(t, test.folder, env, "sh", "-c", "exec env "+strings.ReplaceAll(serve, "4242", "PORT"))
			out, err := shell(t, test.folder, app.port, check+" --strict").CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), " passed, ")
		})
	}
}

// commands returns the two commands of a README.
func commands(t *testing.T, folder string) (serve, check string) {
	t.Helper()
	_, rest, _ := strings.Cut(read(t, folder+"/README.md"), "```sh\n")
	block, _, found := strings.Cut(rest, "```")
	require.True(t, found, "no ```sh in the README of %s", folder)
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(block, "\\\n", "")), "\n")
	require.Len(t, lines, 2)
	require.Contains(t, lines[1], "fakestripe check ")
	return lines[0], lines[1]
}

// shell is a command line with fakestripe on the PATH and a port other than 4242.
func shell(t *testing.T, folder, port, line string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(line, "4242", port))
	command.Dir = folder
	command.Env = append(os.Environ(), "PATH="+path(t, folder))
	return command
}

// path is a PATH with fakestripe, and a python3 with Flask.
func path(t *testing.T, folder string) string {
	t.Helper()
	watch(t, "../cmd/fakestripe", "../internal/report")
	command, err := fakestripe()
	require.NoError(t, err)
	folders := []string{filepath.Dir(command)}
	if folder == "flask" {
		folders = append(folders, filepath.Dir(flaskPython(t)))
	}
	return strings.Join(append(folders, os.Getenv("PATH")), string(os.PathListSeparator))
}

// needStripeGo skips if the newest stripe-go would have to be downloaded first.
func needStripeGo(t *testing.T) {
	t.Helper()
	needGate(t, "compiling stripe-go v86 takes long")
	command := exec.Command("go", "build", "-o", os.DevNull, ".")
	command.Dir = "stripe-go-latest"
	if out, err := command.CombinedOutput(); err != nil {
		realpart.Missing(t, "stripe-go v86: run go mod download in examples/stripe-go-latest: "+string(out))
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}
