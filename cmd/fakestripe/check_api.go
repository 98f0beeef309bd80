package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/internal/child"
	"github.com/fakestripe/fakestripe/internal/server"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// anyPort is a free port on loopback.
const anyPort = "127.0.0.1:0"

// serveAPI starts the local Stripe API for the duration of the check, if requested.
func (c *checking) serveAPI(sh shell) (stop func(), err error) {
	if c.api == "" {
		return func() {}, nil
	}
	if err := c.access.check(); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", c.api)
	if err != nil {
		return nil, fmt.Errorf("--api: %w (is another one running? give --api=ADDRESS)", err)
	}
	at, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return nil, fmt.Errorf("--api: %w", err)
	}
	c.subject.API = &stripeapi.Server{}
	c.subject.API.Pages = localURL(at)
	mux := http.NewServeMux()
	mux.Handle("/", c.access.handler(c.subject.API, at, hostOf(c.api)))
	mountPages(mux, c.completer(), append(c.access.hosts, hostOf(c.api)))
	api := server.New(mux)
	go func() { _ = api.Serve(listener) }() // until closed
	fmt.Fprintf(sh.err, "fakestripe: Stripe API at http://%s, for %s\n", listener.Addr(), c.access.taken())
	return func() { _ = api.Close() }, nil
}

// completer completes what the app created, through the hosted pages of the API.
func (c *checking) completer() *checkout.Completer {
	return &checkout.Completer{API: c.subject.API, Version: c.subject.APIVersion, Deliver: func(ctx context.Context, flow *webhooktest.Flow) error {
		to := &webhooktest.Endpoint{URL: c.subject.URL, Secrets: []string{c.subject.Secret}, Header: c.subject.Header, Timeout: c.subject.Timeout}
		defer to.Close()
		for event := range flow.Events() {
			response, err := to.Deliver(ctx, event)
			if err != nil {
				return err
			}
			if !response.Accepted() {
				return fmt.Errorf("the handler did not accept %s", response)
			}
		}
		return nil
	}}
}

// startApp starts the app of --exec, if any, and makes Restart restart it.
func (c *checking) startApp(ctx context.Context, sh shell) (*runningApp, error) {
	if !c.exec.wanted() {
		return nil, nil
	}
	secret := c.subject.Secret
	app, err := c.exec.start(ctx, sh, localStripe{
		api: c.subject.API, to: c.subject.URL, secret: secret, key: c.access.key, secretGiven: len(c.secrets) > 0,
		died: func(e *child.EndedError) { complain(sh, hidden(e, secret)) },
	})
	if err != nil {
		return nil, err
	}
	if c.subject.Restart == nil {
		c.subject.Restart = app.Restart
	}
	return app, nil
}

// hostOf returns the host of an address, or "".
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}
