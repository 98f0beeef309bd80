package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Sent is what an instance sent: enough to recompute the ids of all its events. Its JSON is
// described in docs/load.md, so that any sender can write it.
type Sent struct {
	Format   int       `json:"format"` // 1
	Run      string    `json:"run"`
	Instance int       `json:"instance"`
	Sent     []SentIDs `json:"sent"`

	// NotAccepted are ids of events, of any instance, to be taken from those accepted.
	NotAccepted []string `json:"not_accepted,omitempty"`
}

// SentIDs are the events of one type or flow.
type SentIDs struct {
	Name   string `json:"name"`
	Forged bool   `json:"forged,omitempty"`

	// Stems are the ids without the number: those of the events first, one for each step.
	Stems []string `json:"stems"`
	Steps int      `json:"steps,omitempty"` // of a flow; 0 means 1

	// Accepted and Unsure are ranges of numbers, with both ends.
	Accepted [][2]int `json:"accepted"`
	Unsure   [][2]int `json:"unsure"`

	// Unnamed is how many of those in Accepted were not, with their ids elsewhere or nowhere.
	Unnamed int `json:"unnamed,omitempty"`
}

const (
	sentFormat = 1
	mostNumber = 1 << 30
)

// sent is what was sent of each stream, without what was for learning.
func (r *run) sent() *Sent {
	s := &Sent{Format: sentFormat, Run: r.RunID, Instance: r.Instance}
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

// notAccepted begins a line of k6's output that names an event.
const notAccepted = "fakestripe: not accepted: "

// sentLine matches the beginning of a line about what was sent.
var sentLine = regexp.MustCompile(`^\{\s*"format"\s*:`)

// ErrNothingSent means a text without a line about what was sent.
var ErrNothingSent = errors.New("no line that says what an instance sent")

// ParseSent reads what instances sent: a line of JSON each, possibly amid the rest of what
// k6 prints, which names the events that were not accepted.
func ParseSent(text []byte) (sent []*Sent, err error) {
	others := new(Sent)
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		line = bytes.TrimSpace(line)
		if _, id, named := bytes.Cut(line, []byte(notAccepted)); named {
			others.NotAccepted = append(others.NotAccepted, idPrefix(string(id)))
			continue
		}
		if !sentLine.Match(line) {
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
		return nil, fmt.Errorf("want a line of JSON that says what was sent: %w", err)
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
		return fmt.Errorf("%d stems: want one for the ids of each event", len(s.Stems))
	}
	for _, stem := range s.Stems {
		if word := stem[strings.LastIndexByte(stem, '_')+1:]; len(word) < shortestStem {
			return fmt.Errorf("stem %q: want %d letters and digits or more behind the last underscore", stem, shortestStem)
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

// idPrefix returns the id that a text begins with.
func idPrefix(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool { return r != '_' && (r > unicode.MaxASCII || !isWord(byte(r))) })
	if end < 0 {
		return text
	}
	return text[:end]
}

// tracked makes the record that a sender of these ids would have.
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

// ErrSentTwice means that two records have the same ids.
var ErrSentTwice = errors.New("two of the records have the same ids: each instance needs a run or an instance of its own")

// Verify judges the effects of what several instances sent, by the ids in the state. Counters
// are not judged: nobody knows where they stood before.
func Verify(ctx context.Context, sent []*Sent, state func(context.Context) (any, error), wait time.Duration, progress func(Progress)) (*Verdict, error) {
	genuine, forged, err := trackedBy(sent)
	if err != nil {
		return nil, err
	}
	unnamed := refuse(genuine, sent)
	v := &run{Load: Load{State: state, Wait: wait, Progress: progress}, settle: shortestSettle, meter: newMeter()}
	if v.Wait == 0 {
		v.Wait = DefaultWait
	}
	v.meter.ended = time.Now()
	v.oracle = newOracle(state, genuine, forged)
	now, err := v.oracle.read(ctx)
	if err != nil {
		return nil, err
	}
	v.oracle.learnFromMany(now)
	if len(v.oracle.counts) == 0 {
		return nil, fmt.Errorf("%w: it names none of them", ErrNoEffect)
	}
	verdict := v.judge(ctx)
	verdict.excuse(unnamed)
	return verdict, nil
}

// trackedBy makes the records of all instances.
func trackedBy(sent []*Sent) (genuine, forged []*tracked, err error) {
	seen := make(map[string]bool)
	for _, one := range sent {
		for _, ids := range one.Sent {
			for _, stem := range ids.Stems {
				if seen[stem] {
					return nil, nil, fmt.Errorf("%w: %s…", ErrSentTwice, stem)
				}
				seen[stem] = true
			}
			if t := ids.tracked(); t.forged {
				forged = append(forged, t)
			} else {
				genuine = append(genuine, t)
			}
		}
	}
	if len(genuine) == 0 {
		return nil, nil, ErrNothingSent
	}
	return genuine, forged, nil
}

// refuse notes the events that were not accepted, and returns how many more there were,
// which nobody names.
func refuse(genuine []*tracked, sent []*Sent) (unnamed int) {
	byStem := make(map[string]*tracked)
	for _, t := range genuine {
		unnamed += t.unnamed
		byStem[t.stems[0]] = t
	}
	for _, one := range sent {
		for _, id := range one.NotAccepted {
			stem := id[:max(0, len(id)-numberDigits)]
			t, number := byStem[stem], parseNumber([]byte(id[len(stem):]))
			if t == nil || number < 0 || !t.sent.has(number) || t.unsure.has(number) {
				continue
			}
			t.unsure.set(number)
			unnamed--
		}
	}
	return max(0, unnamed)
}

// excuse takes as many from the lost as were not accepted by an unknown name.
func (v *Verdict) excuse(unnamed int) {
	if unnamed == 0 {
		return
	}
	note := Number(unnamed) + " more not accepted, and no file says which"
	if v.Lost.Count > 0 {
		note += ": as many of those without an effect may be among them (k6's output names them)"
	}
	v.Notes = append(v.Notes, note)
	v.Lost.Count = max(0, v.Lost.Count-unnamed)
	if v.Lost.Count == 0 {
		v.Lost.Events = nil
	}
}

// learnFromMany takes what most events did for what each does.
func (o *oracle) learnFromMany(now *reading) {
	o.counts, o.rules = make(map[string]map[*tracked]int), rowRules{stable: make(map[string]bool), expected: make(map[rowPlace]string)}
	for path, p := range now.places {
		for _, t := range o.genuine {
			accepted, _ := t.counts()
			if n, by := most(p.seen[t]); n > 0 && 2*by > accepted {
				if o.counts[path] == nil {
					o.counts[path] = make(map[*tracked]int)
				}
				o.counts[path][t], o.rules.stable[path] = n, true
			}
		}
	}
	for key, text := range now.values {
		if at := (rowPlace{key.place, key.in}); isConstant(text) && !key.in.forged && o.valued(now, at, text) {
			o.rules.expected[at] = text
		}
	}
}

// most returns the count that most events have, and how many have it.
func most(counts []uint8) (n, by int) {
	var of [256]int
	for _, times := range counts {
		of[times]++
	}
	for times := 1; times < len(of); times++ {
		if of[times] > by {
			n, by = times, of[times]
		}
	}
	return n, by
}
