package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// Sent records what an instance sent: enough to recompute the ids of all its events.
// docs/load.md describes its JSON, so that any sender can write it.
type Sent struct {
	Format   int       `json:"format"` // 1
	Run      string    `json:"run"`
	Instance int       `json:"instance"`
	Sent     []SentIDs `json:"sent"`

	// Repeats reports whether events were sent more than once: duplicates, or retries.
	Repeats bool `json:"repeats,omitempty"`

	// NotAccepted lists ids of events, of any instance, to exclude from the accepted ones.
	NotAccepted []string `json:"not_accepted,omitempty"`
}

// SentIDs records the events of one type or flow.
type SentIDs struct {
	Name   string `json:"name"`
	Forged bool   `json:"forged,omitempty"`

	// Stems are the ids without the number: first those of the events, one for each step.
	Stems []string `json:"stems"`
	Steps int      `json:"steps,omitempty"` // of a flow; 0 means 1

	// Accepted and Unsure are ranges of numbers, inclusive.
	Accepted [][2]int `json:"accepted"`
	Unsure   [][2]int `json:"unsure"`

	// Unnamed is how many of those in Accepted were not accepted, without their ids here.
	Unnamed int `json:"unnamed,omitempty"`
}

const (
	sentFormat = 1
	mostNumber = 1 << 30
)

// sent returns the record of each stream, without learning events.
func (r *run) sent() *Sent {
	s := &Sent{Format: sentFormat, Run: r.RunID, Instance: r.Instance, Repeats: r.Chaos.Duplicate > 0 || len(r.Retries) > 0}
	for _, stream := range slices.Concat(r.genuine, r.forged) {
		t := stream.tracked
		if t.sent.count(t.first) == 0 {
			continue
		}
		ids := SentIDs{Name: t.name, Forged: t.forged, Stems: t.stems, Accepted: [][2]int{}, Unsure: [][2]int{}}
		if t.events > 1 {
			ids.Steps = t.events
		}
		for n := t.first; n < t.size; n++ {
			switch {
			case t.accepted(n):
				ids.Accepted = extended(ids.Accepted, n)
			case t.sent.has(n):
				ids.Unsure = extended(ids.Unsure, n)
			}
		}
		s.Sent = append(s.Sent, ids)
	}
	return s
}

// extended adds a number to ranges.
func extended(ranges [][2]int, n int) [][2]int {
	if last := len(ranges) - 1; last >= 0 && ranges[last][1] == n-1 {
		ranges[last][1] = n
		return ranges
	}
	return append(ranges, [2]int{n, n})
}

// notAccepted is the prefix of a line of k6's output that names an event.
const notAccepted = "fakestripe: not accepted: "

// sentLine matches the beginning of a record of what was sent.
var sentLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\{\s*"format"\s*:`)
})

// ErrNothingSent means that a text contains no record of what was sent.
var ErrNothingSent = errors.New("no line with what an instance sent")

// ParseSent reads the records of instances: a line of JSON each, possibly among k6's other
// output, which names the events that were not accepted.
func ParseSent(text []byte) (sent []*Sent, err error) {
	others := new(Sent)
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if _, id, named := bytes.Cut(line, []byte(notAccepted)); named {
			others.NotAccepted = append(others.NotAccepted, idPrefix(string(id)))
			continue
		}
		if !sentLine().Match(line) {
			continue
		}
		one, err := parseSent(line)
		if err != nil {
			return nil, err
		}
		sent = append(sent, one)
	}
	if others.NotAccepted != nil {
		sent = append(sent, others)
	}
	if sent == nil {
		return nil, ErrNothingSent
	}
	return sent, nil
}

func parseSent(line []byte) (*Sent, error) {
	s := new(Sent)
	if err := json.Unmarshal(line, s); err != nil {
		return nil, fmt.Errorf("want a line of JSON from an instance: %w", err)
	}
	if s.Format != sentFormat {
		return nil, fmt.Errorf("format %d: want %d", s.Format, sentFormat)
	}
	for _, ids := range s.Sent {
		if err := ids.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", ids.Name, err)
		}
	}
	return s, nil
}

func (s *SentIDs) check() error {
	if len(s.Stems) < max(1, s.Steps) {
		return fmt.Errorf("%d stems: want one or more for each event", len(s.Stems))
	}
	for _, stem := range s.Stems {
		if word := stem[strings.LastIndexByte(stem, '_')+1:]; len(word) < shortestStem {
			return fmt.Errorf("stem %q: want %d letters and digits, or more, after the last underscore", stem, shortestStem)
		}
	}
	for _, ranges := range [][][2]int{s.Accepted, s.Unsure} {
		for _, r := range ranges {
			if r[0] < 0 || r[1] < r[0] || r[1] >= mostNumber {
				return fmt.Errorf("range [%d, %d]: want two numbers from 0 to %d, the lower first", r[0], r[1], mostNumber-1)
			}
		}
	}
	return nil
}

// idPrefix returns the id at the beginning of a text.
func idPrefix(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '_' && (r > unicode.MaxASCII || !isWord(byte(r))) })
	if end < 0 {
		return text
	}
	return text[:end]
}

// tracked makes the record that the sender of these ids would have.
func (s *SentIDs) tracked() *tracked {
	t := &tracked{name: s.Name, forged: s.Forged, stems: s.Stems, events: max(1, s.Steps), unnamed: s.Unnamed}
	for i, ranges := range [][][2]int{s.Accepted, s.Unsure} {
		for _, r := range ranges {
			for n := r[0]; n <= r[1]; n++ {
				t.sent.set(n)
				if i > 0 {
					t.unsure.set(n)
				}
			}
			t.size = max(t.size, r[1]+1)
		}
	}
	return t
}
