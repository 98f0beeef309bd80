package record_test

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/casefile"
	"github.com/fakestripe/fakestripe/internal/record"
	"github.com/fakestripe/fakestripe/internal/redact"
	"github.com/fakestripe/fakestripe/webhooktest"
)

const secret = "whsec_recorder"

// A stand is a recorder between the test and a handler.
type stand struct {
	url  string
	dir  string
	done chan record.Exchange
}

func newStand(t testing.TB, target string, secrets ...string) *stand {
	t.Helper()
	s := &stand{dir: filepath.Join(t.TempDir(), "cases"), done: make(chan record.Exchange, 100)}
	folder, err := casefile.Open(s.dir)
	require.NoError(t, err)
	redactor, err := redact.New(nil, nil)
	require.NoError(t, err)
	u, err := url.Parse(target)
	require.NoError(t, err)
	transport := &http.Transport{DisableCompression: true}
	recorder := &record.Recorder{
		Target: u, Transport: transport, Folder: folder, Redactor: redactor, Secrets: secrets,
		Done: func(e record.Exchange) { s.done <- e },
	}
	server := httptest.NewUnstartedServer(recorder)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // tests break off responses on purpose
	_, recorder.Port, _ = net.SplitHostPort(server.Listener.Addr().String())
	server.Start()
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// serve serves a handler and returns its URL. The context of its requests ends with the
// test, so a waiting handler cannot block the test.
func serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.BaseContext = func(net.Listener) context.Context { return t.Context() }
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

// file returns a file of the recording.
func (s *stand) file(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, name))
	require.NoError(t, err)
	return string(data)
}

// post sends a webhook through the recorder. The result is in done.
func (s *stand) post(t testing.TB, body []byte, header http.Header) *http.Response {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, s.url+"/webhook", bytes.NewReader(body))
	require.NoError(t, err)
	for name, values := range header {
		request.Header[name] = values
	}
	if _, ok := header["Stripe-Signature"]; !ok {
		request.Header.Set("Stripe-Signature", webhooktest.Sign(body, time.Now(), secret))
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body) // some responses break off
	answer.Body = io.NopCloser(bytes.NewReader(text))
	return answer
}

func event(t testing.TB, eventType string, edits ...webhooktest.Edit) []byte {
	t.Helper()
	var source webhooktest.Source
	e, err := source.Event(eventType, edits...)
	require.NoError(t, err)
	return e.Body()
}
