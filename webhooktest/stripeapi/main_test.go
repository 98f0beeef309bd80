package stripeapi_test

import (
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/fakestripe/fakestripe/internal/realpart"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// The API starts no goroutines. Those of idle connections are the test's own.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		http.DefaultClient.CloseIdleConnections()
		if code != 0 {
			os.Exit(code)
		}
	}))
}

// Who imports the API gets the standard library with it, and nothing else.
func TestDependencies(t *testing.T) {
	t.Parallel()
	realpart.Long(t)
	const module = "github.com/fakestripe/fakestripe/"
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".")
	output, err := list.Output()
	require.NoError(t, err)
	require.Equal(t, []string{
		module + "internal/suggest",
		module + "fixtures",
		module + "internal/layout",
		module + "webhooktest/internal/rawjson",
		module + "webhooktest/internal/routes",
		module + "webhooktest/internal/upgrade",
		module + "webhooktest/internal/render",
		module + "webhooktest/stripeapi",
	}, strings.Fields(string(output)))
}
