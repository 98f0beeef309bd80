package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A HAR file that Chromium's devtools would save has a delivery, which verify finds.
func TestVerifyReadsAHARFileOfChromium(t *testing.T) {
	browser := realpart.Browser(t)
	source := webhooktest.Source{Seed: 1}
	event, err := source.Event("charge.refunded", webhooktest.Set("data.object.description", "Größe \"L\" \u2028 it's"))
	require.NoError(t, err)
	const secret = "whsec_of_a_har_file"
	signature := webhooktest.Sign(event.Body(), time.Now(), secret)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Error(w, "no signatures found", http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)

	har := recordHAR(t, browser, server.URL, fmt.Sprintf(
		`fetch("/webhook", {method: "POST", headers: {"Content-Type": "application/json", "Stripe-Signature": %q}, body: %s}).then((answer) => answer.text())`,
		signature, quotedJSON(t, string(event.Body()))))
	file := filepath.Join(t.TempDir(), "localhost.har")
	require.NoError(t, os.WriteFile(file, har, 0o600))

	out, code := verifyFile(t, file, secret)
	require.NoError(t, code, out)

	out, code = verifyFile(t, file, "whsec_of_another_endpoint")
	require.Error(t, code, out)
	require.Regexp(t, `the body was taken out of a HAR file, from log\.entries\[\d+\]\.request\.postData\.text`, out)
}

func quotedJSON(t *testing.T, text string) string {
	t.Helper()
	quoted, err := json.Marshal(text)
	require.NoError(t, err)
	return string(quoted)
}

// verifyFile runs verify, and returns its result and all that it printed.
func verifyFile(t *testing.T, file, secret string) (out string, result error) {
	t.Helper()
	var printed bytes.Buffer
	cmd := newVerify(shell{in: new(bytes.Buffer), out: &printed, err: &printed, getenv: func(string) string { return "" }, terminal: isTerminal})
	cmd.SetArgs([]string{file, "--secret", secret})
	cmd.SetOut(&printed)
	cmd.SetErr(&printed)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	result = cmd.ExecuteContext(t.Context())
	return printed.String(), result
}

// A networkPanel keeps what the browser's Network domain tells, as the devtools' does.
type networkPanel struct {
	mu       sync.Mutex
	requests []*network.EventRequestWillBeSent
	answers  map[network.RequestID]*network.Response
}

func (r *networkPanel) hear(event any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		r.requests = append(r.requests, event)
	case *network.EventResponseReceived:
		r.answers[event.RequestID] = event.Response
	}
}

// recordHAR opens a page, runs a script there, and returns what "Save all as HAR" would save.
func recordHAR(t *testing.T, browser, page, script string) []byte {
	t.Helper()
	r := &networkPanel{answers: make(map[network.RequestID]*network.Response)}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	ctx, end := chromedp.NewContext(ctx, chromedp.WithListener(r.hear))
	defer end()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(page)))
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	_, err = chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	require.NoError(t, err)
	return r.har(t, ctx)
}

type harField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// har writes the entries in the shape of Chromium's export: version 1.2 of the format, with
// members of Chromium's own.
func (r *networkPanel) har(t *testing.T, ctx context.Context) []byte {
	t.Helper()
	r.mu.Lock()
	requests, answers := slices.Clone(r.requests), maps.Clone(r.answers)
	r.mu.Unlock() // the browser tells more while it is asked
	entries := []any{}
	for _, e := range requests {
		request := map[string]any{
			"method": e.Request.Method, "url": e.Request.URL, "httpVersion": "http/1.1",
			"headers": fields(e.Request.Headers), "queryString": []any{}, "cookies": []any{}, "headersSize": 500, "bodySize": 0,
		}
		if e.Request.HasPostData {
			sent, err := chromedp.Call(ctx, network.GetRequestPostData, network.GetRequestPostDataParams{RequestID: e.RequestID})
			require.NoError(t, err)
			request["postData"] = map[string]any{"mimeType": "application/json", "text": string(sent.PostData)}
			request["bodySize"] = len(sent.PostData)
		}
		entry := map[string]any{
			"_connectionId": "12", "_initiator": map[string]any{"type": "script"}, "_priority": "High", "_resourceType": "fetch",
			"cache": map[string]any{}, "request": request, "startedDateTime": time.Now().UTC().Format(time.RFC3339Nano),
			"time": 3.1, "timings": map[string]any{"blocked": 1.0, "send": 0.1, "wait": 1.9, "receive": 0.1},
		}
		if answer := answers[e.RequestID]; answer != nil {
			entry["response"] = map[string]any{
				"status": answer.Status, "statusText": answer.StatusText, "headers": fields(answer.Headers),
				"content": map[string]any{"size": 0, "mimeType": "text/plain"},
			}
		}
		entries = append(entries, entry)
	}
	text, err := json.MarshalIndent(map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]any{"name": "WebInspector", "version": "537.36"}, "pages": []any{}, "entries": entries,
	}}, "", "  ")
	require.NoError(t, err)
	return text
}

func fields(headers network.Headers) []harField {
	all := []harField{}
	for name, value := range headers {
		all = append(all, harField{name, fmt.Sprint(value)})
	}
	return all
}
