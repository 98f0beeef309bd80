package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// A shell is the command's environment, replaceable in tests.
type shell struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	terminal func(io.Writer) bool
}

func system() shell {
	return shell{os.Stdin, os.Stdout, os.Stderr, os.Getenv, isTerminal}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
