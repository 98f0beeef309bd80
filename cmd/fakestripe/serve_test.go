package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"
)

// patience is how long a test waits for what is sure to come. It only turns a hang into
// a failure, and is no measure of speed.
const patience = 2 * time.Minute

// serveTest serves a handler as long as the test runs. The context of its requests ends
// with the test, so a handler that waits for it cannot keep the test from ending.
func serveTest(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return t.Context() }
	server.Start()
	t.Cleanup(server.Close)
	return server
}

// needInterrupts skips a test that starts a process and interrupts it, when tests are to
// be short, and on Windows.
func needInterrupts(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("starts processes, which takes seconds")
	}
	if runtime.GOOS == "windows" {
		t.Skip("on Windows no process can interrupt another one")
	}
}

// await returns what comes from a channel, or fails.
func await[T any](t *testing.T, from <-chan T, what string) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
	}
	return got
}
