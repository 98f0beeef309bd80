package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// target are the flags that say where deliveries go and how they are signed: to a URL,
// or by a running listen.
type target struct {
	endpoint    webhooktest.Endpoint
	listening   listening
	secrets     secrets
	headers     []string
	mutations   []string
	expect      string
	skipVerify  bool
	allowRemote bool

	changed func(flag string) bool
}

func (t *target) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&t.endpoint.URL, "to", "", "deliver to this `url`; 4242/webhook is short for http://localhost:4242/webhook (default: a running fakestripe listen delivers)")
	t.listening.flags(cmd)
	t.secrets.flag(cmd)
	flags.StringArrayVar(&t.mutations, "mutate", nil, "send it with this `mutation`: fakestripe list --mutations (repeatable)")
	flags.StringArrayVar(&t.headers, "header", nil, "add a `header`, Name: value, or replace Stripe's (repeatable)")
	flags.StringVar(&t.expect, "expect", "2xx", "what every `answer` is to be: a status (400), a class (2xx), or any but these (!2xx)")
	flags.DurationVar(&t.endpoint.Timeout, "timeout", webhooktest.DefaultTimeout, "how long the handler has to answer")
	flags.BoolVar(&t.skipVerify, "skip-verify", false, "accept any TLS certificate")
	flags.BoolVar(&t.allowRemote, "allow-remote", false, fmt.Sprintf("make more than %d deliveries to a host that is neither this one nor in a private network", remoteLimit))
	t.changed = flags.Changed
}

// remoteLimit is how many deliveries count as a load.
const remoteLimit = 100

// open checks everything that can be wrong before anything is sent.
func (t *target) open(ctx context.Context, sh shell, deliveries int) error {
	if err := t.check(); err != nil {
		return err
	}
	if t.endpoint.URL == "" {
		return t.listening.open(ctx)
	}
	var err error
	if t.endpoint.Header, err = parseHeaders(t.headers); err != nil {
		return err
	}
	if t.endpoint.Secrets, err = t.secrets.get(sh); err != nil {
		return err
	}
	if t.skipVerify {
		t.endpoint.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	if err := t.endpoint.Validate(); err != nil {
		return err
	}
	return t.checkLoad(ctx, deliveries)
}

// close gives back what open took.
func (t *target) close() {
	t.endpoint.Close()
	t.listening.close()
}

// check reads the flags that can be wrong by themselves.
func (t *target) check() error {
	if err := t.checkFlags(); err != nil {
		return err
	}
	if t.endpoint.Timeout <= 0 {
		return fmt.Errorf("--timeout %s: want more than nothing, such as 30s", t.endpoint.Timeout)
	}
	if _, err := new(webhooktest.Response).Meets(t.expect); err != nil {
		return fmt.Errorf("--expect: %w", err)
	}
	for _, mutation := range t.mutations {
		_, err := webhooktest.ParseMutation(mutation)
		if err != nil && strings.Contains(mutation, ",") {
			err = fmt.Errorf("%w (give --mutate once for each)", err)
		}
		if err != nil {
			return fmt.Errorf("--mutate: %w", err)
		}
	}
	return nil
}

// checkFlags refuses flags that would have no effect: with --to the command delivers,
// without it listen does, with a secret, headers and a patience of its own.
func (t *target) checkFlags() error {
	if t.endpoint.URL != "" {
		for _, flag := range []string{"api-base", "wait"} {
			if t.changed(flag) {
				return fmt.Errorf("--%s is for deliveries by fakestripe listen: leave it out, or --to", flag)
			}
		}
		return nil
	}
	if t.changed("to") {
		return errors.New("--to: where to? give a URL, such as localhost:4242/webhook")
	}
	for _, flag := range []string{"secret", "header", "timeout", "skip-verify", "allow-remote"} {
		if t.changed(flag) {
			return fmt.Errorf("--%s goes with --to URL: without it fakestripe listen delivers, as it was told when it started", flag)
		}
	}
	return nil
}

// deliver delivers the events, prints what comes of them, and returns errShort
// when an answer was not what was expected.
func (t *target) deliver(ctx context.Context, p *printer, events iter.Seq[*webhooktest.Event], concurrency int) error {
	defer p.close()
	if t.endpoint.URL == "" {
		return t.listening.deliver(ctx, p, events, concurrency, t.mutations)
	}
	p.talk("deliver to %s", t.endpoint.Target())
	announce(p.shell, t.endpoint.Secrets)
	t.endpoint.Sending = p.attempt
	for response, err := range t.endpoint.DeliverAll(ctx, events, concurrency, t.mutations...) {
		if err != nil {
			return err
		}
		p.response(response)
	}
	p.summary()
	if ctx.Err() != nil {
		p.talk("interrupted")
		return errShort
	}
	return p.verdict()
}

// checkLoad keeps a load away from strangers.
func (t *target) checkLoad(ctx context.Context, deliveries int) error {
	if deliveries <= remoteLimit || t.allowRemote {
		return nil
	}
	if remote(ctx, &t.endpoint) {
		return fmt.Errorf("%d deliveries to a host that is neither this one nor in a private network: give --allow-remote if it is yours", deliveries)
	}
	return nil
}

// remote reports whether an endpoint is known to be neither on this host nor in a
// private network. A host without an address is for the deliveries to tell.
func remote(ctx context.Context, endpoint *webhooktest.Endpoint) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	local, err := endpoint.Local(ctx)
	return err == nil && !local
}

// parseHeaders reads "Name: value".
func parseHeaders(texts []string) (http.Header, error) {
	header := make(http.Header)
	for _, text := range texts {
		name, value, ok := strings.Cut(text, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return nil, fmt.Errorf("--header %q: want Name: value", text)
		}
		header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	return header, nil
}
