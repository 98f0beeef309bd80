// Command fakestripe sends correctly signed Stripe webhooks to any handler,
// offline.
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
	log.SetOutput(io.Discard) // net/http writes there what handlers do wrong on a connection
	os.Exit(run(os.Args[1:], system()))
}

// lastPatience is how long a command may take to end after an interrupt. Whatever keeps
// it longer, such as a pipe that takes no more output, it would not end by itself.
const lastPatience = 30 * time.Second

// run executes one command line. The first interrupt ends the command cleanly,
// the second at once.
func run(args []string, sh shell) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		interrupts(signals, cancel)
		os.Exit(exitInterrupted)
	}()

	root := newRoot(sh)
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
