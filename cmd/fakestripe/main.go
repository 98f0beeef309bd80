// Command fakestripe sends correctly signed Stripe webhooks to any handler,
// offline.
package main

import (
	"context"
	"errors"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
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

// interruptible ends a read when the context ends: the first interrupt must not
// wait for what nobody types.
type interruptible struct {
	ctx context.Context
	io.Reader
}

// Read implements io.Reader.
func (in interruptible) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1) // the read may end after this call
	go func() {
		data := make([]byte, len(p))
		n, err := in.Reader.Read(data)
		done <- result{data[:n], err}
	}()
	select {
	case r := <-done:
		return copy(p, r.data), r.err
	case <-in.ctx.Done():
		return 0, errors.New("interrupted")
	}
}

// exitInterrupted is how a shell calls a command that an interrupt ended: 128 and the
// signal's number.
const exitInterrupted = 128 + int(syscall.SIGINT)

// run executes one command line. The first interrupt ends the command cleanly,
// the second at once.
func run(args []string, sh shell) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()

	sh.in = interruptible{ctx, sh.in}
	root := newRoot(sh)
	root.SetArgs(args)
	return exitCode(sh, root.ExecuteContext(ctx))
}
