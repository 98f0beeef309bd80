package main

import (
	"errors"
	"fmt"
	"syscall"
)

// Exit codes, for scripts.
const (
	exitOK    = 0
	exitShort = 1 // the handler fell short
	exitUsage = 2 // wrong usage, or nothing could be judged
)

// exitInterrupted is the shell's exit code for an interrupt: 128 and the signal's number.
const exitInterrupted = 128 + int(syscall.SIGINT)

// errShort ends a command after it has printed that the handler fell short.
var errShort = errors.New("the handler fell short")

// An appStatus is the exit status of an app that exited by itself, after a message.
type appStatus int

// Error implements error.
func (s appStatus) Error() string { return fmt.Sprintf("the app ended with status %d", int(s)) }

// exitCode prints the error of a command and returns its exit code.
func exitCode(sh shell, err error) int {
	var app appStatus
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &app):
		return int(app)
	case errors.Is(err, errShort):
		return exitShort
	}
	complain(sh, err)
	return exitUsage
}

// complain prints an error, which may contain untrusted text.
func complain(sh shell, err error) {
	fmt.Fprintf(sh.err, "fakestripe: %s\n", printable(err.Error()))
}

// together joins several errors in one line. It omits that the handler fell short: that
// has been printed.
func together(errs ...error) (all error) {
	for _, err := range errs {
		switch {
		case all == nil || err != nil && errors.Is(all, errShort):
			all = err
		case err != nil && !errors.Is(err, errShort):
			all = fmt.Errorf("%w; %w", all, err)
		}
	}
	return all
}
