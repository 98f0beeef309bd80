package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// target are the flags that say where deliveries go and how they are signed.
type target struct {
	endpoint    webhooktest.Endpoint
	secrets     secrets
	headers     []string
	mutations   []string
	skipVerify  bool
	allowRemote bool
}

func (t *target) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&t.endpoint.URL, "to", "", "deliver to this `URL`; localhost is understood: 4242, /webhook, localhost:4242/webhook")
	t.secrets.flag(cmd)
	flags.StringArrayVar(&t.mutations, "mutate", nil, "change the delivery: a `MUTATION` of the list above (repeatable)")
	flags.StringArrayVar(&t.headers, "header", nil, "add a header `NAME: VALUE`, or replace Stripe's (repeatable)")
	flags.DurationVar(&t.endpoint.Timeout, "timeout", webhooktest.DefaultTimeout, "how long the handler has to answer")
	flags.BoolVar(&t.skipVerify, "skip-verify", false, "accept any TLS certificate")
	flags.BoolVar(&t.allowRemote, "allow-remote", false, fmt.Sprintf("make more than %d deliveries to a host that is neither this one nor in a private network", remoteLimit))
}

// remoteLimit is how many deliveries count as a load.
const remoteLimit = 100

// open checks everything that can be wrong before anything is sent.
func (t *target) open(ctx context.Context, sh shell, deliveries int) error {
	if t.endpoint.URL == "" {
		return errors.New("where to? give --to URL, such as --to localhost:4242/webhook")
	}
	if t.endpoint.Timeout <= 0 {
		return fmt.Errorf("--timeout %s: want more than nothing, such as 30s", t.endpoint.Timeout)
	}
	for _, mutation := range t.mutations {
		if _, err := webhooktest.ParseMutation(mutation); err != nil {
			return fmt.Errorf("--mutate: %w", err)
		}
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
	if err := t.endpoint.Check(); err != nil {
		return err
	}
	return t.checkLoad(ctx, deliveries)
}

// checkLoad keeps a load away from strangers.
func (t *target) checkLoad(ctx context.Context, deliveries int) error {
	if deliveries <= remoteLimit || t.allowRemote {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	local, err := t.endpoint.Local(ctx)
	if err == nil && !local {
		err = fmt.Errorf("%d deliveries to a host that is neither this one nor in a private network: give --allow-remote if it is yours", deliveries)
	}
	return err
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
