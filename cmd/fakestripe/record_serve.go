package main

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/record"
)

// Time limits at the end: for requests in progress, and then for telling their senders
// that there is no answer.
const (
	lastRequests = 5 * time.Second
	lastWords    = time.Second
)

// serve serves until the context ends, then finishes requests in progress within a time
// limit. It answers those that the handler has not answered by then. All request handling
// is over when serve returns.
func serve(ctx context.Context, server *http.Server, listener net.Listener, last time.Duration) error {
	requests, end := context.WithCancelCause(context.WithoutCancel(ctx))
	server.BaseContext = func(net.Listener) context.Context { return requests }
	var underway sync.WaitGroup
	follow(server, &underway)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		if !ended(server, last) {
			end(record.ErrEnded)
			ended(server, lastWords)
		}
		<-failed
	}
	end(record.ErrEnded) // also for upgraded connections, unknown to the server
	_ = server.Close()
	underway.Wait()
	return err
}

// ended shuts down a server and reports whether all work finished in time.
func ended(server *http.Server, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return server.Shutdown(ctx) == nil
}

// follow counts a server's connections and the requests on them, including upgraded
// connections, which no longer belong to the server.
func follow(server *http.Server, underway *sync.WaitGroup) {
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			underway.Add(1)
		case http.StateClosed, http.StateHijacked:
			underway.Done()
		}
	}
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		underway.Add(1)
		defer underway.Done()
		handler.ServeHTTP(w, r)
	})
}

// lookup limits the lookup of the handler's address at the start.
const lookup = 2 * time.Second

// leadsTo reports whether a request to the URL arrives at a given listening address of
// this machine. In doubt, it does not.
func leadsTo(ctx context.Context, target *url.URL, listened net.Addr) bool {
	on, err := netip.ParseAddrPort(listened.String())
	if err != nil || portOf(target) != on.Port() {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lookup)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", target.Hostname())
	return err == nil && slices.ContainsFunc(found, func(to netip.Addr) bool { return arrives(to.Unmap(), on.Addr().Unmap()) })
}

func portOf(target *url.URL) uint16 {
	port := target.Port()
	if port == "" {
		port = target.Scheme
	}
	n, _ := net.LookupPort("tcp", port) // 0 on error, and nothing listens there
	return uint16(n)
}

// arrives reports whether traffic to one address reaches a listener on another. An
// unspecified target address means this machine.
func arrives(to, on netip.Addr) bool {
	switch {
	case to.IsUnspecified():
		return on.IsUnspecified() || on.IsLoopback()
	case on.IsUnspecified():
		return to.IsLoopback() || isOwnAddress(to)
	}
	return to.WithZone("") == on.WithZone("")
}

// isOwnAddress reports whether this machine has the address.
func isOwnAddress(address netip.Addr) bool {
	own, _ := net.InterfaceAddrs() // on error, only loopback is known
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == address
	})
}
