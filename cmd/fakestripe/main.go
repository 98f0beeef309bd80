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

// A shell is what the command sees of the world, so that a test can be one.
type shell struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	terminal func(io.Writer) bool
}

func system() shell {
	return shell{os.Stdin, os.Stdout, os.Stderr, os.Getenv, isTerminal}
}

// Exit codes: what a script can tell apart.
const (
	exitOK    = 0
	exitShort = 1 // the handler fell short
	exitUsage = 2 // wrong usage, nothing could be judged
)

// exitInterrupted is how a shell calls a command that an interrupt ended: 128 and the
// signal's number.
const exitInterrupted = 128 + int(syscall.SIGINT)

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
