package record_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A wire is a server that gives one answer, whatever it gets, and tells what that
// was, byte for byte.
type wire struct {
	address string
	got     chan string
}

func newWire(t testing.TB, answer string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	w := &wire{listener.Addr().String(), make(chan string, 1)}
	go func() {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		var seen bytes.Buffer
		request, err := http.ReadRequest(bufio.NewReader(io.TeeReader(connection, &seen)))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		_, _ = io.WriteString(connection, answer)
		w.got <- seen.String()
	}()
	return w
}

// exchange sends a request as it is written and returns the answer as it comes.
func exchange(t testing.TB, address, request string) string {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	defer connection.Close()
	_, err = io.WriteString(connection, request)
	require.NoError(t, err)
	var seen bytes.Buffer
	answer, err := http.ReadResponse(bufio.NewReader(io.TeeReader(connection, &seen)), nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	return seen.String()
}

// message is what of a message must not change.
type message struct {
	start, host, body string
	length            int64
	header            http.Header
}

func parseRequest(t testing.TB, text string) message {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return message{r.Method + " " + r.RequestURI, r.Host, string(body), r.ContentLength, r.Header}
}

func parseAnswer(t testing.TB, text string) message {
	t.Helper()
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(text)), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return message{r.Status, "", string(body), r.ContentLength, r.Header}
}

// raw returns the URL of a server that gives one answer.
func raw(t testing.TB, answer string) string {
	t.Helper()
	return "http://" + newWire(t, answer).address
}
