package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/listen"
)

// Who meets nobody at localhost inside a container is given the address of the host.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target    string
		contained bool
		want      string // part of it; "": nothing is said
	}{
		{"http://localhost:4242/webhook", true, "give http://host.docker.internal:4242/webhook"},
		{"http://127.0.0.1:4242/webhook", true, "127.0.0.1 is the container itself"},
		{"https://[::1]/webhook", true, "give https://host.docker.internal:443/webhook"},
		{"http://localhost:4242/webhook", false, ""},
		{"http://app:4242/webhook", true, ""},
		{"http://10.0.0.7:4242/webhook", true, ""},
		{"http://%zz", true, ""},
	} {
		got := elsewhere(c.target, c.contained)
		require.Equal(t, c.want == "", got == "", c.target)
		require.Contains(t, got, c.want, c.target)
	}
}

// The address is given only if nothing listens at the target.
func TestNobodyAt(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	require.Empty(t, nobodyAt(t.Context(), "http://"+listener.Addr().String()+"/webhook", true))
	const nobody = "http://127.0.0.1:1/webhook" // tcpmux
	require.Contains(t, nobodyAt(t.Context(), nobody, true), "give http://host.docker.internal:1/webhook")
	require.Empty(t, nobodyAt(t.Context(), nobody, false))
}

// listen says it once for each URL, also when attempts end at once.
func TestListenNamesTheHost(t *testing.T) {
	t.Parallel()
	var said bytes.Buffer
	p := newListenPrinter(shell{out: io.Discard, err: &said, getenv: os.Getenv, terminal: func(io.Writer) bool { return false }}, "")
	p.contained, p.several = true, func() bool { return false }
	attempt := listen.Delivery{
		EventID: "evt_1", Type: "charge.refunded", URL: "http://127.0.0.1:1/", State: listen.Waiting,
		Attempts: []listen.Attempt{{Number: 1, Error: "connection refused"}},
	}
	var attempts sync.WaitGroup
	for range 8 { // attempts of several deliveries end at once
		attempts.Go(func() { p.changed(attempt) })
	}
	attempts.Wait()
	p.changed(attempt)
	require.Equal(t, 1, strings.Count(said.String(), "host.docker.internal:1/"))
}
