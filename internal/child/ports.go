package child

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Ports waits until the app listens, and returns its TCP ports, in numerical order of their
// text. The error is an *EndedError if it exited first.
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

// Listens sets the app's address, if it was unknown at the start: after a restart, the app
// is ready when it listens there.
func (a *App) Listens(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.config.Listens = address
}

// silent returns the error that the app does not listen, with its last output.
func (a *App) silent(where string) error {
	text := []string{fmt.Sprintf("the app does not listen %s after %s", where, a.config.Patience)}
	if last := a.process.tail.String(); last != "" && a.config.Stderr == nil {
		text = append(text, "it said last:\n"+last)
	}
	return errors.New(strings.Join(text, "; "))
}
