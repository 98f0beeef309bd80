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
	maxSaid     = 4 << 10 // of what a command said, for the error when it failed
)

// errFull ends a command that prints more than there is room for.
var errFull = errors.New("too large")

// A bounded keeps what is written to it up to a limit, and refuses more.
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

// A beginning keeps the beginning of what is written to it.
type beginning struct{ bounded }

// Write implements io.Writer.
func (b *beginning) Write(p []byte) (int, error) {
	_, _ = b.bounded.Write(p) // the rest is dropped
	return len(p), nil
}

// lastOutput is how long the output of a command that has ended may still take to
// arrive. A busy machine needs seconds; what it left running may never end it.
const lastOutput = 10 * time.Second

// printed runs a command line and returns what it prints, if that is not too large.
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
	case err != nil && !errors.Is(err, exec.ErrWaitDelay): // what it left running has its output still
		return nil, fmt.Errorf("%s: %w: %s", line, err, strings.TrimSpace(said.buffer.String()))
	}
	return output.buffer.Bytes(), nil
}

// hook runs a command line, nil for none. It may leave a server running behind it.
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

// runInto runs a command line with a file for its output. With a pipe, a server that
// it leaves running would keep us waiting, or be ended by its next line of log.
func runInto(ctx context.Context, line string) (said []byte, err error) {
	file, err := os.CreateTemp("", "fakestripe-hook-")
	if err != nil {
		return nil, err
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name()) // what still writes to it may go on
	}()
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Stdout, command.Stderr = file, file
	if err = command.Run(); err != nil {
		said, _ = io.ReadAll(io.NewSectionReader(file, 0, maxSaid))
	}
	return bytes.TrimSpace(said), err
}
