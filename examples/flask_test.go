//go:build unix

package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/dbstate"
	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// TestFlask also restarts the service: its ledger is in a file.
func TestFlask(t *testing.T) {
	t.Parallel()
	service := startFlask(t, filepath.Join(t.TempDir(), "shop.db")) // skips first of all
	subject := service.subject("customer.subscription.created", "customer.subscription.updated",
		"customer.subscription.deleted", "invoice.paid")
	subject.Restart = service.restart
	report := check(t, subject)
	requireSound(t, report)
	for _, result := range report.Cases {
		if strings.HasPrefix(result.ID, "resilience/restart-") {
			require.Equal(t, contract.Pass, result.Verdict, "%s: %s", result.ID, result)
		}
	}
}

// TestFlaskByTables judges the service by its database, as fakestripe check --state-sqlite
// reads it.
func TestFlaskByTables(t *testing.T) {
	t.Parallel()
	realpart.Need(t, "apt-get install sqlite3", "sqlite3")
	path := filepath.Join(t.TempDir(), "shop.db")
	service := startFlask(t, path)
	db, err := dbstate.SQLite(path)
	require.NoError(t, err)
	subject := service.subject("customer.subscription.created", "customer.subscription.updated",
		"customer.subscription.deleted", "invoice.paid")
	subject.State = db.State
	requireSound(t, check(t, subject))
}

// TestFlaskSimultaneousChanges: of two changes in one second, the last to arrive wins. A
// redelivery of the first, or of the creation, does not.
func TestFlaskSimultaneousChanges(t *testing.T) {
	t.Parallel()
	service := startFlask(t, filepath.Join(t.TempDir(), "shop.db"))
	hook := webhooktest.NewURL(t, service.url(), secret)
	at := webhooktest.Set("created", time.Now().Unix())
	first := hook.Event("customer.subscription.updated", webhooktest.Version(1), at)
	second := hook.Event("customer.subscription.updated", webhooktest.Version(2), at, webhooktest.About(first))
	created := hook.Event("customer.subscription.created", at, webhooktest.About(first))
	for _, event := range []*webhooktest.Event{first, second, first, created} {
		require.True(t, hook.Deliver(event).Accepted())
	}
	var state struct{ Subscriptions []struct{ Status string } }
	require.NoError(t, service.show(t.Context(), &state))
	require.Len(t, state.Subscriptions, 1)
	require.Equal(t, "past_due", state.Subscriptions[0].Status)
}

func startFlask(t *testing.T, database string) *app {
	t.Helper()
	return start(t, "flask", []string{"DATABASE=" + database}, flaskPython(t), "-m", "flask", "run", "--port", "PORT")
}

// flaskPython returns the first Python on the PATH with the example's imports, often
// Debian's.
func flaskPython(t *testing.T) string {
	t.Helper()
	needProcesses(t)
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		path, err := exec.LookPath(filepath.Join(folder, "python3"))
		if err == nil && exec.Command(path, "-c", "import flask, stripe").Run() == nil {
			return path
		}
	}
	realpart.Missing(t, "Flask and stripe for python3: apt install python3-flask python3-stripe")
	return ""
}
