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

// maxLine bounds a line, in bytes: the largest event that is taken, with a backslash
// before each byte, and what is around it.
const maxLine = 2*MaxEvent + 1<<20

// A survey is what a first look at a journal finds: which lines are whole, to which
// event they belong, and which of them are still needed. It decodes as little as it
// can, for the file may have many times the lines that are needed.
type survey struct {
	lines    []surveyed
	groups   []group
	byNumber map[int]int // of a delivery: its group
	highest  int         // number of a delivery
	damaged  []Damage
	attempts int
	end      int64 // of the last complete line
	torn     int   // bytes after it
	repair   bool  // write the end of the last line again
}

// A surveyed line is one after the first.
type surveyed struct {
	offset int64
	size   int
	group  int // an index in survey.groups, or one of the below
}

const (
	ofStart  = -1 - iota // of listen
	ofDamage             // damaged
	ofNobody             // of a delivery whose event is in a damaged line
)

// A group is the lines of an event.
type group struct {
	size     int
	waiting  int // deliveries that are not finished
	made     int // deliveries
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

// readLine returns a line with its end, and io.EOF with one that has none. It is good
// until the next one is read.
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
			return nil, fmt.Errorf("longer than %d MiB: give another file, or remove the line", maxLine>>20)
		}
		line = append(line, part...)
	}
	return line, err
}

// last looks at the text after the last line break. If only its end is damaged, it is a
// whole line.
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

// notAJournal says what the first line is instead.
func notAJournal(line []byte) error {
	var first struct {
		Format int `json:"fakestripe_journal"`
	}
	if json.Unmarshal(line, &first) == nil && first.Format > 0 {
		return fmt.Errorf("format %d, of another version of fakestripe, while this one knows format 2: give another file", first.Format)
	}
	return fmt.Errorf("not a journal of fakestripe, which begins with %s: give another file", strings.TrimSpace(journalFirst))
}

// Where the parts of a line end that are decoded here. No string has a quote without a
// backslash inside, so that they can only be what they look like.
var (
	beforeEvent   = []byte(`],"event`)
	beforeAttempt = []byte(`,"attempt":`)
)

// groupOf returns the group of a line that is whole.
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

// newGroup begins the group of an event.
func (s *survey) newGroup(list []byte) (int, error) {
	var deliveries []struct{ ID, State string }
	if err := json.Unmarshal(list, &deliveries); err != nil {
		return 0, fmt.Errorf("not an entry of a journal: %w", err)
	}
	g := group{made: len(deliveries)}
	for _, d := range deliveries {
		number, err := numberOf(d.ID)
		if err != nil {
			return 0, err
		}
		if _, known := s.byNumber[number]; known {
			return 0, fmt.Errorf("delivery %s was there before", d.ID)
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
		return 0, fmt.Errorf("not an entry of a journal: %w", err)
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
		return 0, fmt.Errorf("delivery %q: not in the lines before", change.Delivery)
	case !known:
		s.highest = max(s.highest, number)
		s.damage(line, fmt.Sprintf("it is about delivery %s, whose event is in no line before", change.Delivery))
		return ofNobody, nil
	}
	if change.State == Delivered || change.State == GivenUp {
		s.groups[at].waiting--
	}
	return at, nil
}

// choose marks the groups that are not needed: those that are finished and do not fit
// into what is kept beside what goes on, the oldest first. The newest one is always
// needed, since its deliveries have the highest numbers.
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
	for i := range slices.Backward(s.groups) {
		g := &s.groups[i]
		switch {
		case g.waiting > 0:
		case g.made == 0:
			unwanted++
			g.unneeded = unwanted > maxUnwanted
		case i < newest && (kept.count+g.made > most.count || kept.bytes+g.size > most.bytes):
			g.unneeded = true
		default:
			keep(g)
		}
	}
}

// needed returns the lines that are needed, in the order of the file. Damaged lines are
// among them, since their content is unknown, and the starts since the first event.
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
