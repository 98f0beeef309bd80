package contract_test

import (
	"flag"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

var update = flag.Bool("update", false, "write the golden files anew")

// epoch is the time in tests whose result must not depend on the day.
var epoch = time.Date(2026, time.November, 21, 23, 20, 16, 0, time.UTC)

// bubble runs a test whose clock moves on only when all goroutines wait, begun in
// our days.
func bubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(epoch))
		test(t)
	})
}

// check runs a suite in a bubble, where no verdict depends on the machine's speed
// and no wait takes time. It waits there for what the handler still does.
func check(t *testing.T, suite contract.Suite, wait ...func()) (report *contract.Report) {
	t.Helper()
	bubble(t, func(t *testing.T) {
		for _, w := range wait {
			defer w()
		}
		var err error
		report, err = contract.Check(t.Context(), suite)
		require.NoError(t, err)
	})
	return report
}

// noSuchFile is what the operating system says of a file that is not there.
func noSuchFile(t testing.TB) string {
	t.Helper()
	_, err := os.Stat(filepath.Join(t.TempDir(), "nosuch"))
	var failed *fs.PathError
	require.ErrorAs(t, err, &failed)
	return failed.Err.Error()
}

// silent is where servers log the panics and TLS errors that a test provokes.
var silent = log.New(io.Discard, "", 0)

// serve starts a server on loopback that says nothing on stderr.
func serve(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = silent
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// newEvent returns an event that is the same in each run.
func newEvent(t testing.TB, eventType string, edits ...webhooktest.Edit) *webhooktest.Event {
	t.Helper()
	source := webhooktest.Source{Seed: 42, Now: func() time.Time { return epoch }}
	event, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return event
}

// parse returns an event with a payload of the test's own.
func parse(t testing.TB, body string) *webhooktest.Event {
	t.Helper()
	event, err := webhooktest.ParseEvent([]byte(body))
	require.NoError(t, err)
	return event
}

// accept reads the request, as a sound handler does, and answers 200.
var accept = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
})
