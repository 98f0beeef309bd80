package main

import (
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// serveAPI starts the local Stripe API for the time of the check, if it was asked for.
func (c *checking) serveAPI(sh shell) (stop func(), err error) {
	if c.api == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", c.api)
	if err != nil {
		return nil, fmt.Errorf("--api: %w (is another one running? give --api=ADDRESS)", err)
	}
	c.subject.API = &stripeapi.Server{}
	server := &http.Server{Handler: c.subject.API, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	fmt.Fprintf(sh.err, "fakestripe: Stripe API at http://%s, for any sk_test_ key\n", listener.Addr())
	return func() { _ = server.Close() }, nil
}
