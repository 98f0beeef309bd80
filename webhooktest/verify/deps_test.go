package verify_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
)

// Importing verify adds the standard library and the tables, and nothing else.
func TestDependencies(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const module = "github.com/fakestripe/fakestripe/"
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	output, err := list.Output()
	require.NoError(t, err)
	require.ElementsMatch(t, []string{
		module + "fixtures",
		module + "internal/credential",
		module + "internal/layout",
		module + "internal/printed",
		module + "internal/suggest",
		module + "webhooktest/internal/rawjson",
		module + "webhooktest/internal/jsonstyle",
		module + "webhooktest/internal/mistakes",
		module + "webhooktest/verify",
	}, strings.Fields(string(output)))
}
