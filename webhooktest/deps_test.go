package webhooktest_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who imports the kit into a test gets the standard library with it, and nothing
// else: no version of stripe-go, no assertion library.
func TestDependencies(t *testing.T) {
	t.Parallel()
	const module = "github.com/fakestripe/fakestripe/"
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./webhooktest/...", "./fixtures")
	list.Dir = ".."
	output, err := list.Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(output)) {
		if !slices.Contains([]string{"fixtures", "internal/credential", "internal/expect", "internal/file", "internal/layout", "internal/pinned", "internal/printed", "internal/refusal", "internal/sockets", "internal/suggest"}, strings.TrimPrefix(path, module)) {
			require.True(t, strings.HasPrefix(path+"/", module+"webhooktest/"), "%s: what a Go test imports is the standard library and our own code", path)
		}
	}
}
