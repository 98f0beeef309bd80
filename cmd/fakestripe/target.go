package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/fakestripe/fakestripe/internal/expect"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/webhooktest"
)

// A target delivers events: this command to a URL, or a running listen to its endpoints.
type target interface {
	// deliver delivers the events with a given concurrency, prints the results, and returns
	// errShort after an unexpected answer.
	deliver(ctx context.Context, p *printer, events iter.Seq[*webhooktest.Event], concurrency int, mutations []string) error
	// close releases the target's resources.
	close()
}

// targetFlags are the flags for the target of deliveries and their signature.
type targetFlags struct {
	to          string
	secrets     secrets
	headers     []string
	mutations   []string
	expect      string
	expected    expect.Expectation // parsed from expect
	timeout     time.Duration
	skipVerify  bool
	allowRemote bool
	base        string        // URL of a listen, used without --to
	wait        time.Duration // for the result of each event there

	changed func(flag string) bool
}

const defaultWait = time.Minute

// remoteLimit is the number of deliveries that count as a load.
const remoteLimit = 100

func (f *targetFlags) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "", "deliver to this `url`; 4242/webhook is short for http://localhost:4242/webhook (default: a running fakestripe listen delivers)")
	flags.StringVar(&f.base, "api-base", "http://"+listen.DefaultAddress, "`url` of the running fakestripe listen that delivers when there is no --to")
	flags.DurationVar(&f.wait, "wait", defaultWait, "time to wait for the outcome of each event that listen delivers, including retries")
	f.secrets.flag(cmd)
	flags.StringArrayVar(&f.mutations, "mutate", nil, "mutate the delivery with this `mutation` (see fakestripe list --mutations; repeatable)")
	flags.StringArrayVar(&f.headers, "header", nil, "add a `header`, Name: value, or replace Stripe's (repeatable)")
	flags.StringVar(&f.expect, "expect", "", "expected `response`: a status (400), a class (2xx), or any other (!2xx) (default 2xx, for a forgery !2xx)")
	flags.DurationVar(&f.timeout, "timeout", webhooktest.DefaultTimeout, "time for the handler to answer")
	flags.BoolVar(&f.skipVerify, "skip-verify", false, "accept any TLS certificate")
	flags.BoolVar(&f.allowRemote, "allow-remote", false, fmt.Sprintf("allow more than %d deliveries to a host outside this machine and private networks", remoteLimit))
	f.changed = flags.Changed
}

// open checks everything that can be checked before sending.
func (f *targetFlags) open(ctx context.Context, sh shell, deliveries int) (target, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.to == "" {
		return openListen(ctx, f.base, f.wait)
	}
	return openURL(ctx, sh, f, deliveries)
}

// check validates the flags one by one.
func (f *targetFlags) check() error {
	if err := f.checkFlags(); err != nil {
		return err
	}
	if f.timeout <= 0 {
		return notPositive("--timeout", f.timeout, "30s")
	}
	for _, text := range f.mutations {
		_, err := webhooktest.ParseMutation(text)
		if err != nil && strings.Contains(text, ",") {
			err = fmt.Errorf("%w (repeat --mutate for each)", err)
		}
		if err != nil {
			return fmt.Errorf("--mutate: %w", err)
		}
	}
	f.expected = usual(f.mutations)
	if f.expect == "" {
		return nil
	}
	var err error
	if f.expected, err = expect.Parse(f.expect); err != nil {
		return fmt.Errorf("--expect: %w", err)
	}
	return nil
}

// checkFlags rejects flags without effect: with --to, the command delivers; without it,
// listen does, with its own secret, headers and timeout.
func (f *targetFlags) checkFlags() error {
	if f.to != "" {
		for _, flag := range []string{"api-base", "wait"} {
			if f.changed(flag) {
				return fmt.Errorf("--%s is for deliveries by fakestripe listen: leave it out, or --to", flag)
			}
		}
		return nil
	}
	if f.changed("to") {
		return errors.New("--to: where to? give a URL, such as localhost:4242/webhook")
	}
	for _, flag := range []string{"secret", "header", "timeout", "skip-verify", "allow-remote"} {
		if f.changed(flag) {
			return fmt.Errorf("--%s needs --to URL: without it fakestripe listen delivers, with its own settings", flag)
		}
	}
	return nil
}
