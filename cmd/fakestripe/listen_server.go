package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/fixtures"
	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/internal/inspector"
	"github.com/fakestripe/fakestripe/internal/listen"
	"github.com/fakestripe/fakestripe/internal/server"
	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// A listenServer serves listen's single address: the API, the inspector, and the route
// for trigger and send.
type listenServer struct {
	*http.Server
	listener net.Listener
	guard    guard.Guard
}

// open starts listening. A port in use is an error: a client with a fixed API base must
// not talk to a stranger.
func (l *listener) open() (*listenServer, error) {
	address := l.address
	if strings.Trim(address, "0123456789") == "" {
		address = net.JoinHostPort("127.0.0.1", address)
	}
	on, err := net.Listen("tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("--listen %s: the address is in use: stop what listens there (another fakestripe listen?), or give --listen 127.0.0.1:0 for any free port", l.address)
	case err != nil:
		var of *net.OpError
		if errors.As(err, &of) {
			err = of.Err
		}
		return nil, fmt.Errorf("--listen %s: %w (want an address such as %s)", l.address, err, listen.DefaultAddress)
	}
	s := &listenServer{listener: on}
	if host, _, err := net.SplitHostPort(address); err == nil {
		s.guard.Hosts = append(s.guard.Hosts, host)
	}
	if name, err := os.Hostname(); err == nil {
		s.guard.Hosts = append(s.guard.Hosts, name)
	}
	if !s.address().Addr().IsLoopback() {
		s.guard.Token = rand.Text()
	}
	s.Server = server.New(s.routes(l))
	return s, nil
}

func (s *listenServer) routes(l *listener) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+listen.HealthPath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(listen.Health{Fakestripe: "listen", Version: version()})
	})
	api := l.access.handler(&l.api, s.address(), s.guard.Hosts...)
	for _, prefix := range []string{"/v1/", "/v2/"} {
		mux.Handle(prefix, api)
	}
	mux.Handle(listen.ControlPath, s.guard.Handler(listen.Control(&l.hub)))
	l.completing.mount(mux, &s.guard, l.access.hosts)
	mux.Handle("GET "+listen.SecretPath, s.guard.Handler(http.HandlerFunc(l.ownSecret)))
	mux.Handle("/", s.guard.Handler(l.inspector(s)))
	return mux
}

// ownSecret returns the secret that listen made and printed at the start. It does not
// return a secret from the user.
func (l *listener) ownSecret(w http.ResponseWriter, _ *http.Request) {
	if !l.signing.from.own() {
		http.Error(w, "the signing secret was given", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"secret": l.signing.used})
}

func (l *listener) inspector(s *listenServer) http.Handler {
	if l.inspect == "off" {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no inspector: fakestripe listen was started with --inspect=off", http.StatusNotFound)
		})
	}
	trigger := "fakestripe trigger payment_intent.succeeded"
	if s.url() != "http://"+listen.DefaultAddress {
		trigger += " --api-base " + s.url()
	}
	given := ""
	if !l.signing.from.own() {
		given = l.signing.used
	}
	return inspector.New(inspector.Config{
		Given: given, Hub: &l.hub, Source: &webhooktest.Source{APIVersion: l.version}, Version: version(), Trigger: trigger,
		Complete: l.completing.completer.Complete,
	})
}

// connectAPI lets clients of the API change the hub's endpoints, within reach.
func (l *listener) connectAPI(s *listenServer) {
	reach := &listen.Reach{
		Own: s.address(), Remote: l.allowRemote,
		Remedy: "if it is yours, start fakestripe listen with --allow-remote",
	}
	l.hub.API = &l.api
	l.api.OnRetry = l.hub.Retry
	l.api.Undelivered = l.hub.Undelivered
	l.api.OnEndpoint = func(change stripeapi.Change, e stripeapi.Endpoint) error {
		if change == stripeapi.Deleted {
			l.hub.RemoveEndpoint(e.ID)
			return nil
		}
		changed := listen.Endpoint{ID: e.ID, Secret: e.Secret}
		if change == stripeapi.Updated {
			changed = l.endpoint(e.ID) // the API has neither its secret nor its headers
		}
		if changed.URL != e.URL { // the user's own --forward-to may lead anywhere
			changed.Reach = reach
		}
		changed.URL, changed.Events, changed.APIVersion = e.URL, e.EnabledEvents, e.APIVersion
		changed.Connect, changed.Disabled = e.Connect, e.Disabled
		_, err := l.hub.AddEndpoint(changed)
		return err
	}
}

// endpoint returns the hub's endpoint by ID.
func (l *listener) endpoint(id string) listen.Endpoint {
	for _, e := range l.hub.Endpoints() {
		if e.ID == id {
			return e
		}
	}
	return listen.Endpoint{ID: id}
}

// serve handles requests until close. The channel receives the error of an earlier end.
func (s *listenServer) serve() <-chan error {
	served := make(chan error, 1)
	go func() {
		if err := s.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			served <- fmt.Errorf("listening ended: %w", err)
		}
	}()
	return served
}

// close ends all requests, by force if necessary: deliveries are done, and viewers can
// reconnect.
func (s *listenServer) close() {
	const patience = time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.Shutdown(ctx) != nil {
		_ = s.Server.Close()
	}
	_ = s.listener.Close() // if it was never served
}

func (s *listenServer) address() netip.AddrPort {
	address, err := netip.ParseAddrPort(s.listener.Addr().String())
	if err != nil {
		return netip.AddrPort{} // a TCP listener always has one
	}
	return netip.AddrPortFrom(address.Addr().Unmap(), address.Port())
}

// url returns the server's URL on this machine.
func (s *listenServer) url() string { return localURL(s.address()) }

// granted returns the URL with the token, if any.
func (s *listenServer) granted() string {
	if s.guard.Token == "" {
		return s.url()
	}
	return s.url() + "/?" + url.Values{"token": {s.guard.Token}}.Encode()
}

// announce prints that listen is ready, and what to know about it.
func (l *listener) announce(p *listenPrinter, s *listenServer, secret string) error {
	mode := os.FileMode(0o644)
	if s.guard.Token != "" {
		mode = 0o600
	}
	if err := l.ready.write(s.granted(), mode); err != nil {
		return err
	}
	shown := l.version
	if shown == "" {
		shown = fixtures.DefaultVersion
	}
	if l.format.json() {
		p.json(map[string]any{"ready": l.readiness(s, secret, shown)})
		return nil
	}
	your := "Your webhook signing secret is " + secret
	switch l.signing.from {
	case secretGiven:
		your = "Your webhook signing secret is the one that you gave"
	case secretSet:
		your = "Your webhook signing secret is that of $" + secretVariable
	}
	fmt.Fprintf(p.shell.err, "Ready! You are using Stripe API Version [%s]. %s (^C to quit)\n", shown, your)
	l.tell(p, s)
	return nil
}

// tell prints all addresses.
func (l *listener) tell(p *listenPrinter, s *listenServer) {
	for _, e := range l.hub.Endpoints() {
		p.talk("deliver %s to %s", strings.Join(e.Events, ", "), e.URL)
	}
	if len(l.hub.Endpoints()) == 0 {
		p.talk("no endpoint yet: give --forward-to URL, or register one through the API")
	}
	if l.hub.Chaos.String() != "" || len(l.failAPI) > 0 {
		p.talk("chaos %s, seed %d (--seed repeats it)", l.hub.Chaos, l.hub.Chaos.Seed)
	}
	if l.inspect == "on" {
		p.talk("inspector at %s", s.granted())
	}
	p.talk("API for SDKs at %s, with %s", s.url(), l.access.taken())
}

// readiness returns the JSON form of announce.
func (l *listener) readiness(s *listenServer, secret, version string) any {
	ready := map[string]any{"url": s.url(), "api_version": version, "endpoints": l.hub.Endpoints()}
	if l.signing.from.own() {
		ready["secret"] = secret
	}
	if s.guard.Token != "" {
		ready["token"] = s.guard.Token
	}
	if l.access.made {
		ready["api_key"] = l.access.key
	}
	if l.inspect == "on" {
		ready["inspector"] = s.granted()
	}
	if l.hub.Chaos.String() != "" || len(l.failAPI) > 0 {
		ready["seed"] = l.hub.Chaos.Seed
	}
	return ready
}
