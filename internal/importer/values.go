package importer

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// lists are the keys of lists of any length with events in some of their elements: the
// requests of ngrok and of a HAR file (in its log), a Postman collection, the records of a
// queue, the rows of a table.
var lists = []string{"requests", "entries", "item", "Records", "records", "rows", "events", "results", "messages"}

// object reads an event, or an object with a list of events.
func (s *scanner) object() error {
	s.take()
	isList, err := s.members(0)
	if err == io.EOF {
		return s.cutOff()
	}
	if err != nil || isList {
		return err
	}
	return s.give(true)
}

// members reads the rest of an object. isList means that it has a list, whose elements were
// passed on one by one.
func (s *scanner) members(depth int) (isList bool, err error) {
	_, _ = s.next() // the brace already seen
	c, err := s.expect(`"}`, "a key")
	for err == nil && c == '"' {
		var key []byte
		if key, err = s.key(); err != nil {
			break
		}
		c, err = s.space()
		switch {
		case err != nil:
		case c == '[' && (string(key) == "data" || slices.Contains(lists, string(key))):
			isList, s.taking, s.mixed = true, false, string(key) != "data"
			err = s.list(false)
			s.mixed = false
		case c == '{' && depth == 0 && string(key) == "log":
			var inLog bool
			inLog, err = s.members(1)
			isList = isList || inLog
		default:
			err = s.value()
		}
		if err != nil {
			break
		}
		if c, err = s.expect(",}", "a comma or the end of the object"); err == nil && c == ',' {
			c, err = s.expect(`"`, "a key")
		}
	}
	return isList, err
}

// maxKey limits the length of a remembered key: only one key matters.
const maxKey = 16

// key reads the rest of a key, after the opening quote, and the colon.
func (s *scanner) key() (key []byte, err error) {
	for {
		c, err := s.next()
		if err != nil {
			return nil, err
		}
		if c == '"' {
			break
		}
		if len(key) <= maxKey {
			key = append(key, c)
		}
		if err := s.inString(c); err != nil {
			return nil, err
		}
	}
	_, err = s.expect(":", "a colon")
	return key, err
}

// inString handles a byte inside a string.
func (s *scanner) inString(c byte) error {
	switch {
	case c == '\\':
		_, err := s.next()
		return err
	case c < ' ':
		return fmt.Errorf("%s: a control character in a string (is a quote missing before it?)", s.at)
	}
	return nil
}

// list reads a list of events.
func (s *scanner) list(outermost bool) error {
	if outermost {
		s.start = s.at
	}
	start := s.start // of the object around the list
	_, _ = s.next()  // the bracket already seen
	c, err := s.space()
	if err == nil && c == ']' {
		_, err = s.next()
		return err
	}
	for err == nil {
		if c, err = s.space(); err != nil {
			break
		}
		if c != '{' && (c != '[' || !outermost) {
			return s.unexpected("an event, which is an object")
		}
		s.take()
		if err = s.value(); err != nil {
			return err
		}
		s.mixed = s.mixed || c == '[' // rows of fields
		if err = s.give(false); err != nil {
			return err
		}
		s.start = start
		if c, err = s.expect(",]", "a comma or the end of the list"); err == nil && c == ']' {
			return nil
		}
	}
	if err == io.EOF {
		return s.cutOff()
	}
	return err
}

// value reads any value, starting at its first byte.
func (s *scanner) value() error {
	var open []byte // open brackets
	for {
		c, err := s.next()
		if err != nil {
			return err
		}
		switch c {
		case '"':
			err = s.text()
		case '{', '[':
			open = append(open, c+2) // in ASCII, c+2 is the closing one
		case '}', ']':
			if len(open) == 0 || open[len(open)-1] != c {
				return fmt.Errorf("%s: a closing %q too many", s.at, c)
			}
			open = open[:len(open)-1]
		}
		switch {
		case err != nil:
			return err
		case len(open) > maxDepth:
			return fmt.Errorf("%s: nested deeper than %d", s.at, maxDepth)
		case len(open) > 0:
		case strings.IndexByte(`"}]`, c) >= 0:
			return nil
		default:
			return s.scalar()
		}
	}
}

// text reads the rest of a string.
func (s *scanner) text() error {
	for {
		c, err := s.next()
		if err != nil || c == '"' {
			return err
		}
		if err := s.inString(c); err != nil {
			return err
		}
	}
}

// scalar reads the rest of a number or a word.
func (s *scanner) scalar() error {
	for {
		c, err := s.peek()
		if err != nil || isSpace(c) || strings.IndexByte(",]}", c) >= 0 {
			return nil // the next reader reports the error
		}
		if _, err := s.next(); err != nil {
			return err
		}
	}
}
