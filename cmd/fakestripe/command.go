package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	hookTimeout = 30 * time.Second
	maxSaid     = 4 << 10 // of a failed command's output, for the error
)

// errFull stops a command with too much output.
var errFull = errors.New("too large")

// A bounded is a buffer that refuses writes over its limit.
type bounded struct {
	buffer bytes.Buffer
	limit  int
	full   bool
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	room := b.limit - b.buffer.Len()
	if len(p) > room {
		b.full = true
		b.buffer.Write(p[:room])
		return room, errFull
	}
	return b.buffer.Write(p)
}

// A beginning keeps the start of what is written to it.
type beginning struct{ bounded }

// Write implements io.Writer.
func (b *beginning) Write(p []byte) (int, error) {
	_, _ = b.bounded.Write(p) // drop the rest
	return len(p), nil
}

// lastOutput is the time for the output of an ended command to arrive. A busy machine
// needs seconds; a child process left running may keep the pipe open forever.
const lastOutput = 10 * time.Second

// A failed is the error of a command that ran and failed.
type failed struct {
	line string
	err  error
	said string
}

func (f *failed) Error() string { return fmt.Sprintf("%s: %v: %s", f.line, f.err, f.said) }

func (f *failed) Unwrap() error { return f.err }

// brief is the error without the command, which the user knows, and with one line of what it
// said: the first, or the last where the first only announces a trace.
func (f *failed) brief() error {
	lines := strings.Split(f.said, "\n")
	line := lines[0]
	if strings.HasPrefix(line, "Traceback ") {
		line = lines[len(lines)-1]
	}
	if line == "" {
		return f.err
	}
	return fmt.Errorf("%w: %s", f.err, line)
}

// printed runs a command and returns its output, up to a limit.
func printed(ctx context.Context, line string, limit int, environment ...string) ([]byte, error) {
	output, said := &bounded{limit: limit}, &beginning{bounded{limit: maxSaid}}
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = output, said
	command.WaitDelay = lastOutput
	err := command.Run()
	switch {
	case output.full:
		return nil, fmt.Errorf("%s: larger than %d MiB", line, limit>>20)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%s: %w", line, ctx.Err())
	case err != nil && !errors.Is(err, exec.ErrWaitDelay): // a child process left running still has its output
		return nil, &failed{line, err, strings.TrimSpace(said.buffer.String())}
	}
	return output.buffer.Bytes(), nil
}

// hook runs a command, or returns nil for none. The command may leave a server running.
func hook(line string, timeout time.Duration) func(context.Context) error {
	if line == "" {
		return nil
	}
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("did not finish within %s (start a server in the background: ./server &)", timeout))
		defer cancel()
		said, err := runInto(ctx, line)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", line, context.Cause(ctx))
		}
		return fmt.Errorf("%s: %w: %s", line, err, said)
	}
}

// runInto runs a command with a file for its output. With a pipe, a server left running
// would block us, or die at its next line of log.
func runInto(ctx context.Context, line string) (said []byte, err error) {
	file, err := os.CreateTemp("", "fakestripe-hook-")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name()) // a process still writing to it may go on
	}()
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Stdout, command.Stderr = file, file
	if err = command.Run(); err != nil {
		said, _ = io.ReadAll(io.NewSectionReader(file, 0, maxSaid))
	}
	return bytes.TrimSpace(said), err
}

// maxPrinted limits the output of --prepare-cmd.
const maxPrinted = 1 << 20
