package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"iter"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A urlTarget is a URL that this command delivers to.
type urlTarget struct{ endpoint webhooktest.Endpoint }

// openURL checks that the flags allow these deliveries.
func openURL(ctx context.Context, sh shell, f *targetFlags, deliveries int) (*urlTarget, error) {
	t := &urlTarget{webhooktest.Endpoint{URL: f.to, Timeout: f.timeout}}
	var err error
	if t.endpoint.Header, err = parseHeaders(f.headers); err != nil {
		return nil, err
	}
	if t.endpoint.Secrets, err = f.secrets.get(sh); err != nil {
		return nil, err
	}
	if f.skipVerify {
		t.endpoint.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if err := t.endpoint.Validate(); err != nil {
		return nil, err
	}
	if deliveries > remoteLimit && !f.allowRemote && remote(ctx, &t.endpoint) {
		return nil, fmt.Errorf("%d deliveries to a host outside this machine and private networks: give --allow-remote if it is yours", deliveries)
	}
	return t, nil
}

func (t *urlTarget) close() { t.endpoint.Close() }

func (t *urlTarget) deliver(ctx context.Context, p *printer, events iter.Seq[*webhooktest.Event], concurrency int, mutations []string) error {
	defer p.close()
	p.talk("deliver to %s", t.endpoint.Target())
	announce(p.shell, t.endpoint.Secrets)
	t.endpoint.Sending = p.attempt
	for response, err := range t.endpoint.DeliverAll(ctx, events, concurrency, mutations...) {
		if err != nil {
			return err
		}
		p.response(response)
	}
	p.summary()
	if p.nobodyListens() {
		p.hint(elsewhere(t.endpoint.Target(), contained()))
	}
	if ctx.Err() != nil {
		p.talk("interrupted")
		return errShort
	}
	return p.verdict()
}
