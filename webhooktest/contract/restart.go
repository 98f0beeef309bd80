package contract

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/fakestripe/fakestripe/internal/sockets"
)

// restartPatience is how long a restarted handler may take until it listens.
const restartPatience = 15 * time.Second

// restart calls the hook of the subject and, if the handler has a URL, waits until something
// listens there: a hook may start a server in the background, and return at once.
func restart(ctx context.Context, s *session) error {
	if err := s.subject.Restart(ctx); err != nil || s.subject.Handler != nil {
		return err
	}
	target, err := url.Parse(s.sender.endpoint.Target())
	if err != nil {
		return err
	}
	const look = 50 * time.Millisecond
	looks := 0 // that succeeded; the first may have found what is about to end
	for waited := time.Duration(0); looks < 2 && waited < restartPatience; waited += look {
		if err := s.run.machine.pause(ctx, look); err != nil {
			return err
		}
		if looks++; !sockets.Reachable(ctx, net.JoinHostPort(target.Hostname(), sockets.Port(target))) {
			looks = 0
		}
	}
	return nil // a delivery shows what is wrong with it
}
