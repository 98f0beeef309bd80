package sockets

import (
	"context"
	"net"
	"net/url"
	"time"
)

// Reachable reports whether a program listens on an address.
func Reachable(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: time.Second}
	c, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// Port returns the port of a URL, or the scheme's default.
func Port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}
