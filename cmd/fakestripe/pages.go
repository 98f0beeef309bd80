package main

import (
	"net/http"
	"net/netip"

	"github.com/fakestripe/fakestripe/internal/checkout"
	"github.com/fakestripe/fakestripe/internal/guard"
	"github.com/fakestripe/fakestripe/webhooktest/stripeapi"
)

// mountPages serves the hosted pages of a completer to browsers that name one of the hosts.
func mountPages(mux *http.ServeMux, completer *checkout.Completer, hosts []string) {
	pages := (&guard.Guard{Hosts: hosts}).Handler(checkout.Pages(completer))
	for _, prefix := range []string{"/c/", stripeapi.LinkPage} {
		mux.Handle(prefix, pages)
	}
}

// localURL returns the URL of an address for clients on this machine.
func localURL(at netip.AddrPort) string {
	if at.Addr().IsUnspecified() {
		at = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), at.Port())
	}
	return "http://" + at.String()
}
