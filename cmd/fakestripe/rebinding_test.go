package main

import (
	"context"
	"net"
	"net/url"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/fakestripe/fakestripe/internal/realpart"
)

// A page whose name was rebound to this machine is of the same origin as listen's API:
// the browser lets it send and read what it likes (DNS rebinding).
func TestARebindingPageReachesNothing(t *testing.T) {
	browser := realpart.Browser(t)
	ready := startServer(t, "--listen", "127.0.0.1:0")
	own, err := url.Parse(ready.URL)
	require.NoError(t, err)

	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser), chromedp.NoSandbox,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("host-resolver-rules", "MAP evil.example 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	defer stop()
	ctx, end := chromedp.NewContext(ctx)
	defer end()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	page := "http://" + net.JoinHostPort("evil.example", own.Port()) + "/healthz"
	require.NoError(t, chromedp.Do(ctx, chromedp.Navigate(page)))

	const authorized = `headers: {Authorization: "Bearer sk_test_any"}`
	for name, script := range map[string]string{
		"reads events":         `fetch("/v1/events", {` + authorized + `})`,
		"reads events of v2":   `fetch("/v2/core/events", {` + authorized + `})`,
		"registers an address": `fetch("/v1/webhook_endpoints", {method: "POST", body: new URLSearchParams({url: "http://127.0.0.1:9", "enabled_events[]": "*"}), ` + authorized + `})`,
		"makes an event":       `fetch("/fakestripe/events", {method: "POST", body: "{}"})`,
		"opens the inspector":  `fetch("/")`,
		"learns the secret":    `fetch("/fakestripe/secret")`,
		"opens a payment page": `fetch("/c/pay/cs_test_1")`,
		"pays":                 `fetch("/c/pay/cs_test_1", {method: "POST", body: new URLSearchParams({action: "pay"})})`,
		"ends an object":       `fetch("/fakestripe/completions", {method: "POST", body: "{}"})`,
	} {
		status, err := chromedp.Run(ctx, chromedp.Evaluate[int](script+`.then(answer => answer.status)`, chromedp.EvalAwaitPromise))
		require.NoError(t, err, name)
		require.Equal(t, 403, status, name)
	}
}
