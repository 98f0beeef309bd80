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

// How long requests that are under way may take at the end, and then the telling of
// who sent them that there is no answer.
const (
	lastRequests = 5 * time.Second
	lastWords    = time.Second
)

// serve serves until the context ends, and then what is under way, for so long. What
// the handler has not answered by then is answered for it. All handling of requests is
// over when serve returns.
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
	end(record.ErrEnded) // also for upgraded connections, which the server does not know
	_ = server.Close()
	underway.Wait()
	return err
}

// ended ends a server and reports whether all that was under way was done in time.
func ended(server *http.Server, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return server.Shutdown(ctx) == nil
}

// follow counts the connections of a server and the requests on them: those on upgraded
// connections, too, which are no longer the server's.
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

// lookup bounds how long the address of the handler is looked up at the start.
const lookup = 2 * time.Second

// leadsTo reports whether a request to the URL arrives at an address of this machine
// that is listened on. What cannot be found out does not.
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
	n, _ := net.LookupPort("tcp", port) // 0, which nobody listens on, for what is none
	return uint16(n)
}

// arrives reports whether what is sent to an address gets to who listens on another. To
// send to no address in particular is to send to this machine.
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
	own, _ := net.InterfaceAddrs() // without them only loopback is known
	return slices.ContainsFunc(own, func(a net.Addr) bool {
		prefix, err := netip.ParsePrefix(a.String())
		return err == nil && prefix.Addr().Unmap() == address
	})
}
