package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/record"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// TestWhatIsUnderWayAtTheEnd is answered, and told, before the recording is over.
func TestWhatIsUnderWayAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		begins bool // to answer
		status int
		reason string
	}{
		"no response":     {false, 502, "no response: " + record.ErrEnded.Error()},
		"half a response": {true, 200, "the response was cut off: " + record.ErrEnded.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reached, began := make(chan struct{}), make(chan struct{})
			handler := serveTest(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				if test.begins {
					fmt.Fprint(w, "half")
					_ = http.NewResponseController(w).Flush()
				}
				close(reached)
				<-r.Context().Done()
			}))
			target, err := url.Parse(handler.URL)
			require.NoError(t, err)
			folder, err := casefile.Open(t.TempDir())
			require.NoError(t, err)
			redactor, err := redact.New(nil, nil)
			require.NoError(t, err)
			transport := handlerTransport(false)
			defer transport.CloseIdleConnections()
			var told []record.Exchange // complete when serve has returned
			server := &http.Server{Handler: &record.Recorder{
				Target: target, Transport: transport, Folder: folder, Redactor: redactor,
				Done: func(e record.Exchange) { told = append(told, e) },
			}}
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			ctx, interrupt := context.WithCancel(t.Context())
			over := make(chan error, 1)
			go func() { over <- serve(ctx, server, listener, 10*time.Millisecond) }()

			status := make(chan int, 1)
			go func() { status <- deliverTo(listener.Addr().String(), began) }()
			await(t, reached, "the delivery")
			if test.begins { // and what it began with has come through the recorder
				await(t, began, "the beginning of the response")
			}
			interrupt()
			require.NoError(t, await(t, over, "the end"))
			require.Equal(t, test.status, await(t, status, "the response"))
			require.Len(t, told, 1)
			require.Equal(t, test.reason, told[0].Reason)
			require.Empty(t, told[0].File)
		})
	}
}

// deliverTo delivers an event to an address, closes began when the answer begins, and
// returns its status when it ended, 0 for none.
func deliverTo(address string, began chan<- struct{}) int {
	const body = `{"id": "evt_1", "type": "invoice.paid"}`
	request, err := http.NewRequest(http.MethodPost, "http://"+address, strings.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set(webhooktest.SignatureHeader, webhooktest.Sign([]byte(body), time.Now(), "whsec_script"))
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	close(began)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // one of them breaks off
	return answer.StatusCode
}

// TestRecordToItself is refused at the start, however the address is written.
func TestRecordToItself(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"127.0.0.1:%s", "http://localhost:%s/webhook", "%s", "0.0.0.0:%s", "[::ffff:127.0.0.1]:%s"} {
		said := recordToItself(t, to)
		for strings.Contains(said, "something listens there") || strings.Contains(said, "address already in use") { // somebody else got the port in between
			said = recordToItself(t, to)
		}
		require.Contains(t, said, "this is where record itself listens", to)
	}
}

// recordToItself runs record with a port that was free, and returns what it said.
func recordToItself(t *testing.T, to string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(free.Addr().String())
	require.NoError(t, err)
	require.NoError(t, free.Close())
	var out, errs bytes.Buffer
	sh := shell{strings.NewReader(""), &out, &errs, func(string) string { return "" }, func(io.Writer) bool { return false }}
	status := run([]string{"record", "--to", fmt.Sprintf(to, port), "--listen", "127.0.0.1:" + port, "--out", t.TempDir()}, sh)
	require.Equal(t, exitUsage, status, to)
	return errs.String()
}

func TestLeadsTo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		to, on string
		want   bool
	}{
		{"http://127.0.0.1:4243", "127.0.0.1:4243", true},
		{"http://127.0.0.1:4242", "127.0.0.1:4243", false},
		{"http://localhost:4243", "127.0.0.1:4243", true},
		{"http://localhost", "127.0.0.1:80", true},
		{"https://localhost", "0.0.0.0:443", true},
		{"http://127.0.0.2:4243", "127.0.0.1:4243", false},
		{"http://127.0.0.2:4243", "[::]:4243", true},
		{"http://[::1]:4243", "[::]:4243", true},
		{"http://0.0.0.0:4243", "127.0.0.1:4243", true},
		{"http://192.0.2.7:4243", "0.0.0.0:4243", false},
		{"http://192.0.2.7:4243", "127.0.0.1:4243", false},
		{"http://nosuch.invalid:4243", "127.0.0.1:4243", false},
	} {
		target, err := url.Parse(test.to)
		require.NoError(t, err)
		on := net.TCPAddrFromAddrPort(netip.MustParseAddrPort(test.on))
		require.Equal(t, test.want, leadsTo(t.Context(), target, on), "%s to %s", test.to, test.on)
	}
}
