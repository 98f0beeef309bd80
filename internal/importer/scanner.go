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

// after returns the position behind some text.
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
	maxEvent = 1 << 20  // bytes of an event: the largest of Stripe are a tenth of that
	maxLine  = 64 << 10 // of a line that is no JSON
	maxDepth = 128      // of nesting: Stripe's events are about 12 deep
)

// A scanner finds events in a stream without holding more than one of them: it
// follows brackets and strings, and leaves it to others what is inside.
type scanner struct {
	in    *bufio.Reader
	at    Position
	found func(text []byte, at Position, alone bool) error // alone: not in a list

	taking bool // what is read
	taken  []byte
	start  Position // of what is taken
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: bufio.NewReaderSize(in, 64<<10), at: Position{Line: 1, Column: 1}}
}

// scan reads the whole input: values on lines of their own, and lines of the
// Stripe CLI among them.
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
		switch c {
		case '{':
			err = s.object()
		case '[':
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

// peek returns the next byte without reading it.
func (s *scanner) peek() (byte, error) {
	next, err := s.in.Peek(1)
	if len(next) == 1 {
		return next[0], nil
	}
	return 0, err
}

// next reads a byte that is known to be there.
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

// unexpected is the error for the next byte.
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

// space reads white space, and returns what comes then. The error may be io.EOF.
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

// expect reads white space and one of some bytes.
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

// take begins to keep what is read.
func (s *scanner) take() { s.taking, s.taken, s.start = true, s.taken[:0], s.at }

// give hands on what was kept.
func (s *scanner) give(alone bool) error {
	s.taking = false
	return s.found(s.taken, s.start, alone)
}

// lineEnd wants a line break after a value: two values without one between are
// files that were glued together by accident, and one of them may be cut off.
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
