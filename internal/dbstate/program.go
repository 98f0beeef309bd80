package dbstate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/fakestripe/fakestripe/internal/credential"
)

const (
	maxState = 64 << 20 // of what a program prints
	maxSaid  = 4 << 10  // of what it says when it fails

	// patience is how long a server may take to connect, and a file to be free, of the ten
	// seconds that a reading has.
	patience = 5 * time.Second
)

var errNoJSON = errors.New("no JSON")

// A program is psql or sqlite3, with what it is started with.
type program struct {
	path        string
	args        []string
	environment []string
	hidden      string // never said
}

// run runs a script, and returns what the program prints.
func (p *program) run(ctx context.Context, script string) ([]byte, error) {
	output, said := &bounded{limit: maxState}, &bounded{limit: maxSaid}
	command := exec.CommandContext(ctx, p.path, p.args...)
	command.Env = append(os.Environ(), p.environment...)
	command.Stdin, command.Stdout, command.Stderr = strings.NewReader(script), output, said
	command.WaitDelay = time.Second
	err := command.Run()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case output.full:
		return nil, fmt.Errorf("larger than %d MiB: choose fewer tables", maxState>>20)
	case err != nil && said.buffer.Len() > 0:
		return nil, errors.New(p.reason(said.buffer.String()))
	case err != nil:
		return nil, err
	}
	return output.buffer.Bytes(), nil
}

// preamble is what the programs put before what is wrong, which is of no use to a user.
var preamble = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(psql:(<stdin>:\d+:)?|Error: (in prepare, )?|Parse error near line \d+:|Runtime error near line \d+:)\s*(error: )?`)
})

// reason is what a program said, in one line and without a secret.
func (p *program) reason(said string) string {
	said = strings.Join(strings.Fields(preamble().ReplaceAllString(said, "")), " ")
	if p.hidden != "" {
		said = strings.ReplaceAll(said, p.hidden, "…")
	}
	return credential.Hide(said)
}

// A bounded keeps what is written to it up to a limit, and refuses more.
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
