package importer

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
)

// A Position is a place in the input.
type Position struct {
	Line, Column int   // from 1, in bytes
	Byte         int64 // from 0
}

// String returns "line 3, column 14 (byte 220)".
func (p Position) String() string {
	return fmt.Sprintf("line %d, column %d (byte %d)", p.Line, p.Column, p.Byte)
}

// after returns the position after some text.
func (p Position) after(text []byte) Position {
	p.Byte += int64(len(text))
	if lines := bytes.Count(text, []byte("\n")); lines > 0 {
		p.Line += lines
		p.Column = 1
	}
	p.Column += len(text) - 1 - bytes.LastIndexByte(text, '\n')
	return p
}

const (
	maxEvent = 1 << 20  // bytes of an event: Stripe's largest have a tenth of that
	maxLine  = 64 << 10 // bytes of a line that is not JSON
	maxDepth = 128      // levels of nesting: Stripe's events have about 12
)

// A scanner finds events in a stream, with at most one in memory: it follows only
// brackets and strings, and leaves their content to the caller.
type scanner struct {
	in    *bufio.Reader
	at    Position
	found func(text []byte, at Position, alone bool) error // alone: not part of a list
	mixed bool                                             // in a list of mixed values

	printed func(events []event, form string, at Position) error // found in a line of text

	values int  // begun, and lines
	some   bool // an event was found
	strays bool // the last one is a line of no known kind
	prose  int  // lines of text after an event, which were skipped

	taking bool // recording the input
	taken  []byte
	start  Position // of the recording
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: bufio.NewReaderSize(in, 64<<10), at: Position{Line: 1, Column: 1}}
}

// scan reads the whole input: values on lines of their own, mixed with lines from the
// Stripe CLI.
func (s *scanner) scan() error {
	if err := s.checkEncoding(); err != nil {
		return err
	}
	for {
		c, err := s.space()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		s.values++
		switch {
		case c == '{':
			err = s.object()
		case c == '[' && s.opensList():
			err = s.list(true)
		default:
			err = s.line()
		}
		if err == nil {
			err = s.lineEnd()
		}
		if err != nil {
			return err
		}
	}
}

// opensList reports whether the bracket ahead opens a list.
func (s *scanner) opensList() bool {
	const enough = 256
	ahead, _ := s.in.Peek(enough) // less before the end of the input
	return opensList(ahead)
}

// opensList reports whether the bracket at the start of a text opens a list, and not a line of
// a log that begins with a time, a level or a process: [Fri, 20 Nov 2026 08:39:32 UTC] ERROR …
func opensList(text []byte) bool {
	inside := bytes.TrimLeft(text[1:], " \t\r\n")
	return len(inside) == 0 || strings.IndexByte(`{[]"`, inside[0]) >= 0
}

// peek returns the next byte without reading it.
func (s *scanner) peek() (byte, error) {
	next, err := s.in.Peek(1)
	if len(next) == 1 {
		return next[0], nil
	}
	return 0, err
}

// next reads a byte already seen by peek.
func (s *scanner) next() (byte, error) {
	c, err := s.in.ReadByte()
	if err == io.EOF {
		return 0, s.cutOff()
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", s.at, err)
	}
	s.at.Byte++
	s.at.Column++
	if c == '\n' {
		s.at.Line++
		s.at.Column = 1
	}
	if s.taking {
		if len(s.taken) == maxEvent {
			return 0, fmt.Errorf("%s: an event of more than %d MiB: Stripe's are far smaller", s.start, maxEvent>>20)
		}
		s.taken = append(s.taken, c)
	}
	return c, nil
}

func (s *scanner) cutOff() error {
	return fmt.Errorf("%s: the input ends inside the value that begins at %s: is it cut off?", s.at, s.start)
}

// unexpected returns the error for the next byte.
func (s *scanner) unexpected(want string) error {
	c, err := s.peek()
	switch {
	case err == io.EOF:
		return s.cutOff()
	case err != nil:
		return fmt.Errorf("%s: %w", s.at, err)
	}
	return fmt.Errorf("%s: got %q, want %s", s.at, c, want)
}

// space skips white space and returns the next byte. The error may be io.EOF.
func (s *scanner) space() (byte, error) {
	for {
		c, err := s.peek()
		if err == io.EOF {
			return 0, io.EOF
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", s.at, err)
		}
		if !isSpace(c) {
			return c, nil
		}
		if _, err := s.next(); err != nil {
			return 0, err
		}
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// expect skips white space and reads one of the given bytes.
func (s *scanner) expect(any, what string) (byte, error) {
	c, err := s.space()
	if err == nil && strings.IndexByte(any, c) < 0 || err == io.EOF {
		return 0, s.unexpected(what)
	}
	if err != nil {
		return 0, err
	}
	return s.next()
}

// take starts recording the input.
func (s *scanner) take() { s.taking, s.taken, s.start = true, s.taken[:0], s.at }

// give passes on the recorded input.
func (s *scanner) give(alone bool) error {
	s.taking, s.some = false, true
	return s.found(s.taken, s.start, alone)
}

// lineEnd requires a line break after a value: two values on one line suggest files
// joined by accident, one of them perhaps cut off.
func (s *scanner) lineEnd() error {
	for {
		c, err := s.peek()
		switch {
		case err == io.EOF || c == '\n':
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", s.at, err)
		case !isSpace(c):
			return s.unexpected("a line break before anything else: are these several files in one?")
		}
		if _, err := s.next(); err != nil {
			return err
		}
	}
}
