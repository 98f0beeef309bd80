package child

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Ports waits until the app listens, and returns the TCP ports that it listens on, in the
// order of their digits. The error is an *EndedError when it ended before.
func (a *App) Ports(ctx context.Context) ([]string, error) {
	patience := time.NewTimer(a.config.Patience)
	defer patience.Stop()
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for {
		if found := ports(a.mark); len(found) > 0 {
			return found, nil
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("interrupted before the app listened: %w", context.Cause(ctx))
		case <-a.ended:
			return nil, a.failure
		case <-patience.C:
			return nil, a.silent("on any port")
		}
	}
}

// Listens says where the app listens, which was not known when it was started: it is ready
// after a restart when it listens there.
func (a *App) Listens(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.config.Listens = address
}

// silent is that the app does not listen, and what it said last.
func (a *App) silent(where string) error {
	text := []string{fmt.Sprintf("the app does not listen %s after %s", where, a.config.Patience)}
	if last := a.process.tail.String(); last != "" && a.config.Stderr == nil {
		text = append(text, "it said last:\n"+last)
	}
	return errors.New(strings.Join(text, "; "))
}
