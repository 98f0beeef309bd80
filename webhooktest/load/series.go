package load

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakestripe/fakestripe/webhooktest"
	"github.com/fakestripe/fakestripe/webhooktest/internal/render"
)

// thinTime is the format of times in thin events.
const thinTime = render.ThinTime

// A series is the numbered events of a template. Their ids encode the number, so no event
// needs to be remembered.
//
// An id is a stem and the number, in six digits of base 62. A stem is the id's prefix,
// digits derived from the run, the series and the role, and three digits for the instance.
// Words too short for that (the number of an order) count up from a start derived from the
// run.
type series struct {
	*template
	name   string
	forged bool
	words  []freshWord // by role
	next   int         // the number of the next event
	base   int64       // of the numbers in the text of events
}

const (
	numberDigits   = 6
	instanceDigits = 3
	shortestStem   = 14 - numberDigits // for ids as short as cus_…
)

// instanceNumbers is how far apart the numbers of instances begin, where an edit shows them.
const instanceNumbers = 10_000_000

// MaxInstance is the highest Instance.
const MaxInstance = 62*62*62 - 1

// A freshWord generates the word of a role.
type freshWord struct {
	stem     string // before the number; "" if too short for one
	start    uint64 // first number of a short word
	room     uint64 // how many numbers a short word can hold
	digits   int
	alphabet string
}

// newSeries makes the series of a run.
func newSeries(s *template, name string, forged bool, run string, instance int) *series {
	made := &series{template: s, name: name, forged: forged, base: int64(instance)*instanceNumbers + 1}
	for _, r := range s.roles {
		kind := "genuine"
		if forged {
			kind = "forged"
		}
		key := render.Hash(strings.Join([]string{run, name, kind, r.sample}, "\x00"))
		w := freshWord{digits: r.length - len(r.prefix), alphabet: r.alphabet}
		if w.alphabet == base62 && r.length >= shortestStem+numberDigits {
			fill := render.AppendDigits(nil, base62, w.digits-instanceDigits-numberDigits, key)
			w.stem = string(appendNumber(fill, uint64(instance), instanceDigits, base62))
		} else {
			w.start = key + uint64(instance)
			w.room = uint64(math.Pow(float64(len(w.alphabet)), float64(min(w.digits, mostCounted))))
		}
		made.words = append(made.words, w)
	}
	return made
}

// mostCounted is how many digits of a short word count; the others are fixed.
const mostCounted = 10

// appendTo appends the word of a number.
func (w *freshWord) appendTo(dst []byte, number int) []byte {
	if w.stem != "" {
		return appendNumber(append(dst, w.stem...), uint64(number), numberDigits, base62)
	}
	counted := min(w.digits, mostCounted)
	for range w.digits - counted {
		dst = append(dst, w.alphabet[0])
	}
	return appendNumber(dst, (w.start+uint64(number)*apart)%w.room, counted, w.alphabet)
}

// apart is the distance of short words: instances have different remainders.
const apart = 64

// period returns after how many numbers a short word is the same again.
func (w *freshWord) period() uint64 {
	common := uint64(apart)
	for w.room%common != 0 {
		common /= 2
	}
	return w.room / common
}

// number returns the lowest number with the short word at the beginning of a text, or -1.
func (w *freshWord) number(text string) int {
	if len(text) < w.digits {
		return -1
	}
	word := parseDigits(text[w.digits-min(w.digits, mostCounted):w.digits], w.alphabet)
	if word < 0 {
		return -1
	}
	past := (uint64(word) + w.room - w.start%w.room) % w.room
	for turns := apart; turns > 0 && past%apart != 0; turns-- {
		past += w.room
	}
	if past%apart != 0 {
		return -1
	}
	return int(past / apart)
}

// appendNumber appends a number in the digits of an alphabet.
func appendNumber(dst []byte, n uint64, digits int, alphabet string) []byte {
	base := uint64(len(alphabet))
	start := len(dst)
	for range digits {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; i >= start; i-- {
		dst[i], n = alphabet[n%base], n/base
	}
	return dst
}

// parseNumber reads digits of base 62, or returns -1.
func parseNumber(digits string) int { return parseDigits(digits, base62) }

// parseDigits reads digits of an alphabet, or returns -1.
func parseDigits(digits, alphabet string) (n int) {
	for i := range len(digits) {
		at := strings.IndexByte(alphabet, digits[i])
		if at < 0 {
			return -1
		}
		n = n*len(alphabet) + at
	}
	return n
}

// event makes the event of a step with a number. It does not read the body: only words and
// digits differ from the sample.
func (s *series) event(step, number int, created time.Time) *webhooktest.Event {
	st := &s.steps[step]
	body := s.append(make([]byte, 0, len(st.sample.Body())), step, number, created)
	return st.sample.WithBody(s.eventID(step, number), body)
}

// append appends the event of a step with a number.
func (s *series) append(dst []byte, step, number int, created time.Time) []byte {
	st, copied := &s.steps[step], 0
	for i := range st.blanks {
		b := &st.blanks[i]
		dst = append(dst, st.text[copied:b.at]...)
		copied = b.at
		switch b.kind {
		case wordBlank:
			dst = s.words[b.role].appendTo(dst, number)
		case unixBlank:
			dst = strconv.AppendInt(dst, created.Unix()+b.offset, 10)
		case numberBlank:
			dst = strconv.AppendInt(dst, s.base+int64(number), 10)
		default:
			dst = created.Add(time.Duration(b.offset)*time.Second).UTC().AppendFormat(dst, thinTime)
		}
	}
	return append(dst, st.text[copied:]...)
}

// id returns the id of a role in the events of a number.
func (s *series) id(role, number int) string {
	r := &s.roles[role]
	return string(s.words[role].appendTo([]byte(r.label+r.prefix), number))
}

// eventID returns the id of the event of a step.
func (s *series) eventID(step, number int) string { return s.id(s.steps[step].event, number) }

// stemmed returns the roles with a stem: first those of the events, then those of their
// objects.
func (s *series) stemmed() (roles []int) {
	add := func(role int) {
		if role >= 0 && s.words[role].stem != "" && !slices.Contains(roles, role) {
			roles = append(roles, role)
		}
	}
	for _, step := range s.steps {
		add(step.event)
	}
	for _, step := range s.steps {
		add(step.object)
	}
	for role := range s.roles {
		add(role)
	}
	return roles
}

// A mark is what a stem identifies: the events of a series, by one of their ids.
type mark struct {
	in    *tracked
	label string // "pi"
}

// An index finds the events that a text names.
type index struct {
	marks  map[string]mark // by the part of the stem after the last underscore
	values []valueMark
	shared string // a value that events of several series have, or ""
}

// A valueMark is a fresh text of a series.
type valueMark struct {
	mark
	value *value
}

func (x *index) add(stem string, m mark) {
	if x.marks == nil {
		x.marks = make(map[string]mark)
	}
	x.marks[stem] = m
}

// keepUnique forgets the values that several series share.
func (x *index) keepUnique() {
	of := make(map[string]*tracked)
	shared := make(map[string]bool)
	for _, v := range x.values {
		sample := string(v.value.append(nil, 0))
		if of[sample] != nil {
			shared[sample], x.shared = true, sample
		}
		of[sample] = v.in
	}
	x.values = slices.DeleteFunc(x.values, func(v valueMark) bool { return shared[string(v.value.append(nil, 0))] })
}

// repeated reports whether several of the events sent have the same value, of one series or of
// two.
func (x *index) repeated(v valueMark) bool {
	period := int(v.value.period())
	if period == 0 {
		return false
	}
	return v.in.size > period || slices.ContainsFunc(x.values, func(other valueMark) bool {
		n := v.value.number(string(other.value.append(nil, 0)))
		return other.in != v.in && n >= 0 && (n < v.in.size || n+other.in.size > period)
	})
}

// find calls found with each of our ids in a text, and the position of its word; or with the
// fresh value that the text is.
func (x *index) find(text string, found func(m mark, number, start, end int)) {
	for i := range x.values {
		v := &x.values[i]
		if n := v.value.number(text); n >= 0 {
			found(v.mark, n, 0, len(text))
			return
		}
	}
	if len(x.marks) == 0 || len(text) < shortestStem+numberDigits {
		return
	}
	for start := 0; start < len(text); {
		if !isWord(text[start]) {
			start++
			continue
		}
		end := start + 1
		for end < len(text) && isWord(text[end]) {
			end++
		}
		if stem := end - start - numberDigits; stem >= shortestStem {
			if m, ok := x.marks[text[start:start+stem]]; ok {
				if n := parseNumber(text[start+stem : end]); n >= 0 {
					found(m, n, start, end)
				}
			}
		}
		start = end
	}
}
