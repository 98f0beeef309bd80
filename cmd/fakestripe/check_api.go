package main

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/fakestripe/fakestripe/internal/server"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// serveAPI starts the local Stripe API for the duration of the check, if requested.
func (c *checking) serveAPI(sh shell) (stop func(), err error) {
	if c.api == "" && c.exec.wanted() { // the app calls it through the proxy: any port will do
		c.api = anyPort
	}
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
	api := server.New(c.access.handler(c.subject.API, at, hostOf(c.api)))
	go func() { _ = api.Serve(listener) }() // until it is closed
	fmt.Fprintf(sh.err, "fakestripe: Stripe API at http://%s, for %s\n", listener.Addr(), c.access.taken())
	return func() { _ = api.Close() }, nil
}

// hostOf returns the host of an address, or "".
func hostOf(address string) string {
	host, _, _ := net.SplitHostPort(address)
	return host
}
