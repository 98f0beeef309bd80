package listen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Damage is a damaged line of a journal.
type Damage struct {
	Line    int
	Problem string
}

// maxLine bounds a line, in bytes: the largest event, every byte escaped with a
// backslash, and its envelope.
const maxLine = 2*MaxEvent + 1<<20

// A survey is the result of a first pass over a journal: the complete lines, the event of
// each, and the lines still needed. It decodes as little as possible: most lines of a
// large file are no longer needed.
type survey struct {
	lines    []surveyed
	groups   []group
	byNumber map[int]int // delivery number to group
	highest  int         // highest delivery number
	damaged  []Damage
	attempts int
	end      int64 // of the last complete line
	torn     int   // bytes after it
	repair   bool  // rewrite the end of the last line
}

// A surveyed describes one line after the first.
type surveyed struct {
	offset int64
	size   int
	group  int // index in survey.groups, or a constant below
}

const (
	ofStart   = -1 - iota // start of listen
	ofDamage              // damaged
	ofUnknown             // delivery of an event in a damaged line
)

// A group is the lines of an event.
type group struct {
	size     int
	waiting  int  // unfinished deliveries
	made     int  // deliveries
	further  bool // another shape of an event in another group
	unneeded bool
}

// take reads the whole file. It calls progress with the number of bytes read.
func (s *survey) take(file io.Reader, progress func(done int64)) error {
	s.byNumber = make(map[int]int)
	in := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		line, err := readLine(in)
		if err == io.EOF {
			return s.last(line, number)
		}
		if err == nil {
			err = s.add(line, number)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
		if number%1000 == 0 || len(line) > 1<<20 {
			progress(s.end)
		}
	}
}

// readLine returns a line with its line break, and io.EOF for one without. The line is
// valid until the next call.
func readLine(in *bufio.Reader) (line []byte, err error) {
	line, err = in.ReadSlice('\n')
	if err != bufio.ErrBufferFull {
		return line, err
	}
	line = slices.Clone(line)
	for err == bufio.ErrBufferFull {
		var part []byte
		part, err = in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return nil, fmt.Errorf("longer than %d MiB: choose another file, or remove the line", maxLine>>20)
		}
		line = append(line, part...)
	}
	return line, err
}

// last checks the text after the last line break. With only its line break damaged, it is
// a complete line.
func (s *survey) last(tail []byte, number int) error {
	if number == 1 {
		if !isTornFirst(tail) {
			return fmt.Errorf("line 1: %w", notAJournal(tail))
		}
		return nil
	}
	if len(tail) >= sumLength {
		whole := slices.Clone(tail)
		whole[len(whole)-1] = '\n'
		if _, ok := unseal(whole); ok {
			s.repair = true
			s.damaged = append(s.damaged, Damage{number, "its end was damaged, and was repaired"})
			return s.add(whole, number)
		}
	}
	s.torn = len(tail)
	return nil
}

func (s *survey) add(line []byte, number int) error {
	if number == 1 {
		if string(line) != journalFirst {
			return notAJournal(line)
		}
		s.end += int64(len(line))
		return nil
	}
	at := surveyed{offset: s.end, size: len(line), group: ofDamage}
	s.end += int64(len(line))
	content, ok := unseal(line)
	if ok {
		var err error
		if at.group, err = s.groupOf(content, number); err != nil {
			return err
		}
	} else {
		s.damage(number, "its checksum does not match")
	}
	if at.group >= 0 {
		s.groups[at.group].size += len(line)
	}
	s.lines = append(s.lines, at)
	return nil
}

func (s *survey) damage(number int, problem string) {
	s.damaged = append(s.damaged, Damage{number, problem})
}

// notAJournal describes a wrong first line.
func notAJournal(line []byte) error {
	var first struct {
		Format int `json:"fakestripe_journal"`
	}
	if json.Unmarshal(line, &first) == nil && first.Format > 0 {
		return fmt.Errorf("format %d, from another version of fakestripe (this one reads format 2): choose another file", first.Format)
	}
	return fmt.Errorf("not a fakestripe journal, whose first line is %s: choose another file", strings.TrimSpace(journalFirst))
}

// Markers in a line. A quote inside a JSON string has a backslash before it, so these
// texts are never part of one.
var (
	beforeEvent   = []byte(`],"event`)
	beforeAttempt = []byte(`,"attempt":`)
)

// groupOf returns the group of a complete line.
func (s *survey) groupOf(content []byte, number int) (int, error) {
	switch {
	case bytes.HasPrefix(content, []byte(`{"started":`)):
		return ofStart, nil
	case bytes.HasPrefix(content, []byte(`{"deliveries":`)):
		deliveries, _, _ := bytes.Cut(content[len(`{"deliveries":`):], beforeEvent)
		return s.newGroup(append(deliveries[:len(deliveries):len(deliveries)], ']'))
	case bytes.HasPrefix(content, []byte(`{"event`)):
		return s.newGroup([]byte(`[]`))
	}
	head, _, attempted := bytes.Cut(content, beforeAttempt)
	if attempted {
		s.attempts++
	}
	return s.changed(append(head[:len(head):len(head)], '}'), number)
}

// newGroup starts the group of an event.
func (s *survey) newGroup(list []byte) (int, error) {
	var deliveries []struct{ ID, State, First string }
	if err := json.Unmarshal(list, &deliveries); err != nil {
		return 0, fmt.Errorf("not a journal entry: %w", err)
	}
	g := group{made: len(deliveries), further: len(deliveries) > 0}
	for _, d := range deliveries {
		g.further = g.further && d.First != ""
		number, err := numberOf(d.ID)
		if err != nil {
			return 0, err
		}
		if _, known := s.byNumber[number]; known {
			return 0, fmt.Errorf("duplicate delivery %s", d.ID)
		}
		s.byNumber[number] = len(s.groups)
		s.highest = max(s.highest, number)
		if d.State == Waiting {
			g.waiting++
		}
	}
	s.groups = append(s.groups, g)
	return len(s.groups) - 1, nil
}

// changed returns the group of a line about a delivery.
func (s *survey) changed(head []byte, line int) (int, error) {
	var change struct{ Delivery, State string }
	if err := json.Unmarshal(head, &change); err != nil {
		return 0, fmt.Errorf("not a journal entry: %w", err)
	}
	if change.Delivery == "" {
		return 0, errors.New("neither an event nor a delivery")
	}
	number, err := numberOf(change.Delivery)
	if err != nil {
		return 0, err
	}
	at, known := s.byNumber[number]
	switch {
	case !known && len(s.damaged) == 0:
		return 0, fmt.Errorf("delivery %q: not in any earlier line", change.Delivery)
	case !known:
		s.highest = max(s.highest, number)
		s.damage(line, fmt.Sprintf("delivery %s has no event in any earlier line", change.Delivery))
		return ofUnknown, nil
	}
	if change.State == Delivered || change.State == GivenUp {
		s.groups[at].waiting--
	}
	return at, nil
}

// choose marks the groups to drop: finished ones over the limits of what is kept, oldest
// first. The newest group always stays, and the one with the highest delivery number.
func (s *survey) choose(most load) {
	var kept load
	keep := func(g *group) {
		kept.count += g.made
		kept.bytes += g.size
	}
	for i := range s.groups {
		if g := &s.groups[i]; g.waiting > 0 {
			keep(g)
		}
	}
	unwanted, newest := 0, len(s.groups)-1
	highest, numbered := s.byNumber[s.highest]
	for i := range slices.Backward(s.groups) {
		g := &s.groups[i]
		switch {
		case g.waiting > 0:
		case g.made == 0:
			unwanted++
			g.unneeded = unwanted > maxUnwanted
		case i < newest && !(numbered && i == highest) && (kept.count+g.made > most.count || kept.bytes+g.size > most.bytes):
			g.unneeded = true
		default:
			keep(g)
		}
	}
}

// events counts the events, each once, whatever its shapes.
func (s *survey) events() (n int) {
	for _, g := range s.groups {
		if !g.further {
			n++
		}
	}
	return n
}

// needed returns the needed lines in file order: also damaged lines, of unknown content,
// and the starts since the first event.
func (s *survey) needed() []surveyed {
	var lines []surveyed
	begun := false
	for _, line := range s.lines {
		if line.group >= 0 {
			if s.groups[line.group].unneeded {
				continue
			}
			begun = true
		}
		if begun || line.group != ofStart {
			lines = append(lines, line)
		}
	}
	return lines
}
