package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// TestLinkedModules: go.mod has much that examples and tests need, such as Docker's
// client. None of it belongs into the command, which is to be small and quick to start.
func TestLinkedModules(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".").Output()
	require.NoError(t, err)
	linked := strings.Fields(string(out))
	slices.Sort(linked)
	require.Equal(t, []string{
		"github.com/HdrHistogram/hdrhistogram-go", // the percentiles of load
		"github.com/fakestripe/fakestripe",
		"github.com/spf13/cobra",
		"github.com/spf13/pflag",
		"golang.org/x/sys",
		"golang.org/x/term",
	}, slices.Compact(linked))
}
