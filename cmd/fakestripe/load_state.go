package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"

	"github.com/fakestripe/fakestripe/webhooktest/contract"
)

// whole returns a function that reads the whole state, or nil. It reads states of any size
// as a stream.
func (s *stateSource) whole(getenv func(string) string) (func(context.Context) (any, error), error) {
	if s.database.given() {
		return s.wholeDatabase(getenv)
	}
	var subject contract.Subject
	if err := s.bind(&subject, getenv); err != nil {
		return nil, err
	}
	switch {
	case s.lookups != nil:
		return nil, errors.New("load compares the state as a whole: leave {event.id}, {object.id} and {customer.id} out of --state-url and --state-cmd")
	case s.url != "":
		from := s.address()
		return func(ctx context.Context) (any, error) { return openState(ctx, from) }, nil
	case s.command != "":
		return func(ctx context.Context) (any, error) { return streamCommand(ctx, s.command) }, nil
	}
	return nil, nil
}

// wholeDatabase reads the rows of a database.
func (s *stateSource) wholeDatabase(getenv func(string) string) (func(context.Context) (any, error), error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	db, err := s.database.open(getenv)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (any, error) { return db.Stream(ctx), nil }, nil
}

// streamCommand starts a command that prints a state. The reader returns its failure at the
// end.
func streamCommand(ctx context.Context, line string) (io.ReadCloser, error) {
	said := &beginning{bounded{limit: maxSaid}}
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Stderr, command.WaitDelay = said, lastOutput
	output, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", line, err)
	}
	return &commandOutput{output, command, said, line, false}, nil
}

// A commandOutput is the output of a command.
type commandOutput struct {
	output  io.ReadCloser
	command *exec.Cmd
	said    *beginning
	line    string
	ended   bool
}

// Read implements io.Reader. At the end it returns the command's failure.
func (o *commandOutput) Read(p []byte) (int, error) {
	n, err := o.output.Read(p)
	if err == io.EOF && !o.ended {
		o.ended = true
		if failed := o.command.Wait(); failed != nil && !errors.Is(failed, exec.ErrWaitDelay) {
			return n, fmt.Errorf("%s: %w: %s", o.line, failed, bytes.TrimSpace(o.said.buffer.Bytes()))
		}
	}
	return n, err
}

// Close implements io.Closer. It ends the command if its output was not read to the end.
func (o *commandOutput) Close() error {
	if !o.ended {
		_ = o.command.Process.Kill()
		_ = o.command.Wait() // it was killed
	}
	return nil
}
