package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/internal/child"
)

// usualPaths are the common webhook paths, from Stripe's guides and those of frameworks and
// packages (Next.js, Laravel Cashier, dj-stripe, Pay for Rails, Medusa).
var usualPaths = []string{
	"/webhook", "/webhooks", "/webhook/stripe", "/webhooks/stripe", "/stripe/webhook", "/stripe/webhooks", "/stripe_webhooks", "/stripe-webhook",
	"/api/webhook", "/api/webhooks", "/api/webhook/stripe", "/api/webhooks/stripe", "/api/stripe/webhook", "/api/stripe/webhooks", "/api/stripe-webhook",
	"/api/v1/webhook", "/api/v1/webhooks/stripe", "/hooks/stripe", "/hooks/payment/stripe", "/pay/webhooks/stripe", "/webhook/", "/stripe/webhook/",
}

// finds reports whether to detect the endpoint of an app started here.
func (c *checking) finds() bool { return c.exec.wanted() && c.suite.Dir == "" && child.SeesPorts }

// findEndpoint detects where the app takes webhooks if that was not given: at the only
// common path that exists on its ports.
func (c *checking) findEndpoint(ctx context.Context, sh shell, app *runningApp) error {
	if c.subject.URL != "" {
		return nil
	}
	ports, err := app.Ports(ctx)
	if err != nil {
		return hidden(err, c.subject.Secret)
	}
	found, err := endpointsAt(ctx, ports)
	if err != nil {
		return err
	}
	endpoint, why, err := theOnly(found, ports)
	if err != nil {
		return err
	}
	port, _, _ := strings.Cut(endpoint, "/")
	c.subject.URL = "localhost:" + endpoint
	app.Listens("localhost:" + port)
	c.assumed(sh, "to", endpoint, why)
	return nil
}

// theOnly returns the endpoint found, and the reason. The error for none or several says
// what to give.
func theOnly(found, ports []string) (endpoint, why string, err error) {
	listens := "the app listens on port " + strings.Join(ports, ", ")
	switch {
	case len(found) == 0:
		return "", "", fmt.Errorf("%s, but no common webhook path exists there: give it, as --to %s/PATH", listens, ports[0])
	case len(found) > 1:
		return "", "", fmt.Errorf("the app may take webhooks at %s: give one, as --to %s", strings.Join(found, ", "), found[0])
	}
	return found[0], listens + ", and answers a POST to no other usual path", nil
}

// endpointsAt returns the ports and the common paths that exist there. A port need not be a
// web server.
func endpointsAt(ctx context.Context, ports []string) (found []string, err error) {
	for _, port := range ports {
		paths, err := existing(ctx, "http://localhost:"+port, usualPaths)
		if err != nil && (len(ports) == 1 || ctx.Err() != nil) {
			return nil, err
		}
		for _, path := range paths {
			found = append(found, port+path)
		}
	}
	return found, nil
}

// noPath is a path that no app has: its response is that for any unknown path.
const noPath = "/fakestripe/no-such-path"

// existing returns the paths at which a server answers an unsigned request differently than
// at an unknown path. It follows no redirects.
func existing(ctx context.Context, base string, paths []string) (found []string, err error) {
	unknown, err := statusOfPost(ctx, base+noPath)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		status, err := statusOfPost(ctx, base+path)
		if err != nil {
			return nil, err
		}
		moved := status >= http.StatusMultipleChoices && status < http.StatusBadRequest
		same := slices.Contains(found, strings.TrimSuffix(path, "/")) // most servers ignore a trailing slash
		if !same && status != unknown && status != http.StatusNotFound && status != http.StatusMethodNotAllowed && !moved {
			found = append(found, path)
		}
	}
	return found, nil
}

func statusOfPost(ctx context.Context, url string) (int, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, hookTimeout, errors.New("no response within "+hookTimeout.String()))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return 0, fmt.Errorf("find the path of the webhook: %w", cause(err))
	}
	return answer.StatusCode, answer.Body.Close()
}
