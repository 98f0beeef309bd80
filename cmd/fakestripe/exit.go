package main

import (
	"errors"
	"fmt"
	"syscall"
)

// Exit codes: what a script can tell apart.
const (
	exitOK    = 0
	exitShort = 1 // the handler fell short
	exitUsage = 2 // wrong usage, nothing could be judged
)

// exitInterrupted is how a shell calls a command that an interrupt ended: 128 and the
// signal's number.
const exitInterrupted = 128 + int(syscall.SIGINT)

// errShort ends a command whose handler fell short, after that was printed.
var errShort = errors.New("the handler fell short")

// exitCode prints the error of a command and returns what it exits with.
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

// complain says what is wrong: others may have had a word in it.
func complain(sh shell, err error) {
	fmt.Fprintf(sh.err, "fakestripe: %s\n", printable(err.Error()))
}
