package contract

import (
	"context"
	"net"
	"net/url"
	"time"
)

// restartPatience is how long a restarted handler may take until it listens.
const restartPatience = 15 * time.Second

// restart calls the hook of the subject and, if the handler has a URL, waits until something
// listens there: a hook may start a server in the background, and return at once.
func restart(ctx context.Context, s *session) error {
	if err := s.subject.Restart(ctx); err != nil || s.subject.Handler != nil {
		return err
	}
	address := addressOf(s.sender.endpoint.Target())
	const look = 50 * time.Millisecond
	looks := 0 // that succeeded; the first may have found what is about to end
	for waited := time.Duration(0); looks < 2 && waited < restartPatience; waited += look {
		if err := s.run.machine.pause(ctx, look); err != nil {
			return err
		}
		if looks++; !listens(ctx, address) {
			looks = 0
		}
	}
	return nil // a delivery shows what is wrong with it
}

// addressOf returns the host and port of a URL.
func addressOf(target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return ""
	case u.Port() != "":
		return u.Host
	case u.Scheme == "https":
		return net.JoinHostPort(u.Hostname(), "443")
	}
	return net.JoinHostPort(u.Hostname(), "80")
}

// listens reports whether a program listens on an address.
func listens(ctx context.Context, address string) bool {
	dialer := net.Dialer{Timeout: time.Second}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return false
	}
	_ = connection.Close()
	return true
}
