package main

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// TestWatcherSeesQuickRestarts: nobody looks while the handler is away. It runs alone, since
// a process that another test starts has all sockets for a moment.
func TestWatcherSeesQuickRestarts(t *testing.T) {
	realpart.Long(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	w := watcher{dir: t.TempDir(), url: "http://" + address + "/webhook"}
	w.look(t.Context())
	require.Empty(t, w.changed(t.Context()))

	require.NoError(t, listener.Close())
	listener, err = net.Listen("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	require.Equal(t, "the handler was restarted", w.changed(t.Context()))
	w.look(t.Context())
	require.Empty(t, w.changed(t.Context()), "once")

	// A reloader keeps the socket, and gives it to one process after another.
	socket, err := listener.(*net.TCPListener).File()
	require.NoError(t, err)
	t.Cleanup(func() { _ = socket.Close() })
	first := holding(t, socket)
	require.Empty(t, w.changed(t.Context()), "one more worker is no restart")
	w.look(t.Context())
	end(t, first)
	require.Empty(t, w.changed(t.Context()), "one less neither")
	w.look(t.Context())
	first = holding(t, socket)
	w.look(t.Context())
	end(t, first)
	second := holding(t, socket)
	require.Equal(t, "the handler was restarted", w.changed(t.Context()))
	end(t, second)
}

// holding starts a process that has a socket.
func holding(t *testing.T, socket *os.File) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), "sleep", "600")
	command.ExtraFiles = []*os.File{socket}
	require.NoError(t, command.Start())
	return command
}

func end(t *testing.T, command *exec.Cmd) {
	t.Helper()
	require.NoError(t, command.Process.Kill())
	_ = command.Wait() // says that it was killed
}

// A port that is not this machine's is nobody's here.
func TestOnlyOwnServersAreKnown(t *testing.T) {
	t.Parallel()
	server := serveTest(t, http.NotFoundHandler())
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	require.NotEmpty(t, serversOf("localhost:"+port))
	require.NotEmpty(t, serversOf(server.URL))
	require.Empty(t, serversOf("http://192.0.2.1:"+port))
}
