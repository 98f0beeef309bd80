// Command fakestripe sends correctly signed Stripe webhooks to any handler, offline.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	growStack(0)
	log.SetOutput(io.Discard) // net/http logs handlers' connection errors there
	os.Exit(run(os.Args[1:], system()))
}

// growStack grows the stack once, while it is shallow. A deep one that grows in steps reads the
// tables of each function on it, which costs 0.6 MB of memory at start.
//
//go:noinline
func growStack(i byte) byte {
	var frame [28 << 10]byte
	frame[i] = i
	return frame[i/2]
}

// lastPatience is the time for a command to end after an interrupt. A longer block, such
// as a full pipe, would last forever.
const lastPatience = 30 * time.Second

// run executes a command line. The first interrupt ends the command cleanly, the second
// one at once.
func run(args []string, sh shell) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		interrupts(signals, cancel)
		os.Exit(exitInterrupted)
	}()

	root := rootFor(sh, args)
	root.SetArgs(args)
	return exitCode(sh, root.ExecuteContext(ctx))
}

// interrupts cancels at the first signal, and returns when the command must end at once.
func interrupts(signals <-chan os.Signal, cancel func()) {
	<-signals
	cancel()
	select {
	case <-signals:
	case <-time.After(lastPatience):
	}
}
