package load

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// A template is the events of a type or flow with blanks for values that are fresh in each:
// ids and times. It comes from comparing two samples with different ids and clocks, so
// edits, variants and flows need no special rules.
type template struct {
	steps []step
	roles []role // of the ids, shared by all steps
}

// A step is the template of one event.
type step struct {
	sample *webhooktest.Event
	text   string
	blanks []blank
	event  int // the role of the event's id
	object int // the role of the object's id; -1: none
}

// A blank is the position of a role's word, or of a time.
type blank struct {
	at     int // in the text
	kind   blankKind
	role   int
	offset int64 // seconds since the event was created
}

type blankKind int

const (
	wordBlank blankKind = iota
	unixBlank
	textBlank   // a time as thin events have it
	numberBlank // the event's number, from 1
)

// A role is one fresh word: the part of an id after its prefix, such as the 3Qd0… of
// pi_3Qd0…, wherever it appears in the events.
type role struct {
	label    string // before the word: "pi_"; "" if unknown
	prefix   string // common to all: "3"
	alphabet string
	length   int    // of the word, with its prefix
	sample   string // the word in the first sample, which identifies the role
}

// newTemplate makes the template of a type or flow.
func newTemplate(of recipe) (*template, error) {
	first, err := of.sample(0)
	if err != nil {
		return nil, err
	}
	second, err := of.sample(1)
	if err != nil {
		return nil, err
	}
	s := new(template)
	for i, event := range first {
		cut := cutter{template: s, a: string(event.Body()), b: string(second[i].Body())}
		if err := cut.cut(); err != nil {
			return nil, fmt.Errorf("%s: %w", event.Type(), err)
		}
		cut.step.sample = event
		if cut.step.event = s.roleOf(event.ID()); cut.step.event < 0 {
			return nil, fmt.Errorf("%s: every event needs an id of its own, got %s", event.Type(), event.ID())
		}
		cut.step.object = s.roleOf(objectID(event))
		s.steps = append(s.steps, cut.step)
	}
	return s, nil
}

// objectID returns the id of what an event is about, or "".
func objectID(event *webhooktest.Event) string {
	for _, path := range []string{"data.object.id", "related_object.id"} {
		if id, ok := event.Lookup(path); ok {
			text, _ := id.(string)
			return text
		}
	}
	return ""
}

// roleOf returns the role of an id of the first sample, or -1.
func (s *template) roleOf(id string) int {
	word := id[strings.LastIndexByte(id, '_')+1:]
	return slices.IndexFunc(s.roles, func(r role) bool { return r.sample == word })
}

// A cutter compares the two samples of an event, word by word.
type cutter struct {
	template *template
	step     step
	text     []byte // of the step so far
	a, b     string
	at, bt   int // positions in a and b
}

var errSamples = errors.New("events of this kind differ in more than ids and times")

func (c *cutter) cut() error {
	for c.at < len(c.a) && c.bt < len(c.b) {
		if c.timeText() {
			continue
		}
		if c.number() {
			continue
		}
		a, b := beforeNumber(word(c.a[c.at:]), 0), beforeNumber(word(c.b[c.bt:]), 1)
		if a == "" || b == "" {
			if c.a[c.at] != c.b[c.bt] {
				return errSamples
			}
			c.keep(c.a[c.at:c.at+1], 1)
			continue
		}
		if err := c.word(a, b); err != nil {
			return err
		}
	}
	if c.at < len(c.a) || c.bt < len(c.b) {
		return errSamples
	}
	c.step.text = string(c.text)
	return nil
}

// keep copies text of the first sample.
func (c *cutter) keep(text string, skip int) {
	c.text = append(c.text, text...)
	c.at, c.bt = c.at+len(text), c.bt+skip
}

// leave leaves a blank.
func (c *cutter) leave(left blank, a, b int) {
	left.at = len(c.text)
	c.step.blanks = append(c.step.blanks, left)
	c.at, c.bt = c.at+a, c.bt+b
}

// shortestFresh is the minimum length of a fresh word: shorter ones differ only as parts of
// a longer value, such as a UUID, that is fresh without them.
const shortestFresh = 5

// word compares two words.
func (c *cutter) word(a, b string) error {
	switch {
	case a == b || len(a) == len(b) && len(a) < shortestFresh:
		c.keep(a, len(b))
	case isLater(a, b):
		seconds, _ := strconv.ParseInt(a, 10, 64) // isLater has parsed it
		c.leave(blank{kind: unixBlank, offset: seconds - sampleTime.Unix()}, len(a), len(b))
	case len(a) != len(b):
		return errSamples
	default:
		r := newRole(a, b)
		r.label = labelBefore(c.a[:c.at])
		c.keep(r.prefix, len(r.prefix))
		n := len(r.prefix)
		c.leave(blank{kind: wordBlank, role: c.template.role(r)}, len(a)-n, len(b)-n)
	}
	return nil
}

// timeText leaves a blank for a textual time.
func (c *cutter) timeText() bool {
	if len(c.a)-c.at < len(thinTime) || len(c.b)-c.bt < len(thinTime) {
		return false
	}
	a, err := time.Parse(thinTime, c.a[c.at:c.at+len(thinTime)])
	if err != nil {
		return false
	}
	b, err := time.Parse(thinTime, c.b[c.bt:c.bt+len(thinTime)])
	if err != nil || b.Sub(a) != sampleShift {
		return false
	}
	c.leave(blank{kind: textBlank, offset: a.Unix() - sampleTime.Unix()}, len(thinTime), len(thinTime))
	return true
}

// number leaves a blank for the event's number.
func (c *cutter) number() bool {
	if !strings.HasPrefix(c.a[c.at:], sampleNumbers[0]) || !strings.HasPrefix(c.b[c.bt:], sampleNumbers[1]) {
		return false
	}
	c.leave(blank{kind: numberBlank}, len(sampleNumbers[0]), len(sampleNumbers[1]))
	return true
}

// beforeNumber cuts a word of a sample where the event's number begins.
func beforeNumber(word string, which int) string {
	before, _, _ := strings.Cut(word, sampleNumbers[which])
	return before
}

// isLater reports whether two words are Unix times as far apart as the clocks.
func isLater(a, b string) bool {
	first, err := strconv.ParseInt(a, 10, 64)
	if err != nil || len(a) != 10 {
		return false
	}
	second, err := strconv.ParseInt(b, 10, 64)
	return err == nil && second-first == int64(sampleShift/time.Second)
}

// role returns the index of a role, and adds it if it is new.
func (s *template) role(r role) int {
	if at := slices.IndexFunc(s.roles, func(known role) bool { return known.sample == r.sample }); at >= 0 {
		return at
	}
	s.roles = append(s.roles, r)
	return len(s.roles) - 1
}

const (
	hexadecimal = "0123456789abcdef"
	capitals    = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newRole derives the shape of a word from two samples. A fixed prefix has up to two
// characters (pi_3…, ed_61…).
func newRole(a, b string) role {
	r := role{length: len(a), sample: a, alphabet: base62}
	for len(r.prefix) < min(2, len(a)-shortestFresh) && a[len(r.prefix)] == b[len(r.prefix)] {
		r.prefix = a[:len(r.prefix)+1]
	}
	for _, alphabet := range []string{hexadecimal, capitals} {
		if strings.Trim(a+b, alphabet) == "" {
			r.alphabet = alphabet
			break
		}
	}
	return r
}

// labelBefore returns the prefix of an id whose word begins at the end of a text: "pi_".
// After another id, as in a client secret, it is the label in between: "secret_".
func labelBefore(text string) string {
	if !strings.HasSuffix(text, "_") {
		return ""
	}
	start := len(text)
	for start > 0 && (text[start-1] == '_' || isWord(text[start-1])) {
		start--
	}
	label := text[start:]
	for strings.ContainsAny(label, capitals) { // from another id
		_, label, _ = strings.Cut(label, "_")
	}
	return label
}

// word returns the leading letters and digits of a text.
func word(text string) string {
	for i := range len(text) {
		if !isWord(text[i]) {
			return text[:i]
		}
	}
	return text
}

func isWord(c byte) bool {
	return '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z'
}
