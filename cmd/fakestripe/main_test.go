package main

import (
	"context"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// TestInterrupts: the first ends the command cleanly; it must end at once at the second,
// or when it does not end by itself.
func TestInterrupts(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]bool{"a second one": true, "a command that does not end": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				signals := make(chan os.Signal, 2)
				start, ended := time.Now(), make(chan time.Duration, 1)
				go func() {
					interrupts(signals, cancel)
					ended <- time.Since(start)
				}()
				synctest.Wait()
				require.NoError(t, ctx.Err())
				signals <- syscall.SIGTERM
				<-ctx.Done()
				if second {
					signals <- os.Interrupt
					require.Zero(t, <-ended)
					return
				}
				require.Equal(t, lastPatience, <-ended)
			})
		})
	}
}
