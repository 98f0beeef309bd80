// Command fakestripe sends correctly signed Stripe webhooks to any handler,
// offline.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
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

// run executes one command line. The first interrupt ends the command cleanly,
// the second at once.
func run(args []string, sh shell) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	root := newRoot(sh)
	root.SetArgs(args)
	return report(sh, root.ExecuteContext(ctx))
}
