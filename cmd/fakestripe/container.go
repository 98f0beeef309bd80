package main

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// containerFiles exist in every container of Docker or Podman.
var containerFiles = []string{"/.dockerenv", "/run/.containerenv"}

// contained reports whether this process runs in a container.
func contained() bool {
	for _, name := range containerFiles {
		if _, err := os.Stat(name); err == nil {
			return true
		}
	}
	return false
}

// elsewhere says why nothing listens at a loopback address inside a container, and which
// address would work, or "".
func elsewhere(target string, contained bool) string {
	u, err := url.Parse(target)
	if err != nil || !contained {
		return ""
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return ""
	}
	u.Host, u.User = net.JoinHostPort("host.docker.internal", sockets.Port(u)), nil
	return "inside a container, " + host + " is the container itself: for a handler on the host give " + u.Redacted() +
		" (on Linux with --add-host=host.docker.internal:host-gateway), for one in another container the name of its service"
}

// nobodyAt returns elsewhere's text for a URL at which nothing listens, else "".
func nobodyAt(ctx context.Context, target string, contained bool) string {
	hint := elsewhere(target, contained)
	if hint == "" || !refusesConnections(ctx, target) {
		return ""
	}
	return hint
}

// refusesConnections reports whether nothing listens at a URL.
func refusesConnections(ctx context.Context, target string) bool {
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	dialer := net.Dialer{Timeout: time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), sockets.Port(u)))
	if err == nil {
		_ = connection.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}
