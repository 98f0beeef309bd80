package webhooktest_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Who imports the kit into a test gets the standard library with it, and nothing
// else: no version of stripe-go, no assertion library.
func TestDependencies(t *testing.T) {
	t.Parallel()
	const module = "github.com/fakestripe/fakestripe/"
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./webhooktest", "./fixtures")
	list.Dir = ".."
	output, err := list.Output()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		module + "fixtures",
		module + "webhooktest/internal/linediff",
		module + "webhooktest/internal/suggest",
		module + "webhooktest/internal/rawjson",
		module + "webhooktest/internal/jsonstyle",
		module + "webhooktest/internal/mistakes",
		module + "webhooktest/stripeapi",
		module + "webhooktest/internal/routes",
		module + "webhooktest",
	}, strings.Fields(string(output)))
}
