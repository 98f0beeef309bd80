package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/sockets"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// Interpretation of listen's flags.

// check validates the flags one by one.
func (l *listener) check() error {
	for _, flag := range []struct {
		name   string
		value  int64
		lowest int64
	}{{"concurrency", int64(l.hub.Concurrency), 1}, {"queue", int64(l.hub.Queue), 1}, {"exit-after", l.exitAfter, 0}} {
		if flag.value < flag.lowest || flag.lowest == 0 && flag.value == 0 && l.changed(flag.name) {
			return fmt.Errorf("--%s %d: want 1 or more", flag.name, flag.value)
		}
	}
	if l.hub.Concurrency > sockets.MaxConnections {
		return fmt.Errorf("--concurrency %d: want at most %d", l.hub.Concurrency, sockets.MaxConnections)
	}
	if l.hub.Timeout <= 0 {
		return notPositive("--timeout", l.hub.Timeout, "30s")
	}
	if !(l.hub.Speed > 0 && l.hub.Speed <= maxSpeed) {
		return fmt.Errorf("--clock-speed %v: want a number above 0, such as 1000", l.hub.Speed)
	}
	if l.inspect != "on" && l.inspect != "off" {
		return fmt.Errorf("--inspect %q: want on or off", l.inspect)
	}
	if l.printJSON {
		l.format = "json"
	}
	if err := l.completing.check(l.changed); err != nil {
		return err
	}
	if err := l.exec.check(l.changed); err != nil {
		return err
	}
	for _, check := range []func() error{l.access.check, l.checkVersion, l.checkEvents, l.checkFaults} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

const maxSpeed = 1e9

func (l *listener) checkVersion() error {
	if l.latest && l.changed("api-version") {
		return errors.New("--latest and --api-version: give one")
	}
	if l.latest {
		return (*apiVersion)(&l.version).Set("latest")
	}
	return nil
}

// checkEvents rejects event types without any event.
func (l *listener) checkEvents() error {
	for i, name := range l.events {
		name = strings.TrimSpace(name)
		l.events[i] = name
		if name == "*" {
			continue
		}
		if _, err := fixtures.DescribeEvent(name); err != nil {
			return fmt.Errorf("--events: %w (see fakestripe list)", err)
		}
	}
	if len(l.events) == 0 {
		return errors.New("--events: want comma-separated types, or *")
	}
	return nil
}

// checkFaults parses the flags for faults.
func (l *listener) checkFaults() error {
	if l.changed("seed") && l.hub.Chaos.Seed == 0 {
		return errors.New("--seed 0: want a number from 1")
	}
	seed := l.hub.Chaos.Seed
	for seed == 0 {
		seed = uint64(rand.Uint32())
	}
	if l.changed("chaos") {
		chaos, err := listen.ParseChaos(l.chaos)
		if err != nil {
			return fmt.Errorf("--chaos %w", err)
		}
		l.hub.Chaos = chaos
	}
	l.hub.Chaos.Seed, l.api.Seed = seed, seed
	schedule, err := listen.ParseSchedule(l.retries)
	if err != nil {
		return fmt.Errorf("--retry-schedule %w", err)
	}
	l.hub.Retries = schedule
	return l.checkAPI()
}

func (l *listener) checkAPI() error {
	var failures []stripeapi.Failure
	for _, text := range l.failAPI {
		failure, err := stripeapi.ParseFailure(text)
		if err != nil {
			return fmt.Errorf("--fail-api %w", err)
		}
		failures = append(failures, failure)
	}
	var slow []stripeapi.Slowness
	for _, text := range l.slowAPI {
		slowness, err := stripeapi.ParseSlowness(text)
		if err != nil {
			return fmt.Errorf("--slow-api %w", err)
		}
		slow = append(slow, slowness)
	}
	l.api.Fail(failures...)
	l.api.Slow(slow...)
	return nil
}

// tellSecret prints only the secret: that of a listen running at the address, or else the
// one with which listen would start. If one is running, it never prints another secret.
func (l *listener) tellSecret(ctx context.Context, sh shell, secret string) error {
	client, err := listen.NewClient(l.address)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	defer client.Close()
	running := client.Check(ctx) == nil
	if running {
		if secret, err = client.Secret(ctx); err != nil {
			return fmt.Errorf("%w: it was given at the start, by --secret or $%s", err, secretVariable)
		}
	}
	if !running && l.signing.from == secretFresh {
		fmt.Fprintln(sh.err, "fakestripe: a new secret, which no listen has: start one with --secret, or let --secret-file keep it")
	}
	_, err = fmt.Fprintln(sh.out, secret)
	return err
}

// endpoints returns the endpoints of --forward-to and --forward-connect-to.
func (l *listener) endpoints(secret string) ([]listen.Endpoint, error) {
	headers, err := headerList("--headers", l.headers)
	if err != nil {
		return nil, err
	}
	connected := headers
	if l.changed("connect-headers") {
		if connected, err = headerList("--connect-headers", l.connected); err != nil {
			return nil, err
		}
		if len(l.connect) == 0 {
			return nil, errors.New("--connect-headers goes with --forward-connect-to")
		}
	}
	if l.skipVerify {
		l.hub.TLS = &tls.Config{InsecureSkipVerify: true}
	}
	var endpoints []listen.Endpoint
	for _, url := range l.forward {
		endpoints = append(endpoints, listen.Endpoint{URL: url, AnyAccount: len(l.connect) == 0, Header: headers})
	}
	for _, url := range l.connect {
		endpoints = append(endpoints, listen.Endpoint{URL: url, Connect: true, Header: connected})
	}
	for i := range endpoints {
		e := &endpoints[i]
		e.Events, e.APIVersion, e.Secret = l.events, l.version, secret
		if err := (&webhooktest.Endpoint{URL: e.URL, Header: e.Header}).Validate(); err != nil {
			return nil, err
		}
	}
	return endpoints, nil
}

// headerList parses headers separated by commas, as in the Stripe CLI. A part without a
// colon belongs to the value before it.
func headerList(flag string, texts []string) (http.Header, error) {
	var headers []string
	for _, text := range texts {
		for i, part := range strings.Split(text, ",") {
			if i > 0 && !strings.Contains(part, ":") {
				headers[len(headers)-1] += "," + part
				continue
			}
			headers = append(headers, part)
		}
	}
	parsed, err := parseHeaders(headers)
	if err != nil {
		err = errors.New(strings.Replace(err.Error(), "--header", flag, 1))
	}
	return parsed, err
}
