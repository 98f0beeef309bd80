package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest/internal/mistakes"
)

// findRenamed takes the signature from a header of another name, if Stripe-Signature is
// missing, and returns that name.
func (r *Received) findRenamed() string {
	if strings.TrimSpace(r.Signature) != "" {
		return ""
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			if h := readHeader(value); !h.unreadable && h.readings[0].hasV1() {
				r.Signature = value
				return name
			}
		}
	}
	return ""
}

// renamed says that the header has another name, the one in the request.
func renamed(name string) Finding {
	m := mistakes.Mistake{
		ID: "header-renamed", Problem: "Stripe-Signature arrived under another name, " + printable(name), Topic: mistakes.ForLost,
		Cause: "what stands before the handler renamed it: a proxy, a gateway's mapping or CGI, which writes HTTP_STRIPE_SIGNATURE",
	}
	return found(&m, "")
}

// printable returns a valid header name; it hides any other.
func printable(name string) string {
	odd := func(c rune) bool { return c <= ' ' || c > '~' }
	if len(name) > 100 || strings.ContainsFunc(name, odd) {
		return "which is no header's"
	}
	return name
}
