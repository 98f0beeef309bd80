package dbstate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
)

const (
	maxState = 64 << 20 // bytes of a program's output
	maxSaid  = 4 << 10  // bytes of its error output

	// patience limits the wait for a server's connection or a file's lock, out of the ten
	// seconds of a reading.
	// seconds that a reading has.
	patience = 5 * time.Second
)

var errNoJSON = errors.New("no JSON")

// A program is psql or sqlite3, with its arguments.
type program struct {
	path        string
	args        []string
	environment []string
	hidden      string // never printed
}

// run runs a script, and returns the program's output.
func (p *program) run(ctx context.Context, script string) ([]byte, error) {
	output := &bounded{limit: maxState}
	err := p.runTo(ctx, script, output)
	if output.full && ctx.Err() == nil {
		return nil, fmt.Errorf("larger than %d MiB: choose fewer tables", maxState>>20)
	}
	return output.buffer.Bytes(), err
}

// runTo runs a script, and writes the program's output.
func (p *program) runTo(ctx context.Context, script string, output io.Writer) error {
	said := &bounded{limit: maxSaid}
	command := exec.CommandContext(ctx, p.path, p.args...)
	command.Env = append(os.Environ(), p.environment...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(script), output, said
	command.WaitDelay = time.Second
	err := command.Run()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && said.buffer.Len() > 0:
		return errors.New(p.reason(said.buffer.String()))
	}
	return err
}

// spool runs a script, and returns the program's output as an unnamed temporary file:
// neither the program nor a process that waits for its locks is held up.
func (p *program) spool(ctx context.Context, script string) (*os.File, error) {
	file, err := os.CreateTemp("", "fakestripe-state-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // where an open file cannot be removed, discard does it
	if err = p.runTo(ctx, script, file); err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		discard(file)
		return nil, err
	}
	return file, nil
}

func discard(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}

// preamble matches what the programs print before the actual error.
var preamble = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(psql:(<stdin>:\d+:)?|Error: (in prepare, )?|Parse error near line \d+:|Runtime error near line \d+:)\s*(error: )?`)
})

// reason returns a program's error, on one line and without a secret.
func (p *program) reason(said string) string {
	said = strings.Join(strings.Fields(preamble().ReplaceAllString(said, "")), " ")
	if p.hidden != "" {
		said = strings.ReplaceAll(said, p.hidden, "…")
	}
	return credential.Hide(said)
}

// A bounded stores writes up to a limit, and refuses more.
type bounded struct {
	buffer bytes.Buffer
	limit  int
	full   bool
}

var errFull = errors.New("full")

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
