package webhooktest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
)

const module = "github.com/fakestripe/fakestripe/"

// Who imports the kit into a test gets the standard library with it, and nothing
// else: no version of stripe-go, no assertion library. The only other import is the
// histogram of package load, which no other package of the kit imports.
func TestDependencies(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	packages := slices.DeleteFunc(list(t, "", "./webhooktest/...", "./fixtures"), func(path string) bool { return path == module+"webhooktest/load" })
	const histogram = "github.com/HdrHistogram/hdrhistogram-go"
	require.Contains(t, list(t, "-deps", module+"webhooktest/load"), histogram)
	deps := list(t, "-deps", packages...)
	require.NotContains(t, deps, module+"webhooktest/load")
	for _, path := range slices.Concat(deps, list(t, "-deps", module+"webhooktest/load")) {
		if path == histogram && !slices.Contains(deps, path) {
			continue
		}
		if !slices.Contains([]string{"fixtures", "internal/credential", "internal/expect", "internal/file", "internal/layout", "internal/pinned", "internal/printed", "internal/prose", "internal/refusal", "internal/sockets", "internal/suggest"}, strings.TrimPrefix(path, module)) {
			require.True(t, strings.HasPrefix(path+"/", module+"webhooktest/"), "%s: what a Go test imports is the standard library and our own code", path)
		}
	}
}

// list returns the packages that are not of the standard library.
func list(t *testing.T, flag string, packages ...string) []string {
	t.Helper()
	args := []string{"list", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}
	if flag != "" {
		args = append(args, flag)
	}
	command := exec.CommandContext(t.Context(), "go", append(args, packages...)...)
	command.Dir = ".."
	output, err := command.Output()
	require.NoError(t, err)
	return strings.Fields(string(output))
}
